# shellcheck shell=sh
# variants: pv
# limit: 500
# Real applications, as Debian packages them, from a to b over the fast path: their content arrives whole, and by that way. One connection goes
# around all of it: opened before XenLoop starts, used with it, idle until its channel is closed, used again, and used still when XenLoop has
# ended. `tests/xen/run applications FULL=yes` moves more, and adds a database and MPI, which take long to start here.

: "${FULL:=no}"
GUEST_MEMORY=320 GUEST_LAYERS=applications VOLUME=2097152 APPLICATIONS='ssh nginx redis memcached iperf3 nfs wireguard'
if [ "$FULL" = yes ]; then
    GUEST_MEMORY=512 GUEST_LAYERS='applications database mpi' VOLUME=16777216 APPLICATIONS="$APPLICATIONS postgresql mpi"
fi

for application in $APPLICATIONS; do
    # shellcheck source=/dev/null
    . "/host/lib/applications/$application.sh"
done

# A quarter of the file after the other goes through one ssh connection.
QUARTER=$((VOLUME / 4))

open_connection() {
    guest a 'mkfifo /tmp/connection.in'
    begin a holder 'sleep 100000 >/tmp/connection.in'
    begin a connection "ssh root@$(address_of b) 'cat >/tmp/by-connection' </tmp/connection.in"
    quarters=0
}

use_connection() {
    guest a "dd if=/tmp/file bs=$QUARTER skip=$quarters count=1 2>/dev/null >/tmp/connection.in" || return
    wait_until 30 arrived $(((quarters + 1) * QUARTER))
}

arrived() { [ "$(guest b 'stat -c %s /tmp/by-connection')" = "$1" ]; }

close_connection() {
    signal a holder TERM
    finish a connection 30 && same_file a:/tmp/file b:/tmp/by-connection
}

channel_closed() { ! connected a b; }

start_guests a b
make_file a /tmp/file "$VOLUME"
start_ssh
open_connection
standard_trial "a connection, before XenLoop" "$QUARTER" use_connection
quarters=1

start_announcer
for name in a b; do
    start_xenloop $name '--idle-close 5'
done
trial "the connection, with XenLoop" "$QUARTER" 0 use_connection
quarters=2

for application in $APPLICATIONS; do
    "try_$application"
done

check "the channel is closed when nothing uses it" wait_until 60 channel_closed
begin_trial
check "the connection, idle for long: the content is right" use_connection
end_trial
check_value "the connection, idle for long: bytes to b over the fast path" "$moved_to_b" -gt 0
quarters=3
in_both stop_xenloop
check "XenLoop ends" wait_until 20 guest a '! pidof xenloop'
standard_trial "the connection, after XenLoop" "$QUARTER" use_connection
check "the connection ends, and all of it has arrived as it was sent" close_connection
