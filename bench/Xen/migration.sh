# shellcheck shell=sh
# limit: 900
# The timeline of the publication of 2008: exchanges of 1 B each second over one TCP connection from guest a to guest b, first
# without XenLoop, then with it, while b migrates to this very host. The same without XenLoop at all before, for comparison.
# Prints a line for each second, which bench/Xen/run and the harness read:
#
#   sample path=fast round=1 what=migration size=12 value=4021 unit=1/s
#
# Variables: PHASE_SECONDS, XENLOOP_OPTIONS. PVH only: Debian's Xen cannot migrate PV guests.

: "${PHASE_SECONDS:=10}" "${XENLOOP_OPTIONS:=}"

begin_timeline() {
    started=$(seconds_up)
    begin a timeline "roundtrip timeline $(address_of b) 5555 1 3600"
}

# phase NAME: says when it begins, on the timeline's clock but for the start of a program.
phase() { log "second $(($(seconds_up) - started)): $1"; }

# end_timeline PATH: prints the samples; fails if the program has ended before, because its connection broke.
end_timeline() {
    signal a timeline TERM || { guest a 'cat /tmp/timeline.log'; return 1; }
    guest a 'cat /tmp/timeline.log' |
        sed -n "s/^second=\([0-9]*\) exchanges=\([0-9]*\)/sample path=$1 round=1 what=migration size=\1 value=\2 unit=1\/s/p"
}

leave_and_return() {
    phase "b leaves"
    migrate b || give_up "b does not migrate"
    wait_for_guest b 60
    phase "b has returned"
    sleep "$PHASE_SECONDS"
}

start_guests a b
begin_servers b

begin_timeline
phase "netfront"
sleep "$PHASE_SECONDS"
leave_and_return
end_timeline standard && ok "the connection outlived the migration over netfront"

start_announcer
begin_timeline
phase "no XenLoop"
sleep "$PHASE_SECONDS"
for name in a b; do
    start_xenloop "$name" "$XENLOOP_OPTIONS"
done
wait_for_fast_path a b 60 || give_up "a and b do not connect"
phase "both connected"
sleep "$PHASE_SECONDS"
leave_and_return
wait_for_fast_path a b 60 || give_up "a and b do not connect again"
phase "both connected"
sleep "$PHASE_SECONDS"
end_timeline fast && ok "the connection outlived the migration with XenLoop"
