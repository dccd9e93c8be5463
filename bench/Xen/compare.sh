# shellcheck shell=sh
# limit: 3000
# The same traffic between two guests over the standard path (no XenLoop in either guest) and over the fast path, in turn; and bytes
# through a libxenvchan, which is what programs get that are written for it, set beside TCP's.
# Prints a line per measurement, which bench/Xen/run makes a table of:
#
#   sample path=standard round=1 what=tcp-rtt size=1 value=267.1 unit=us
#
# Variables: ROUNDS, EXCHANGES per round trip measurement, STREAM_SECONDS, RTT_SIZES, STREAM_SIZES, XENLOOP_OPTIONS.

: "${ROUNDS:=1}" "${EXCHANGES:=1000}" "${STREAM_SECONDS:=1}" "${XENLOOP_OPTIONS:=}"
: "${RTT_SIZES:=1 64 256 1024 1400 4096 16384 65000}" "${STREAM_SIZES:=64 256 1024 1448 4096 16384 65000}"

# sample PATH ROUND WHAT SIZE VALUE UNIT [MORE]
sample() { echo "sample path=$1 round=$2 what=$3 size=$4 value=$5 unit=$6 ${7:-}"; }

# The median round trip, from roundtrip's line.
measure_round_trips() {
    for protocol in tcp udp; do
        for size in $RTT_SIZES; do
            line=$(round_trip a b "$protocol" "$size" count "$EXCHANGES")
            sample "$1" "$2" "$protocol-rtt" "$size" "$(echo "$line" | field p50)" us "p90=$(echo "$line" | field p90) lost=$(echo "$line" | field lost)"
        done
    done
}

# report OPTIONS: iperf3's, without the warning in front of it that datagrams are larger than a frame.
report() { guest a "iperf3 -c $(address_of b) -t $STREAM_SECONDS $1 -J" | sed -n '/^{/,$p' >/tmp/iperf3.json; }

# What the receiver got.
measure_streams() {
    for size in $STREAM_SIZES; do
        report "-C cubic -l $size"
        sample "$1" "$2" tcp-stream "$size" "$(jq '.end.sum_received.bits_per_second / 1e6' /tmp/iperf3.json)" Mbit/s "retransmits=$(jq '.end.sum_sent.retransmits' /tmp/iperf3.json)"
        report "-u -b 0 -l $size"
        sample "$1" "$2" udp-stream "$size" "$(jq '.end.sum.bits_per_second * (100 - .end.sum.lost_percent) / 1e8' /tmp/iperf3.json)" Mbit/s "lost=$(jq '.end.sum.lost_percent' /tmp/iperf3.json)%"
    done
}

measure_ping() {
    average=$(guest a "ping -q -f -c $EXCHANGES $(address_of b)" | sed -n 's:^rtt.*= [^/]*/\([^/]*\)/.*:\1:p')
    sample "$1" "$2" ping 56 "$(echo "$average" | awk '{ print $1 * 1000 }')" us
}

measure() {
    measure_ping "$@"
    measure_round_trips "$@"
    measure_streams "$@"
}

# Each round a channel of its own, which the server gives up when the client does.
measure_vchan() {
    node=data/vchan-$2
    begin b "vchan-$2" "vchan serve $(domid a) $node"
    guest a "vchan measure $(domid b) /local/domain/$(domid b)/$node $EXCHANGES $STREAM_SECONDS '$RTT_SIZES' '$STREAM_SIZES'" >/tmp/vchan.log ||
        give_up "vchan: $(finish b "vchan-$2" 5)"
    while read -r line; do
        size=$(echo "$line" | field size)
        case $line in
            rtt*) sample "$1" "$2" tcp-rtt "$size" "$(echo "$line" | field p50)" us "p90=$(echo "$line" | field p90)" ;;
            stream*) sample "$1" "$2" tcp-stream "$size" "$(echo "$line" | field rate)" Mbit/s ;;
        esac
    done </tmp/vchan.log
    ended=$(finish b "vchan-$2" 10) || give_up "vchan's server: $ended"
}

carried_both_ways() {
    ping_guest a b 3 >/dev/null
    [ "$(peer_value a b .received.packets)" -gt 0 ] && [ "$(peer_value b a .received.packets)" -gt 0 ]
}

take_the_fast_path() {
    for name in a b; do
        start_xenloop "$name" "$XENLOOP_OPTIONS"
    done
    wait_for_fast_path a b 60

    # Connected is not enough: a guest whose rules are not there yet sends by the standard path, and half a measurement would be netfront's.
    wait_until 30 carried_both_ways
    fast_before=$(peer_value a b .sent.bytes)
    vif_before=$(vif_bytes a)
}

leave_the_fast_path() {
    log "over the fast path $(($(peer_value a b .sent.bytes) - fast_before)) bytes from a, by way of netfront $(($(vif_bytes a) - vif_before))"
    for name in a b; do
        log "$name: $(guest "$name" 'xenloop status --json' | jq -c '.[0].peers[0] | {sent, received}')"
        stop_xenloop "$name"
        wait_until 20 guest "$name" '! pidof xenloop'
    done
}

start_guests a b
begin_servers b
start_announcer
round=1
while [ "$round" -le "$ROUNDS" ]; do
    measure standard "$round"
    measure_vchan libvchan "$round"
    take_the_fast_path
    measure fast "$round"
    leave_the_fast_path
    round=$((round + 1))
done
ok "measured"
