# shellcheck shell=sh
# MPI: two ranks, the second started through ssh; NetPIPE checks every byte that it sends (-i), in messages of up to 128 KB.

# By itself MPICH uses all interfaces at a time, the control network's too. That it ends is not waited for: it may hang in MPI_Finalize, when all messages
# have arrived (docs/compatibility.md).
ranks_agree() {
    guest a 'hostname a'
    begin a netpipe "env UCX_NET_DEVICES=eth0 mpiexec.hydra -launcher ssh -hosts $(address_of a),$(address_of b) -iface eth0 -n 2 /usr/bin/NPmpich2 -i -u 131072 -n 3"
    wait_until 110 all_sizes_came_back
    ranks_status=$?
    last_line a netpipe
    for ranks_guest in a b; do
        guest $ranks_guest 'for process in $(pidof mpiexec.hydra hydra_pmi_proxy NPmpich2); do kill -9 $process; done'
    done
    return $ranks_status
}

# A line for each size, which says whether all that came back was right.
all_sizes_came_back() {
    guest a "sizes=\$(grep -c ' times -->' /tmp/netpipe.log)
        test \$sizes -ge 30 && test \$(grep -c 'Integrity check passed\$' /tmp/netpipe.log) = \$sizes"
}

# The ranks are started from a, on itself too.
try_mpi() {
    guest a "cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys; ssh-keygen -q -t ed25519 -N '' -f /run/sshd/key"
    begin a sshd '/usr/sbin/sshd -D -e -f /dev/null -h /run/sshd/key -o StrictModes=no -o UsePAM=no'
    serves a 22
    trial "MPI (MPICH, NetPIPE)" 900000 900000 ranks_agree
}
