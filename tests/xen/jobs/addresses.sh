# shellcheck shell=sh
# variants: pv,NETWORK=routed
# more variants: pv pv,xenstored=c
# limit: 420
# Guests on a bridge, or in subnets of their own with Dom0 as their router. Who is reached under which address, while the toolstack changes that: several addresses per guest, one that moves from a
# guest to another, guests that are left out and let in, a new name, a vif that comes and goes.

# pings_by_fast_path PEER ADDRESS: five pings of a's, all answered, none by way of netfront; tried until the path is known.
pings_by_fast_path() {
    before=$(peer_value a "$1" .sent.packets)
    ping_address a "$2" 5 | grep ' 5 received' && [ $(($(peer_value a "$1" .sent.packets) - before)) -ge 5 ]
}

check_fast_path_to() { check "a reaches $2 of $1 over the fast path" wait_until 20 pings_by_fast_path "$1" "$2"; }

# in_state PEER STATE: what a's status says of it.
in_state() { [ "$(peer_value a "$1" .state)" = "$2" ]; }

not_connected() { ! in_state "$1" connected; }

unknown_to_a() { [ -z "$(peer_value a "$1" .state)" ]; }

# move_address ADDRESS FROM TO: as an administrator or a cluster does it. On a bridge the new owner tells its neighbours; a routed one
# the toolstack's nodes and Dom0's route have to follow.
move_address() {
    case $NETWORK in
        bridged)
            guest "$2" "ip address del $1/24 dev eth0"
            guest "$3" "ip address add $1/24 dev eth0 && arping -q -U -c 1 -I eth0 $1"
            ;;
        routed)
            guest "$2" "ip address del $1/32 dev eth0"
            xenstore-write "$(backend_of "$2")/ip" "$(address_of "$2")" "$(backend_of "$3")/ip" "$(address_of "$3") $1"
            ip route replace "$1" dev "vif$(domid "$3").0" src "$DOM0_ADDRESS" metric 2
            guest "$3" "ip address add $1/32 dev eth0"
            ;;
    esac
}

# backend_of GUEST: where the toolstack keeps its first vif.
backend_of() { echo "/local/domain/0/backend/vif/$(domid "$1")/0"; }

# guests_say FILTER: what Dom0's view of the guests says, g being the guests by name.
guests_say() { xenloop guests --json | jq -e "(.guests | map({(.name): .}) | add) as \$g | $1"; }

# Without XenLoop: the guests' way through Dom0, and what the toolstack leaves in the store, which the announcer reads.
check_routes() {
    check "a reaches b through Dom0" ping_guest a b
    check "a reaches b's second address" ping_address a "$(address_of b 2)" 3
    check "b reaches a from its second address" guest b "ping -q -c 2 -i 0.2 -I $(address_of b 2) $(address_of a 2)"
    check "the way leads through the gateway" guest a "ip route get $(address_of b) | grep 'via $DOM0_ADDRESS'"
    check "Dom0 counts it on b's vif" test "$(vif_packets b)" -ge 10
    log "backend of a's vif: $(xenstore-ls "$(backend_of a)" | tr '\n' ' ')"
    check "the vif's script is vif-route" test "$(xenstore-read "$(backend_of a)/script")" = /etc/xen/scripts/vif-route
    check "the vif's ip lists both addresses" test "$(xenstore-read "$(backend_of a)/ip")" = "10.77.1.1 10.77.1.2"
}

case $NETWORK in
    bridged)
        vif a bridged br0 10.77.0.1/24,10.77.0.11/24
        vif b bridged br0 10.77.0.2/24,10.77.0.12/24
        ;;
    routed)
        vif a routed 10.77.1.1/32,10.77.1.2/32
        vif b routed 10.77.2.1/32,10.77.2.2/32
        ;;
esac
start_guests a b c
[ "$NETWORK" = bridged ] || check_routes
start_announcer '--deny c'
for name in a b c; do
    start_xenloop "$name"
done
check "a and b connect" wait_for_fast_path a b 20

