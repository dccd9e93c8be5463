# shellcheck shell=sh
# NFS 4.2 by the guests' own kernels, server and client: written, read back past the cache, renamed and listed.

start_nfs() {
    # The grace period is for clients of an earlier life of the server; there are none.
    guest b "mkdir -p /tmp/export
        touch /etc/exports /var/lib/nfs/etab
        modprobe nfsd && mount -t nfsd nfsd /proc/fs/nfsd
        exportfs -o rw,fsid=0,no_root_squash,no_subtree_check,insecure '*:/tmp/export'
        rpc.mountd --no-nfs-version 3
        rpc.nfsd --no-nfs-version 3 --no-udp --port 2049 2
        echo Y >/proc/fs/nfsd/v4_end_grace"
    guest a "mkdir -p /mnt/nfs"
    mount_nfs
}

mount_nfs() { guest a "mount.nfs4 $(address_of b):/ /mnt/nfs -o vers=4.2"; }

write_and_read() {
    guest a 'mkdir /mnt/nfs/directory && cp /tmp/file /mnt/nfs/directory/new && mv /mnt/nfs/directory/new /mnt/nfs/directory/file && umount /mnt/nfs' || return
    same_file a:/tmp/file b:/tmp/export/directory/file || return
    mount_nfs || return
    [ "$(guest a 'ls /mnt/nfs/directory')" = file ] && same_file a:/mnt/nfs/directory/file b:/tmp/export/directory/file
}

try_nfs() {
    start_nfs
    trial "NFS 4.2 by the kernels" "$VOLUME" "$VOLUME" write_and_read
    guest a 'umount /mnt/nfs'
}
