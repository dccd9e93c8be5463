# shellcheck shell=sh
# variants: pv
# limit: 300
# What becomes of numbered UDP from a to b when XenLoop ends in either guest, stays away for a while and comes back: nothing is lost by
# SIGTERM, and by kill -9 no more than a ring holds. What Dom0's netback drops, whose queue is 32 packets long, is told apart: while XenLoop is away
# it carries them all, to a guest that is busy with other things.

# Of 200 bytes each, in a ring of 1 MB: with 28 bytes of headers before and 8 of the record's (RingRecord).
RING_DATAGRAMS=$((1048576 / 240))

# dropped_on_the_way: packets that the standard path from a to b has dropped since the guests' start: b's vif in Dom0, a's interface.
dropped_on_the_way() {
    echo $(($(cat "/sys/class/net/vif$(domid b).0/statistics/tx_dropped") + $(guest a 'cat /sys/class/net/eth0/statistics/tx_dropped')))
}

port=6100

# depart GUEST SIGNAL RATE: leaves the number of datagrams lost in $missing, and of those that netback dropped in $dropped.
depart() {
    port=$((port + 1))
    dropped=$(dropped_on_the_way)
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
    dropped=$(($(dropped_on_the_way) - dropped))
    missing=$(($(echo "$line" | field sent) - $(echo "$line" | field received) + $(echo "$line" | field duplicates)))
    log "$2 to XenLoop in $1 at $3/s: lost $missing of $(echo "$line" | field sent), $dropped of them by netback, reordered $(echo "$line" | field reordered)," \
        "duplicated $(echo "$line" | field duplicates), longest gap $(echo "$line" | field longest-gap)"
    check_value "$2 to XenLoop in $1 at $3/s: datagrams that came twice" "$(echo "$line" | field duplicates)" -eq 0
}

start_guests a b
start_announcer
start_xenloop a
start_xenloop b
wait_for_fast_path a b 20 || give_up "a and b do not connect"
for rate in 200 2000; do
    for name in a b; do
        depart $name TERM $rate
        check_value "SIGTERM to XenLoop in $name at $rate/s: datagrams lost, but for netback's" $((missing - dropped)) -le 0
        depart $name KILL $rate
        check_value "kill -9 of XenLoop in $name at $rate/s: datagrams lost" "$missing" -le $RING_DATAGRAMS
    done
done
