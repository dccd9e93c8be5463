# shellcheck shell=bash
# A guest: what an application guest has, plus what tests need. Its modules load on demand, as in any guest.

# What iptables, nft, ipset and conntrack may ask for, in Dom0 and in guests.
readonly FIREWALL_MODULES=(
    # libcrc32c, which nf_tables needs, asks for these by an alias only: without them nf_tables does not load.
    crc32c_generic crc32c-intel
    nfnetlink nfnetlink_queue nf_conntrack nf_conntrack_netlink nf_nat
    ip_tables iptable_filter iptable_mangle iptable_raw iptable_nat ip6_tables ip6table_filter ip6table_mangle
    x_tables xt_NFQUEUE xt_mark xt_connmark xt_conntrack xt_policy xt_comment xt_addrtype xt_multiport xt_physdev xt_mac xt_state xt_tcpudp
    xt_set xt_LOG xt_MASQUERADE xt_TCPMSS xt_nat xt_limit xt_statistic ipt_REJECT nf_log_syslog
    ip_set ip_set_hash_ip ip_set_hash_net ip_set_hash_mac ip_set_hash_ipport ip_set_bitmap_port
    nf_tables nft_compat nft_queue nft_ct nft_nat nft_masq nft_chain_nat nft_reject_inet nft_limit nft_log nft_objref
)

readonly GUEST_MODULES=(
    xenfs xen-evtchn xen-gntdev xen-gntalloc xen-netfront
    tun veth dummy bridge br_netfilter 8021q bonding wireguard ifb vrf macvlan
    sch_ingress sch_fq sch_fq_codel sch_htb sch_netem sch_tbf
    act_mirred act_gact act_skbedit act_bpf cls_matchall cls_u32 cls_flower cls_bpf
    tcp_bbr tcp_dctcp tcp_diag udp_diag inet_diag af_packet_diag
    xfrm_user esp4 authenc crypto_null hmac sha256_generic
)

make_guest_image() {
    new_tree "$WORK/guest"
    add_programs /bin/ip /sbin/tc /sbin/bridge /bin/ss /sbin/ethtool /bin/ping \
        /usr/sbin/nft /usr/sbin/xtables-nft-multi /usr/sbin/xtables-legacy-multi /usr/sbin/ipset /usr/sbin/conntrack /usr/bin/wg \
        /usr/bin/tcpdump /usr/bin/strace /usr/bin/iperf3 /usr/bin/sockperf
    add_xenstore_clients
    add_iptables
    add_modules "${GUEST_MODULES[@]}" "${FIREWALL_MODULES[@]}"
    add_tools
    install -m 755 "$HERE/guest/init" "$TREE/init"
    add_busybox_init
    pack_tree guest.cpio
}

# Busybox's init, with what the kernel calls at `xl shutdown` and `xl reboot`: paths that are built into it.
add_busybox_init() {
    ln -s ../bin/busybox "$TREE/sbin/poweroff"
    ln -s ../bin/busybox "$TREE/sbin/reboot"
    printf 'hvc0::respawn:-/bin/sh\n' >"$TREE/etc/inittab"
}

# Both forms: nft under the plain names, as Debian has it, and legacy beside it where its program was added.
add_iptables() {
    local name
    for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
        ln -s xtables-nft-multi "$TREE/usr/sbin/$name"
        ln -s xtables-nft-multi "$TREE/usr/sbin/${name/tables/tables-nft}"
        [[ ! -e $TREE/usr/sbin/xtables-legacy-multi ]] || ln -s xtables-legacy-multi "$TREE/usr/sbin/${name/tables/tables-legacy}"
    done
    # Matches and targets: small, and loaded by name at run time.
    cp -r "$ROOT/usr/lib/x86_64-linux-gnu/xtables" "$TREE/usr/lib/x86_64-linux-gnu/"
}
