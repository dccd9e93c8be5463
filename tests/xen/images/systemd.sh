# shellcheck shell=bash
# The layer that makes systemd a guest's first process (guest/init hands over to it), with what a service needs to start, and nothing else.

readonly SYSTEMD_UNITS=(
    basic.target final.target local-fs.target local-fs-pre.target multi-user.target network.target paths.target shutdown.target slices.target
    sockets.target swap.target sysinit.target timers.target umount.target
    systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket systemd-modules-load.service
)

make_systemd_layer() {
    new_layer "$WORK/systemd"
    add_programs /lib/systemd/systemd /lib/systemd/systemd-journald /lib/systemd/systemd-modules-load /bin/systemctl /bin/journalctl
    local unit
    mkdir -p "$TREE/lib/systemd/system/sysinit.target.wants" "$TREE/lib/systemd/system/sockets.target.wants"
    for unit in "${SYSTEMD_UNITS[@]}"; do
        cp "$ROOT/lib/systemd/system/$unit" "$TREE/lib/systemd/system/"
    done
    ln -s multi-user.target "$TREE/lib/systemd/system/default.target"
    ln -s ../systemd-journald.service ../systemd-modules-load.service "$TREE/lib/systemd/system/sysinit.target.wants/"
    ln -s ../systemd-journald.socket ../systemd-journald-dev-log.socket "$TREE/lib/systemd/system/sockets.target.wants/"
    cp "$ROOT/usr/lib/os-release" "$TREE/etc/os-release"
    pack_tree systemd.cpio
}
