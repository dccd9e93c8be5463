# shellcheck shell=sh
# variants: pv pvh
# limit: 420
# What Dom0 does to guests, and what becomes of XenLoop's processes, under two running TCP transfers, one each way: the
# transfers go on, the fast path comes back by itself, no kernel complains. Pauses are read where the transfer is received,
# in the guest to which nothing happens (a clock that is itself saved or paused sees no pause).
#
# Each event prints `# EVENT: transfer paused N ms, fast path back after N ms`, the latter counted from the event's end.

# In bytes per second: enough to be busy, little enough to leave the emulated processor to the events.
RATE=500000
BACK_SECONDS=${BACK_SECONDS:-30}

other_than() { if [ "$1" = a ]; then echo b; else echo a; fi; }

# port_into GUEST: the transfer that it receives.
port_into() { if [ "$1" = a ]; then echo 5001; else echo 5002; fi; }

begin_transfers() {
    begin_stream b a "$(port_into a)" 3600 "$RATE"
    begin_stream a b "$(port_into b)" 3600 "$RATE"
    sleep 1
}

# SIGTERM to the senders ends them properly, so that the receivers see the end of the transfer.
end_transfers() {
    signal a "send-$(port_into b)" TERM
    signal b "send-$(port_into a)" TERM
    check "the transfer into b arrived as it was sent" end_stream a b "$(port_into b)"
    check "the transfer into a arrived as it was sent" end_stream b a "$(port_into a)"
}

# event NAME GUEST COMMAND...: does something to the guest, and measures at the other.
event() {
    event_name=$1
    event_guest=$2
    event_witness=$(other_than "$2")
    event_pause=0
    shift 2
    start_counting "$event_witness"
    start_counting "$event_guest"

    "$@" || { not_ok "$event_name" "could not be done: $(tail -n 3 /tmp/*.log)"; return 0; }
    event_end=$(milliseconds_up)
    if ! wait_for_fast_path a b "$BACK_SECONDS"; then
        not_ok "$event_name: the fast path comes back" "a: $(peer_value a b '.state + " " + .reason'), b: $(peer_value b a '.state + " " + .reason')"
        return 0
    fi
    event_back=$(($(milliseconds_up) - event_end))
    ok "$event_name: the fast path comes back"

    # A sender that was cut off for long tries again only seconds later.
    check_growth "$event_name: the transfer into $event_witness goes on" "$event_witness"
    log "$event_name: transfer paused $event_pause ms, fast path back after $event_back ms"
    check_growth "$event_name: the transfer into $event_guest goes on" "$event_guest"
}

# start_counting GUEST: bytes and pauses of the transfer into it, from now on.
start_counting() { stream_line "$1" "$(port_into "$1")" | field received >"/run/received-$1"; }

check_growth() {
    if wait_until 30 grown "$2" && [ "$(field corrupt <"/run/line-$2")" = 0 ]; then
        ok "$1"
    else
        not_ok "$1" "$(cat "/run/line-$2")"
    fi
}

# grown GUEST: another half second's worth has arrived. Notes the line, and the witness's longest pause yet.
grown() {
    stream_line "$1" "$(port_into "$1")" >"/run/line-$1"
    grown_pause=$(field longest-pause <"/run/line-$1" | cut -d . -f 1)
    if [ "$1" = "$event_witness" ] && [ "$grown_pause" -gt "$event_pause" ]; then
        event_pause=$grown_pause
    fi
    [ "$(field received <"/run/line-$1")" -gt $(($(cat "/run/received-$1") + RATE / 2)) ]
}

pause_and_unpause() {
    pause "$1"
    sleep 2
    unpause "$1"
}

save_and_restore() {
    save "$1"
    restore "$1"
    wait_for_guest "$1" 30
}

migrate_and_wait() {
    migrate "$1"
    wait_for_guest "$1" 30
}

kill_and_restart_xenloop() {
    stop_xenloop "$1" KILL
    start_xenloop "$1"
}

restart_announcer() {
    stop_announcer "$1"
    sleep 1
    start_announcer
}

# A store that is busy with somebody else's requests for a while.
keep_store_busy() {
    (while [ "$(seconds_up)" -lt $(($1 + 8)) ]; do xenstore-ls -f >/dev/null; done) &
}

destroy_and_start_anew() {
    destroy "$1"
    check "destroyed $1: no zombie stays" wait_until 10 no_zombies
    check "destroyed $1: the other forgets it" wait_until 30 forgotten "$(other_than "$1")" "$1"
    start_guests "$1"
    start_xenloop "$1"
    check "destroyed $1: the fast path to its successor" wait_for_fast_path a b "$BACK_SECONDS"
}

forgotten() { [ "$(peer_value "$1" "$2" .state)" != connected ]; }

start_guests a b
start_announcer
start_xenloop a
start_xenloop b
wait_for_fast_path a b 20 || give_up "a and b do not connect"
begin_transfers

for name in a b; do
    event "pause and unpause of $name" $name pause_and_unpause $name
    event "kill -9 of XenLoop in $name" $name kill_and_restart_xenloop $name
done
event "announcer restarted" a restart_announcer TERM
event "announcer killed and restarted" a restart_announcer KILL
for name in a b; do
    case $GUEST_TYPE in
        pv) event "save and restore of $name" $name save_and_restore $name ;;
        pvh) event "migration of $name" $name migrate_and_wait $name ;;
    esac
done
keep_store_busy "$(seconds_up)"
event "kill -9 of XenLoop in b while xenstored is busy" b kill_and_restart_xenloop b
end_transfers

destroy_and_start_anew b
destroy_and_start_anew a
