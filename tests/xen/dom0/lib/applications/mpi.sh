# shellcheck shell=sh
# MPI: two ranks, the second started through ssh; NetPIPE checks every byte that it sends (-i), in messages of up to 128 KB.

# NetPIPE has a line for each size, which says whether all that came back was right.
ranks_agree() {
    guest a "
        hostname a
        mpiexec.hydra -launcher ssh -hosts $(address_of a),$(address_of b) -iface eth0 -n 2 /usr/bin/NPmpich2 -i -u 131072 -n 3 >/tmp/netpipe.log 2>&1 || exit
        tail -n 1 /tmp/netpipe.log
        sizes=\$(grep -c ' times -->' /tmp/netpipe.log)
        test \$sizes -ge 30 && test \$(grep -c 'Integrity check passed\$' /tmp/netpipe.log) = \$sizes"
}

# The ranks are started from a, on itself too.
try_mpi() {
    guest a "cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys; ssh-keygen -q -t ed25519 -N '' -f /run/sshd/key"
    begin a sshd '/usr/sbin/sshd -D -e -f /dev/null -h /run/sshd/key -o StrictModes=no -o UsePAM=no'
    serves a 22
    trial "MPI (MPICH, NetPIPE)" 200000 200000 ranks_agree
}
