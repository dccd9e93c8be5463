# shellcheck shell=sh
# ssh and scp: files there and back by SFTP, a stream through a remote cat.

start_ssh() {
    for ssh_guest in a b; do
        guest $ssh_guest 'echo "sshd:x:101:65534::/run/sshd:/bin/false" >>/etc/passwd; mkdir -p /run/sshd /root/.ssh'
    done
    guest a 'ssh-keygen -q -t ed25519 -N "" -f /root/.ssh/id_ed25519
        printf "Host *\n StrictHostKeyChecking no\n UserKnownHostsFile /dev/null\n LogLevel ERROR\n" >/root/.ssh/config'
    ssh_key=$(guest a 'cat /root/.ssh/id_ed25519.pub')
    guest b "echo '$ssh_key' >/root/.ssh/authorized_keys; ssh-keygen -q -t ed25519 -N '' -f /run/sshd/key"
    begin b sshd '/usr/sbin/sshd -D -e -f /dev/null -h /run/sshd/key -o StrictModes=no -o UsePAM=no -o Subsystem="sftp /usr/lib/openssh/sftp-server"'
    serves b 22
}

copy_by_scp() {
    guest a "scp /tmp/file root@$(address_of b):/tmp/by-scp && scp root@$(address_of b):/tmp/by-scp /tmp/back-by-scp" || return
    same_file a:/tmp/file b:/tmp/by-scp && same_file a:/tmp/file a:/tmp/back-by-scp
}

stream_by_ssh() {
    guest a "ssh root@$(address_of b) cat </tmp/file >/tmp/back-by-ssh" || return
    same_file a:/tmp/file a:/tmp/back-by-ssh
}

try_ssh() {
    trial "scp" "$VOLUME" "$VOLUME" copy_by_scp
    trial "ssh" "$VOLUME" "$VOLUME" stream_by_ssh
}
