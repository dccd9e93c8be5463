# shellcheck shell=bash
# Dom0: the Xen toolstack with both kinds of xenstored, network tools, and what loads the shares of this machine.

make_dom0_image() {
    new_tree "$WORK/dom0"
    add_xen_toolstack
    add_programs /bin/ip /sbin/tc /sbin/ethtool /usr/sbin/xtables-nft-multi /usr/sbin/conntrack \
        /usr/bin/tcpdump /usr/bin/iperf3 /usr/bin/strace /usr/bin/jq /bin/ping
    add_iptables
    add_modules \
        xenfs xen-privcmd xen-evtchn xen-gntdev xen-gntalloc xen-netback xen-blkback \
        virtio_pci 9pnet_virtio 9p \
        bridge br_netfilter tun veth dummy 8021q sch_ingress sch_netem act_mirred cls_matchall cls_u32 \
        "${FIREWALL_MODULES[@]}"
    add_tools
    install -m 755 "$HERE/dom0/init" "$TREE/init"
    pack_tree dom0.cpio
}

add_xen_toolstack() {
    local directory=/usr/lib/xen-$XEN_VERSION/bin program
    # libxl starts libxl-save-helper, and xl starts the others, by their full paths.
    for program in xl libxl-save-helper xenstored oxenstored xenconsoled xenconsole xen-init-dom0 xenstore-control xentop lsevtchn; do
        add_programs "$directory/$program"
        ln -s "../lib/xen-$XEN_VERSION/bin/$program" "$TREE/usr/bin/$program"
    done
    add_xenstore_clients
    # xl cancels threads; the C library loads this one for it when that happens, so no ELF entry names it.
    cp -L "$(library_path libgcc_s.so.1)" "$TREE/usr/lib/x86_64-linux-gnu/"

    mkdir -p "$TREE"/etc/xen/scripts "$TREE"/var/lib/xen "$TREE"/var/lib/xenstored "$TREE"/var/log/xen
    cp "$ROOT/etc/xen/oxenstored.conf" "$TREE/etc/xen/"
    printf 'autoballoon="off"\n' >"$TREE/etc/xen/xl.conf"
    install -m 755 "$HERE"/dom0/scripts/* "$TREE/etc/xen/scripts/"
}

# One program, which does what its name says.
add_xenstore_clients() {
    local command
    add_programs /usr/bin/xenstore
    for command in read write ls list rm chmod exists watch; do
        ln -s xenstore "$TREE/usr/bin/xenstore-$command"
    done
}
