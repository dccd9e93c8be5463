# shellcheck shell=sh
# WireGuard by the guests' own kernels: scp through the tunnel, whose datagrams take the fast path.

TUNNEL_PORT=51820

tunnel_address_of() { echo "10.99.0.$(guest_number "$1")"; }

start_wireguard() {
    for wireguard_guest in a b; do
        guest $wireguard_guest 'umask 077; wg genkey >/run/wireguard.key; wg pubkey </run/wireguard.key >/run/wireguard.pub'
    done
    for wireguard_guest in a b; do
        wireguard_peer=$(other_than $wireguard_guest)
        guest $wireguard_guest "ip link add wg0 type wireguard
            wg set wg0 private-key /run/wireguard.key listen-port $TUNNEL_PORT \
                peer '$(guest "$wireguard_peer" 'cat /run/wireguard.pub')' endpoint $(address_of "$wireguard_peer"):$TUNNEL_PORT allowed-ips $(tunnel_address_of "$wireguard_peer")/32
            ip address add $(tunnel_address_of $wireguard_guest)/24 dev wg0
            ip link set wg0 up"
    done
}

copy_through_tunnel() {
    tunnel_end=root@$(tunnel_address_of b)
    guest a "scp /tmp/file $tunnel_end:/tmp/through-tunnel && scp $tunnel_end:/tmp/through-tunnel /tmp/back-through-tunnel" || return
    same_file a:/tmp/file b:/tmp/through-tunnel && same_file a:/tmp/file a:/tmp/back-through-tunnel || return
    transferred=$(guest a "wg show wg0 transfer")
    echo "$transferred"
    [ "$(echo "$transferred" | cut -f 2)" -gt "$VOLUME" ] && [ "$(echo "$transferred" | cut -f 3)" -gt "$VOLUME" ]
}

try_wireguard() {
    start_wireguard
    trial "WireGuard by the kernels" "$VOLUME" "$VOLUME" copy_through_tunnel
}
