# shellcheck shell=sh
# iperf3: both ways by TCP, and numbered datagrams of which none is missing.

# iperf3_report OPTIONS: its JSON, of a client in a.
iperf3_report() { guest a "iperf3 -c $(address_of b) -J $*" | sed -n '/^{/,$p' >/tmp/iperf3.json; }

# all_received BYTES OPTIONS: that many are sent. A receiving server ends when the client says that it has sent all, and leaves what is still in its socket:
# more is sent than has to arrive.
all_received() {
    iperf3_report "-n $1" "${2:-}" || return
    jq -c .end.sum_received /tmp/iperf3.json
    [ "$(jq '.end.sum_received.bytes' /tmp/iperf3.json)" -ge "$VOLUME" ]
}

no_datagram_lost() {
    iperf3_report "-u -b 2M -l 1200 -t 2" || return
    jq -c .end.sum /tmp/iperf3.json
    [ "$(jq '.end.sum.lost_packets' /tmp/iperf3.json)" = 0 ] && [ "$(jq '.end.sum.packets' /tmp/iperf3.json)" -gt 100 ]
}

try_iperf3() {
    begin b iperf3 'iperf3 -s'
    serves b 5201
    trial "iperf3, TCP to b" "$VOLUME" 0 all_received $((VOLUME * 4))
    trial "iperf3, TCP to a" 0 "$VOLUME" all_received "$VOLUME" -R
    trial "iperf3, UDP" 120000 0 no_datagram_lost
}
