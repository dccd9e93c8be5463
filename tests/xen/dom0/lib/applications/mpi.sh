# shellcheck shell=sh
# MPI: two ranks, the second started through ssh; NetPIPE checks every byte that it sends (-i), in messages of up to 128 KB.

ranks_agree() {
    guest a "
        hostname a
        mpiexec.hydra -launcher ssh -hosts $(address_of a),$(address_of b) -iface eth0 -n 2 /usr/bin/NPmpich2 -i -u 131072 -n 3 2>&1 | tee /tmp/netpipe.log | tail -n 3
        ! grep -qi 'integrity check failed' /tmp/netpipe.log && grep -qi 'integrity' /tmp/netpipe.log"
}

# The ranks are started from a, on itself too.
try_mpi() {
    guest a "cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys; ssh-keygen -q -t ed25519 -N '' -f /run/sshd/key"
    begin a sshd '/usr/sbin/sshd -D -e -f /dev/null -h /run/sshd/key -o StrictModes=no -o UsePAM=no'
    serves a 22
    trial "MPI (MPICH, NetPIPE)" 200000 200000 ranks_agree
}
