# shellcheck shell=sh
# more variants: pv,RATES=2000 pv,RATES=200
# limit: 300
# What becomes of numbered UDP from a to b when XenLoop ends in either guest, stays away for a while and comes back: nothing is lost by
# SIGTERM, and by kill -9 no more than a ring holds. Told apart is what Dom0's netback drops, whose queue is 32 packets long, and what the receiver's
# own socket has no room for: while XenLoop is away the standard path carries all to a guest that is busy with other things, and a ring full of
# datagrams that a starved guest catches up with is more than a socket holds.

# Of 200 bytes each, in a ring of 1 MB: with 28 bytes of headers before and 8 of the record's (RingRecord).
RING_DATAGRAMS=$((1048576 / 240))

# dropped_on_the_way: packets that the standard path from a to b has dropped since the guests' start: b's vif in Dom0, a's interface.
dropped_on_the_way() {
    echo $(($(cat "/sys/class/net/vif$(domid b).0/statistics/tx_dropped") + $(guest a 'cat /sys/class/net/eth0/statistics/tx_dropped')))
}

# dropped_at_the_end: datagrams that b's sockets had no room for (InErrors, the fourth word of Udp in /proc/net/snmp: for want of their own buffer or,
# in a guest as small as these, of memory for UDP as a whole), and packets that its backlog had none for (the second column of softnet_stat).
dropped_at_the_end() {
    total=$(guest b 'grep ^Udp: /proc/net/snmp' | awk 'NR == 2 { print $4 }')
    for backlog in $(guest b 'cat /proc/net/softnet_stat' | awk '{ print $2 }'); do
        total=$((total + 0x$backlog))
    done
    echo "$total"
}

port=6100

# depart GUEST SIGNAL RATE: leaves the number of datagrams lost in $missing, and of those that netback or the receiver's socket dropped in $dropped.
depart() {
    port=$((port + 1))
    netback=$(dropped_on_the_way)
    end=$(dropped_at_the_end)
    begin_numbered a b $port "$3" 60
    sleep 1
    stop_xenloop "$1" "$2"
    finish "$1" xenloop 15 >/dev/null || true
    sleep 1
    start_xenloop "$1"
    check "$2 to XenLoop in $1 at $3/s: the fast path comes back" wait_for_fast_path a b 30
    sleep 1
    signal a send-$port TERM
    line=$(end_numbered a b $port)
    netback=$(($(dropped_on_the_way) - netback))
    end=$(($(dropped_at_the_end) - end))
    dropped=$((netback + end))
    missing=$(($(echo "$line" | field sent) - $(echo "$line" | field received) + $(echo "$line" | field duplicates)))
    log "$2 to XenLoop in $1 at $3/s: lost $missing of $(echo "$line" | field sent), $netback of them by netback, $end by the receiver's socket, reordered $(echo "$line" | field reordered)," \
        "duplicated $(echo "$line" | field duplicates), longest gap $(echo "$line" | field longest-gap)"
    check_value "$2 to XenLoop in $1 at $3/s: datagrams that came twice" "$(echo "$line" | field duplicates)" -eq 0
}

start_guests a b
start_announcer
start_xenloop a
start_xenloop b
wait_for_fast_path a b 20 || give_up "a and b do not connect"
for rate in ${RATES:-200 2000}; do
    for name in ${SIDES:-a b}; do
        depart $name TERM $rate
        check_value "SIGTERM to XenLoop in $name at $rate/s: datagrams lost by XenLoop" $((missing - dropped)) -le 0
        depart $name KILL $rate
        check_value "kill -9 of XenLoop in $name at $rate/s: datagrams lost" "$missing" -le $RING_DATAGRAMS
    done
done
