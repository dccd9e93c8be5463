# shellcheck shell=bash
# Layers that jobs lay over the guest's image: real applications, as Debian packages them. Each is an archive of what the guest's own image
# lacks; a job names those that it wants in GUEST_LAYERS.

make_applications_layer() {
    new_layer "$WORK/applications"
    add_programs /usr/sbin/sshd /usr/bin/ssh /usr/bin/scp /usr/bin/ssh-keygen /usr/lib/openssh/sftp-server \
        /usr/sbin/nginx /usr/bin/curl \
        /usr/bin/redis-cli /usr/bin/memcached /usr/bin/memccp /usr/bin/memccat \
        /usr/sbin/rpc.nfsd /usr/sbin/rpc.mountd /usr/sbin/exportfs /sbin/mount.nfs
    # One program, which does what its name says.
    add_programs /usr/bin/redis-check-rdb
    ln -s redis-check-rdb "$TREE/usr/bin/redis-server"
    ln -s mount.nfs "$TREE/sbin/mount.nfs4"
    cp "$ROOT/etc/netconfig" "$TREE/etc/"
    mkdir -p "$TREE/etc/nginx" "$TREE/var/lib/nfs/v4recovery"
    cp "$ROOT/etc/nginx/mime.types" "$TREE/etc/nginx/"
    add_modules nfsd nfs nfsv4
    pack_tree applications.cpio
}

# PostgreSQL's server brings what it needs to make a database, MPI a program that checks what it moves.
make_database_layer() {
    new_layer "$WORK/database"
    local directory=/usr/lib/postgresql/15 program
    for program in postgres initdb psql pgbench; do
        add_programs "$directory/bin/$program"
    done
    mkdir -p "$TREE$directory/lib" "$TREE/usr/share/postgresql"
    cp "$ROOT$directory"/lib/{dict_snowball,plpgsql}.so "$TREE$directory/lib/"
    cp -r "$ROOT/usr/share/postgresql/15" "$TREE/usr/share/postgresql/"
    pack_tree database.cpio
}

make_mpi_layer() {
    new_layer "$WORK/mpi"
    add_programs /usr/bin/mpiexec.hydra /usr/bin/hydra_pmi_proxy /usr/bin/NPmpich2
    pack_tree mpi.cpio
}
