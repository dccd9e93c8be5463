# shellcheck shell=sh
# more variants: pv pv,xenstored=c
# limit: 700
# Four guests on two bridges, with XenLoop in all of them: peers are those whose served vifs are on one bridge, and the others reach each other as they did before. First c and d
# serve one bridge each, then both the second, then all four the first, where each carries checked traffic to each other at the same time.

vif a bridged br0 10.77.0.1/24
vif b bridged br0 10.77.0.2/24
vif c bridged br0 10.77.0.3/24
vif c bridged br1 10.78.0.3/24
vif d bridged br0 10.77.0.4/24
vif d bridged br1 10.78.0.4/24
c_on_br1=10.78.0.3
d_on_br1=10.78.0.4

# What each of the twelve flows carries: bytes a second by TCP, datagrams a second, for so many seconds at least.
MESH_STREAM_RATE=50000
MESH_NUMBERED_RATE=20
MESH_SECONDS=10

peers_of() { guest "$1" 'xenloop status' | sed -n 's/^  peer [0-9]* \([^:]*\):.*/\1/p' | sort | tr '\n' ' '; }

# peers_are GUEST LIST
peers_are() {
    peers=$(peers_of "$1")
    echo "its peers: $peers"
    [ "$peers" = "${2:+$2 }" ]
}

# check_peers GUEST LIST [GUEST LIST...]
check_peers() {
    while [ $# -gt 0 ]; do
        check "$when: $1's peers are '$2'" wait_until 30 peers_are "$1" "$2"
        shift 2
    done
}

pinged_by_fast_path() {
    before=$(peer_value "$1" "$2" .sent.packets)
    ping_address "$1" "$3" 5 | grep ' 5 received' && [ $(($(peer_value "$1" "$2" .sent.packets) - before)) -ge 5 ]
}

# check_fast FROM TO [ADDRESS]
check_fast() { check "$when: $1 reaches $2 over the fast path" wait_until 30 pinged_by_fast_path "$1" "$2" "${3:-$(address_of "$2")}"; }

# check_standard FROM TO INTERFACE ADDRESS: five pings and their answers go by TO's vif of that number.
check_standard() {
    before=$(vif_packets "$2" "$3")
    check "$when: $1 reaches $2, which is no peer" ping_address "$1" "$4" 5
    check_value "$when: by the standard path" $(($(vif_packets "$2" "$3") - before)) -ge 10
}

# replace_xenloop GUEST [OPTIONS]
replace_xenloop() {
    stop_xenloop "$1"
    finish "$1" xenloop 15 >/dev/null || true
    start_xenloop "$1" "${2:-}"
}

# Each pair of the four once: a transfer goes from the first to the second, datagrams the other way.
PAIRS='a,b b,c c,d d,a a,c b,d'
MESH_PORT=5100

begin_mesh() {
    port=$MESH_PORT
    for pair in $PAIRS; do
        port=$((port + 1))
        begin_stream "${pair%,*}" "${pair#*,}" $port 3600 $MESH_STREAM_RATE
        begin_numbered "${pair#*,}" "${pair%,*}" $((port + 1000)) $MESH_NUMBERED_RATE 3600
    done
}

end_mesh() {
    port=$MESH_PORT
    for pair in $PAIRS; do
        port=$((port + 1))
        signal "${pair%,*}" send-$port TERM
        signal "${pair#*,}" send-$((port + 1000)) TERM
    done
    port=$MESH_PORT
    for pair in $PAIRS; do
        port=$((port + 1))
        from=${pair%,*}
        to=${pair#*,}
        check "the transfer from $from to $to arrived as it was sent" end_stream "$from" "$to" $port
        line=$(end_numbered "$to" "$from" $((port + 1000)))
        check_value "datagrams from $to to $from: lost" $(($(echo "$line" | field sent) - $(echo "$line" | field received) + $(echo "$line" | field duplicates))) -eq 0
    done
}

# note_carried: what has come over the fast path, in all twelve ways, by what the receivers count: bytes of the transfers, packets of the other ways.
note_carried() {
    for pair in $PAIRS; do
        echo "${pair%,*} ${pair#*,} $(peer_value "${pair#*,}" "${pair%,*}" .received.bytes) $(peer_value "${pair%,*}" "${pair#*,}" .received.packets)"
    done
}

# Bytes by all four vifs on br0.
vif_bytes_of_all() { echo $(($(vif_bytes a) + $(vif_bytes b) + $(vif_bytes c) + $(vif_bytes d))); }

check_mesh() {
    vif_before=$(vif_bytes_of_all)
    note_carried >/run/mesh-before
    sleep $MESH_SECONDS
    note_carried >/run/mesh-after
    vif_after=$(vif_bytes_of_all)
    while read -r from to bytes packets <&3 && read -r _ _ more_bytes more_packets <&4; do
        check_value "$from to $to: bytes over the fast path" $((more_bytes - bytes)) -ge $((MESH_STREAM_RATE * MESH_SECONDS / 2))
        check_value "$to to $from: packets over the fast path" $((more_packets - packets)) -ge $((MESH_NUMBERED_RATE * MESH_SECONDS / 2))
    done 3</run/mesh-before 4</run/mesh-after
    check_value "all of it: bytes by netfront" $((vif_after - vif_before)) -le $((6 * MESH_STREAM_RATE * MESH_SECONDS / 20))
}

start_guests a b c d
echo 1 >/proc/sys/net/ipv4/ip_forward
for name in a b; do
    guest $name "ip route add 10.78.0.0/24 via $DOM0_ADDRESS"
done
guest d "ip link set eth0 down && ip route add 10.77.0.0/24 via 10.78.0.254"
start_announcer
for name in a b c; do
    start_xenloop $name '--interface eth0'
done
start_xenloop d '--interface eth1'

when="d is on the second bridge"
check_peers a 'b c' b 'a c' c 'a b' d ''
check_fast a b
check_fast a c
check_fast b c
check_standard a d 1 $d_on_br1
check_standard c d 1 $d_on_br1
check_standard d b 0 "$(address_of b)"

replace_xenloop c '--interface eth1'
when="c serves its vif on the second bridge"
check_peers a b b a c d d c
check_fast a b
check_fast c d $d_on_br1
check_fast d c $c_on_br1
check_standard a c 0 "$(address_of c)"
check_standard c b 0 "$(address_of b)"
check_standard b d 1 $d_on_br1

guest d 'ip route del 10.77.0.0/24 via 10.78.0.254 && ip link set eth0 up'
replace_xenloop d '--interface eth0'
replace_xenloop c '--interface eth0'
when="all serve their vifs on the first bridge"
check_peers a 'b c d' b 'a c d' c 'a b d' d 'a b c'
for pair in $PAIRS; do
    check "$when: ${pair%,*} and ${pair#*,} connect" wait_for_fast_path "${pair%,*}" "${pair#*,}" 30
done
begin_mesh
check_mesh
end_mesh

stop_announcer
start_announcer '--deny d'
when="d is denied"
check_peers a 'b c' b 'a c' c 'a b' d ''
check_standard a d 0 "$(address_of d)"
check_standard d c 0 "$(address_of c)"
for pair in a,b b,c a,c; do
    check "$when: ${pair%,*} and ${pair#*,} are still connected" connected "${pair%,*}" "${pair#*,}"
done
