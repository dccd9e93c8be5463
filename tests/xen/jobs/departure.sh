# shellcheck shell=sh
# variants: pv,SIDES=a
# more variants: pv pvh,SIDES=b pvh pv,RATE=2000,RING=64K
# limit: 420
# What becomes of numbered UDP between a and b, both ways, while XenLoop is in one of them only: because it never was in the other, because it ended there, because it was killed.
# Of the first two nothing is lost. Of the third no more than could be in a ring and in a queue at that instant: by the sizes in force, which are chosen so small that a fraction
# of a second without the standard path would exceed them. Told apart is what Dom0's netback drops, whose queue is 32 packets long, and what the receiver's own socket has
# no room for: while XenLoop is away the standard path carries all to a guest that may be busy with other things.

# The guests in which XenLoop is stopped and killed; datagrams a second, each way; and the rings.
: "${SIDES:=a b}" "${RATE:=100}" "${RING:=8K}"

# For how many seconds XenLoop stays away after SIGTERM, and after SIGKILL.
AWAY=10
AWAY_KILLED=4

SIZE=200
SEND_BUFFER=32768

# In a ring a datagram has 28 bytes of headers before it and 8 of the record's, in multiples of 8 (RingRecord).
in_ring() { echo $(($(peer_value a b .ringBytes) / ((SIZE + 28 + 8 + 7) / 8 * 8))); }

# Its sender's socket is charged with a datagram until there is a verdict: with its bytes and 576 at least of the kernel's own (sk_buff and skb_shared_info).
in_queue() { echo $((SEND_BUFFER / (SIZE + 576) + 1)); }

# dropped_on_the_way GUEST: packets to it that the standard path has dropped since the guests' start: its vif in Dom0, the other's interface.
dropped_on_the_way() {
    echo $(($(cat "/sys/class/net/vif$(domid "$1").0/statistics/tx_dropped") + $(guest "$(other_than "$1")" 'cat /sys/class/net/eth0/statistics/tx_dropped')))
}

# dropped_at_the_end GUEST: datagrams that its sockets had no room for (InErrors, the fourth word of Udp in /proc/net/snmp: for want of their own buffer or,
# in a guest as small as these, of memory for UDP as a whole), and packets that its backlog had none for (the second column of softnet_stat).
dropped_at_the_end() {
    total=0
    for dropped in $(guest "$1" 'cat /proc/net/snmp /proc/net/softnet_stat' | awk '$1 == "Udp:" && $2 ~ /^[0-9]/ { print $4 } $1 !~ /:/ { print "0x" $2 }'); do
        total=$((total + dropped))
    done
    echo "$total"
}

note_dropped() { echo $(($(dropped_on_the_way "$1") + $(dropped_at_the_end "$1"))) >"/run/dropped-$1"; }

begin_counting() {
    in_both note_dropped
    in_both begin_counting_into
    sleep 1
}

begin_counting_into() { begin_numbered "$(other_than "$1")" "$1" "$(numbered_into "$1")" "$RATE" 3600 $SIZE; }

# end_counting WHAT: leaves in /run/lost-GUEST how many of the datagrams sent to it a guest lacks, beside those that netback or a socket dropped.
end_counting() {
    for into in a b; do
        signal "$(other_than $into)" "send-$(numbered_into $into)" TERM
    done
    in_both end_counting_into
    for into in a b; do
        log "$1: into $into: $(cat /run/line-$into)"
        check_value "$1: datagrams into $into that came twice" "$(field duplicates </run/line-$into)" -eq 0
    done
}

end_counting_into() {
    end_numbered "$(other_than "$1")" "$1" "$(numbered_into "$1")" >"/run/counted-$1"
    counted_dropped=$(cat "/run/dropped-$1")
    note_dropped "$1"
    counted_dropped=$(($(cat "/run/dropped-$1") - counted_dropped))
    counted_missing=$(($(field sent <"/run/counted-$1") - $(field received <"/run/counted-$1") + $(field duplicates <"/run/counted-$1")))
    echo "sent=$(field sent <"/run/counted-$1") $(tail -n 1 "/run/counted-$1" | sed 's/^sent=[^ ]* //') missing=$counted_missing dropped-elsewhere=$counted_dropped" >"/run/line-$1"
    echo $((counted_missing - counted_dropped)) >"/run/lost-$1"
}

lost_into() { cat "/run/lost-$1"; }

# arrived GUEST: datagrams that it has received since the counting began.
arrived() { new_lines "$1" "receive-$(numbered_into "$1")" | field received; }

alone() { guest "$1" 'xenloop status | grep "no co-resident peers"'; }

# end_xenloop GUEST SIGNAL: and waits for its end.
end_xenloop() {
    stop_xenloop "$1" "$2"
    finish "$1" xenloop 15 >/dev/null || true
}

# back GUEST WHAT
back() {
    start_xenloop "$1" "--ring-size $RING"
    check "$2: the fast path comes back" wait_for_fast_path a b 30
}

# killed GUEST: what was on its way to it may have been in the ring, what it sent itself in its queue.
killed() {
    killed_other=$(other_than "$1")
    begin_counting
    end_xenloop "$1" KILL
    killed_arrived=$(arrived "$1")
    sleep $AWAY_KILLED
    killed_arrived=$(($(arrived "$1") - killed_arrived))
    back "$1" "kill -9 of XenLoop in $1"
    end_counting "kill -9 of XenLoop in $1"
    check_value "kill -9 of XenLoop in $1: datagrams into $1, at most what a ring holds, lost" "$(lost_into "$1")" -le "$ring"
    check_value "kill -9 of XenLoop in $1: datagrams into $killed_other, at most what a queue holds, lost" "$(lost_into "$killed_other")" -le "$(in_queue)"
    check_value "kill -9 of XenLoop in $1: several times as many came by the standard path meanwhile" "$killed_arrived" -ge $((3 * (ring + $(in_queue))))
}

start_guests a b
for name in a b; do
    guest $name "echo $SEND_BUFFER >/proc/sys/net/core/wmem_default"
done
start_announcer
begin_counting
start_xenloop a "--ring-size $RING"
check "a has no peer yet" alone a
start_xenloop b "--ring-size $RING"
check "a and b connect" wait_for_fast_path a b 20
ring=$(in_ring)
log "a ring holds $ring datagrams of $SIZE bytes, a queue $(in_queue)"
for name in $SIDES; do
    end_xenloop $name TERM
    check "$(other_than $name) has no peer any more" wait_until 30 alone "$(other_than $name)"
    sleep $AWAY
    back $name "SIGTERM to XenLoop in $name"
done
end_counting "XenLoop in one guest only"
for into in a b; do
    check_value "XenLoop in one guest only: datagrams lost into $into" "$(lost_into $into)" -le 0
done
for name in $SIDES; do
    killed $name
done
