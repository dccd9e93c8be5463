# shellcheck shell=sh
# Traffic between guests, and what can be read of it.

# ping_guest FROM TO [COUNT]: every one of the pings is answered.
ping_guest() { ping_address "$1" "$(address_of "$2")" "${3:-3}"; }

ping_address() { guest "$1" "ping -q -c $3 -i 0.2 -W 2 $2" | grep -E " $3 received|^rtt"; }

# vif_packets GUEST [INTERFACE]: packets that Dom0's netback carried for the guest, both ways. What took the fast path is not among them.
vif_packets() {
    vif_statistics="/sys/class/net/vif$(domid "$1").${2:-0}/statistics"
    echo $(($(cat "$vif_statistics/rx_packets") + $(cat "$vif_statistics/tx_packets")))
}

# vif_bytes GUEST [INTERFACE]: the same in bytes.
vif_bytes() {
    vif_statistics="/sys/class/net/vif$(domid "$1").${2:-0}/statistics"
    echo $(($(cat "$vif_statistics/rx_bytes") + $(cat "$vif_statistics/tx_bytes")))
}

# field NAME: the value of NAME=VALUE in the last line of the input that has it.
field() { sed -n "s/.*\<$1=\([^ ]*\).*/\1/p" | tail -n 1; }
