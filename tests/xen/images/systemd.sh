# shellcheck shell=bash
# The layer that makes systemd a guest's first process (guest/init hands over to it), with what a service needs to start, and nothing else.

readonly SYSTEMD_UNITS=(
    basic.target final.target local-fs.target local-fs-pre.target multi-user.target network.target paths.target poweroff.target reboot.target
    shutdown.target slices.target sockets.target swap.target sysinit.target timers.target umount.target systemd-poweroff.service systemd-reboot.service
    systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket systemd-modules-load.service
)

make_systemd_layer() {
    new_layer "$WORK/systemd"
    add_programs /lib/systemd/systemd /lib/systemd/systemd-journald /lib/systemd/systemd-modules-load /lib/systemd/systemd-shutdown \
        /bin/systemctl /bin/journalctl
    local unit
    mkdir -p "$TREE/lib/systemd/system/sysinit.target.wants" "$TREE/lib/systemd/system/sockets.target.wants"
    for unit in "${SYSTEMD_UNITS[@]}"; do
        cp "$ROOT/lib/systemd/system/$unit" "$TREE/lib/systemd/system/"
    done
    ln -s multi-user.target "$TREE/lib/systemd/system/default.target"
    ln -s ../systemd-journald.service ../systemd-modules-load.service "$TREE/lib/systemd/system/sysinit.target.wants/"
    ln -s ../systemd-journald.socket ../systemd-journald-dev-log.socket "$TREE/lib/systemd/system/sockets.target.wants/"
    cp "$ROOT/usr/lib/os-release" "$TREE/etc/os-release"
    index_modules
    # What the kernel calls at `xl shutdown` and `xl reboot`.
    ln -s ../bin/systemctl "$TREE/sbin/poweroff"
    ln -s ../bin/systemctl "$TREE/sbin/reboot"
    pack_tree systemd.cpio
}

# systemd-modules-load finds modules by indexes that busybox's depmod does not make.
index_modules() {
    local libraries=$ROOT/lib/x86_64-linux-gnu:$ROOT/usr/lib/x86_64-linux-gnu
    mkdir -p "$TREE/usr/lib"
    cp -rl "$BELOW/usr/lib/modules" "$TREE/usr/lib/"
    cp "$ROOT/lib/modules/$(kernel_version)/modules.builtin.modinfo" "$TREE/lib/modules/$(kernel_version)/"
    "$ROOT/lib64/ld-linux-x86-64.so.2" --library-path "$libraries" --argv0 depmod "$ROOT/bin/kmod" -b "$TREE" "$(kernel_version)"
    find "$TREE/usr/lib/modules" -name '*.ko' -delete
}
