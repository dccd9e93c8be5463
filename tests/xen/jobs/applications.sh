# shellcheck shell=sh
# variants: pv
# limit: 600
# Real applications, as Debian packages them, from a to b over the fast path: their content arrives whole, and by that way. One connection goes
# around all of it: opened before XenLoop starts, used with it, idle until its channel is closed, used again, and used still when XenLoop has
# ended. `tests/xen/run applications APPLICATIONS=all` tries all there are, and moves more; APPLICATIONS='nfs mpi' those.

: "${APPLICATIONS:=ssh nginx redis wireguard}" "${VOLUME:=2097152}"
if [ "$APPLICATIONS" = all ]; then
    APPLICATIONS='ssh nginx redis memcached iperf3 nfs wireguard postgresql mpi' VOLUME=8388608
fi

GUEST_MEMORY=320 GUEST_LAYERS=applications
case $APPLICATIONS in
    *postgresql* | *mpi*) GUEST_MEMORY=512 GUEST_LAYERS='applications database mpi' ;;
esac

# ssh is needed in any case.
for application in ssh $APPLICATIONS; do
    # shellcheck source=/dev/null
    . "/host/lib/applications/$application.sh"
done

# A part of the file after the other goes through one ssh connection.
PARTS=5
PART=$((VOLUME / PARTS))

open_connection() {
    guest a 'mkfifo /tmp/connection.in'
    begin a holder 'sleep 100000 >/tmp/connection.in'
    begin a connection "ssh root@$(address_of b) 'cat >/tmp/by-connection' </tmp/connection.in"
    echo 0 >/run/parts
}

use_connection() {
    part=$(cat /run/parts)
    echo $((part + 1)) >/run/parts
    guest a "tail -c +$((part * PART + 1)) /tmp/file | head -c $PART >/tmp/connection.in" || return
    wait_until 30 arrived $(((part + 1) * PART))
}

arrived() { [ "$(guest b 'stat -c %s /tmp/by-connection')" = "$1" ]; }

# What there is of the file beyond the parts follows.
close_connection() {
    guest a "tail -c +$((PARTS * PART + 1)) /tmp/file >/tmp/connection.in" || return
    signal a holder TERM
    finish a connection 30 && same_file a:/tmp/file b:/tmp/by-connection
}

channel_closed() { ! connected a b; }

start_guests a b
make_file a /tmp/file "$VOLUME"
start_ssh
open_connection
standard_trial "a connection, before XenLoop" "$PART" use_connection

start_announcer
for name in a b; do
    start_xenloop $name '--idle-close 15'
done
trial "the connection, with XenLoop" "$PART" 0 use_connection

for application in $APPLICATIONS; do
    "try_$application"
done

check "the channel is closed when nothing uses it" wait_until 60 channel_closed
check "the connection goes on after that" use_connection
check "and opens the channel" wait_until 20 connected a b
trial "the connection, idle for long" "$PART" 0 use_connection
in_both stop_xenloop
check "XenLoop ends" wait_until 20 guest a '! pidof xenloop'
standard_trial "the connection, after XenLoop" "$PART" use_connection
check "the connection ends, and all of it has arrived as it was sent" close_connection