moving=$(address_of b 2)
check_fast_path_to b "$moving"
before=$(peer_value a b .sent.packets)
check "a's second address reaches b" guest a "ping -q -c 3 -i 0.2 -I $(address_of a 2) $(address_of b) | grep ' 3 received'"
check_value "over the fast path" $(($(peer_value a b .sent.packets) - before)) -ge 3

# What the peers hold a guest to does not keep it from sending under another address: Dom0 has the say on that.
before=$(peer_value a b .sent.packets)
check "an address that is not of this network reaches b" guest a "ping -q -c 3 -i 0.2 -W 2 -I $(control_address_of a) $(address_of b) | grep ' 3 received'"
[ "$NETWORK" = bridged ] || check_value "by the standard path" $(($(peer_value a b .sent.packets) - before)) -eq 0

check "a reaches c, which is denied" ping_guest a c
check "and knows of no such peer" unknown_to_a c
check "c's status says so" guest c 'xenloop status | grep "leaves this guest out"'

log "Dom0's view: $(xenloop guests | tr '\n' '|')"
# shellcheck disable=SC2016 # jq's variables
{
    check "Dom0 shows a and b announced to each other" guests_say '$g.a.announced and $g.b.announced and [$g.a.peers[].name] == ["b"] and [$g.b.peers[].name] == ["a"]'
    check "on one network" guests_say '$g.a.network != null and $g.a.network == $g.b.network'
    check "and c, which is denied, with the reason" guests_say '.announcerRuns and $g.c.advert and ($g.c.announced | not) and ($g.c.reason | contains("--deny"))'
}
check "Dom0's status points there" sh -c 'xenloop status 2>&1 | grep "xenloop guests"'
check "a guest may not look" guest a 'xenloop guests 2>&1 | grep "only Dom0 may read"'
check "a's check finds all well" guest a 'xenloop status --check'
check "c's finds that it is left out" guest c 'xenloop status --check; test $? = 3'

stop_announcer
check "Dom0 shows that no announcer runs" wait_until 10 guests_say '.announcerRuns == false'
start_announcer '--allow a --allow b --allow c --allow web'
check "c connects when it is allowed" wait_for_fast_path a c 20
check "b stayed connected" in_state b connected

begin a asking "ping -i 0.2 -W 1 $moving"
sleep 1
move_address "$moving" b c
moved=$(milliseconds_up)
check_fast_path_to c "$moving"
log "the address moved; all of five pings took the fast path to its new owner within $(($(milliseconds_up) - moved)) ms"
old_owner=$(peer_value b a .received.packets)
check "pings go on" ping_address a "$moving" 10
check_value "none of them reaches the old owner" "$(peer_value b a .received.packets)" -eq "$old_owner"
signal a asking INT
log "while it moved: $(finish a asking 5 | grep received)"

xl rename c web
check "c is known by its new name, and still connected" wait_until 10 in_state web connected
xl rename web c
check "and by its old one" wait_until 10 in_state c connected

xl network-attach c mac=00:16:3e:77:05:03 bridge=br1
check "c finds a new vif" wait_until 10 guest c 'grep 00:16:3e:77:05:03 /sys/class/net/*/address'
check_fast_path_to c "$(address_of c)"
xl network-detach c 00:16:3e:77:05:03
check "c loses it again" wait_until 10 guest c '! grep 00:16:3e:77:05:03 /sys/class/net/*/address'
check_fast_path_to c "$(address_of c)"

# Excluded while no announcer ran: neither end of the channel hears of one again, as if it were silent.
stop_announcer
sleep 16 # three missed heartbeats
check "a and b go on without an announcer" in_state b connected
start_announcer '--deny a --deny b'
check "their channel ends when both are denied" wait_until 20 not_connected b
check "a reaches b by the standard path" ping_guest a b

stop_announcer
start_announcer
check "a and b connect again" wait_for_fast_path a b 30
check "what is announced cannot be taken back beside an announcer" sh -c 'xenloop announce --withdraw 2>&1 | grep "Stop the other first"'
stop_announcer
check "and can be without one" sh -c 'xenloop announce --withdraw | grep "Taken back from 3 guests"'
check "then the channel ends" wait_until 20 not_connected b
check "a reaches b" ping_guest a b
