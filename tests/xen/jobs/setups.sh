# shellcheck shell=sh
# more variants: pvh
# limit: 300
# What a guest's own kernel may do with its network: strict reverse path filter, congestion controls with ECN, a sniffer on the receiving vif, two vifs in a
# bond, of which one fails, a vif with another name than eth0. All of it works over the fast path. (VLANs and IPsec: network.sh.)

RATE=2000000
port=5000

# transfer SECONDS [COMMAND...]: checked TCP from a to b; the command looks on meanwhile.
transfer() {
    port=$((port + 1))
    begin_stream a b $port "$1" $RATE
    shift
    "$@" || return
    end_stream a b $port
}

# uses CONTROL: it governs the transfer under way, and the marks of ECN arrive in b.
uses() {
    wait_until 5 guest a "ss -tino dst $(address_of b) | grep -w $1" && wait_until 5 guest b "ss -tino src $(address_of b) | grep -w ecnseen"
}

set_congestion_control() {
    for name in a b; do
        guest $name "echo $1 >/proc/sys/net/ipv4/tcp_congestion_control && echo 1 >/proc/sys/net/ipv4/tcp_ecn"
    done
}

sniffed() {
    begin b sniffer "tcpdump -n -l -i eth0 -c 5 icmp and src $(address_of a)"
    wait_until 10 guest b 'grep "^listening" /tmp/sniffer.log'
    ping_guest a b 5 && finish b sniffer 10 && [ "$(guest b 'grep -c "ICMP echo request" /tmp/sniffer.log')" = 5 ]
}

# make_bond GUEST: of its two vifs, one in use, the other for when that fails.
make_bond() {
    # Without max_bonds=0 the module brings a bond0 of its own, of another mode.
    guest "$1" "
        set -e
        modprobe bonding max_bonds=0
        ip link add bond0 type bond mode active-backup miimon 100
        for vif in eth0 eth1; do
            ip address flush dev \$vif
            ip link set \$vif down
            ip link set \$vif master bond0
        done
        ip address add $(address_of "$1")/24 dev bond0
        ip link set bond0 up"
}

active_vif() { guest a 'cat /sys/class/net/bond0/bonding/active_slave'; }

another_vif_than() { [ "$(active_vif)" != "$1" ]; }

vif a bridged br0 10.77.0.1/24
vif a bridged br0 10.77.0.21/24
start_guests a b
for name in a b; do
    guest $name 'for file in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 1 >$file; done'
done
make_bond a
check "the bond carries a's traffic without XenLoop" wait_until 10 ping_guest a b
start_announcer
start_xenloop a '--interface bond0'
start_xenloop b

trial "a bond, strict rp_filter" 1000000 0 transfer 1 true
trial "tcpdump on the receiving vif" 400 400 sniffed
for control in bbr cubic; do
    set_congestion_control $control
    trial "$control with ECN" 300000 0 transfer 6 uses $control
done

first=$(active_vif)
guest a "ip link set $first down"
check "the bond's other vif takes over" wait_until 10 another_vif_than "$first"
trial "the bond on its other vif" 1000000 0 transfer 1 true

# As systemd names vifs since version 250 (Debian 12).
stop_xenloop b
finish b xenloop 15 >/dev/null
guest b 'ip link set eth0 down && ip link set eth0 name enX0 && ip link set enX0 up'
start_xenloop b
check "b's first vif is served, whatever its name" guest b "xenloop status | grep ' on enX0 '"
check "a and b connect again" wait_for_fast_path a b 30
trial "a vif named enX0" 1000000 0 transfer 1 true

stop_xenloop a
check "XenLoop ends" wait_until 20 guest a '! pidof xenloop'
check "the bond's other vif carries a's traffic without XenLoop" ping_guest a b
