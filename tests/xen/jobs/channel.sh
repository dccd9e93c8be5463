# shellcheck shell=sh
# variants: pvh,xenstored=c
# more variants: pv pv,NETWORK=routed
# Two guests have what XenLoop needs, and reach each other without it. XenLoop in both, made known to each other by the announcer in Dom0: traffic between them takes shared memory, none of
# it netfront, all of it arrives as it was sent, and it goes on when XenLoop ends. (On PV the short form leaves that to the other jobs.)

# fast_packets GUEST PEER: sent so far over the fast path.
fast_packets() { peer_value "$1" "$2" .sent.packets; }

# fast_bytes GUEST PEER
fast_bytes() { peer_value "$1" "$2" .sent.bytes; }

# Most of it over the fast path, and at most a twentieth (acknowledgements of what was under way, ARP, the first packet of a
# connection) by way of netfront: takes both counts since the start.
took_the_fast_path() {
    echo "fast path $1, netfront $2"
    [ "$1" -gt 0 ] && [ $(($2 * 20)) -lt "$1" ]
}

begin_measuring() {
    fast_before=$(fast_bytes a b)
    vif_before=$(vif_bytes a)
}

check_fast_path() {
    check "$1 took the fast path" took_the_fast_path $(($(fast_bytes a b) - fast_before)) $(($(vif_bytes a) - vif_before))
}

numbered_arrives_whole() {
    numbered_line=$(end_numbered a b 5002)
    echo "$numbered_line"
    [ "$(echo "$numbered_line" | field sent)" = "$(echo "$numbered_line" | field received)" ] &&
        [ "$(echo "$numbered_line" | field lost)" = 0 ] && [ "$(echo "$numbered_line" | field duplicates)" = 0 ]
}

# check_rung_as_asked FROM TO: counted in this order, because both counts may go on.
check_rung_as_asked() {
    rung=$(peer_value "$1" "$2" .sent.doorbells)
    check_value "$1 has rung $2" "$rung" -ge 1
    check_value "and not more often than $2 asked before it slept" "$rung" -le "$(peer_value "$2" "$1" .received.waits)"
}

check_guest() {
    for device in gntalloc gntdev evtchn xenbus; do
        check "/dev/xen/$device in $1" guest "$1" "test -c /dev/xen/$device"
    done
    check "xenloop runs in $1" guest "$1" 'xenloop version'
}

start_guests a b
check_guest a
check_guest b
check "xenloop runs in Dom0" xenloop version
check "a guest reads its own domid" test "$(guest a 'xenstore-read domid')" = "$(domid a)"
check "what a guest wrote comes back" test "$(guest a 'xenstore-write data/x 1; xenstore-read data/x')" = 1
check "a reaches b by way of netfront" ping_guest a b
check "b reaches a by way of netfront" ping_guest b a

begin_servers b
start_announcer
start_xenloop a
start_xenloop b
check "a and b connect" wait_for_fast_path a b 20
check "they are on the Xen platform" test "$(guest a 'xenloop status --json' | jq -r '.[0].platform')" = xen

packets_before=$(fast_packets a b)
vif_packets_before=$(vif_packets a)
check "every ping is answered" ping_guest a b 20
check_value "pings over the fast path" $(($(fast_packets a b) - packets_before)) -ge 19
check_value "pings by way of netfront" $(($(vif_packets a) - vif_packets_before)) -le 8

begin_measuring
begin_stream a b 5001 3
check "a TCP transfer arrives as it was sent" end_stream a b 5001
check_fast_path "TCP"

begin_numbered a b 5002 500 3
check "numbered UDP arrives whole" numbered_arrives_whole

begin_measuring
check "iperf3 from a to b" guest a "iperf3 -c $(address_of b) -t 2 -f m"
check_fast_path "iperf3"
for size in 1 1400 16384; do
    log "round trip: $(round_trip a b tcp $size seconds 1)"
    log "round trip: $(round_trip a b udp $size seconds 1)"
done

check_rung_as_asked a b
check_rung_as_asked b a

begin_stream a b 5003 6 2000000
sleep 1
stop_xenloop a
check "XenLoop in a ends" wait_until 5 guest a '! pidof xenloop'
check "traffic goes on without it" ping_guest a b 5
check "so does the TCP transfer that was under way" end_stream a b 5003
check "nothing of XenLoop is left in a's rules" guest a "! iptables-save | grep -i xenloop"
stop_xenloop b
check "XenLoop in b ends" wait_until 5 guest b '! pidof xenloop'
