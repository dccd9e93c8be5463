# shellcheck shell=sh
# variants: pv,SIDES=a pvh,SIDES=b
# more variants: pv pvh pv,xenstored=c
# limit: 800
# What Dom0 does to guests, and what becomes of XenLoop's processes, under running traffic (dom0/lib/events.sh): transfers go on,
# the fast path comes back by itself, no kernel complains. What happens to the guests themselves happens first without XenLoop,
# for comparison.

# The guests to which what can happen to either does happen. Where it is both, there is a third one besides, for one thing.
: "${SIDES:=a b}"
third=
[ "$SIDES" != "a b" ] || third=c

# What a busy machine may add to a pause, in ms.
MARGIN=6000

nothing() { sleep 2; }

pause_and_unpause() {
    pause "$1"
    sleep 2
    unpause "$1"
}

save_and_restore() { save "$1" && restore "$1" && wait_for_guest "$1" 30; }

migrate_and_wait() { migrate "$1" && wait_for_guest "$1" 30; }

# move GUEST: to another domain.
move() { if [ "$GUEST_TYPE" = pv ]; then save_and_restore "$1"; else migrate_and_wait "$1"; fi; }

# replace_xenloop GUEST SIGNAL
replace_xenloop() {
    stop_xenloop "$1" "$2"
    finish "$1" xenloop 10 >/dev/null || true
    start_xenloop "$1"
}

replace_announcer() {
    stop_announcer "$1"
    sleep 1
    start_announcer
}

# A store that answers nobody for a while.
freeze_store() {
    store=$(pidof oxenstored xenstored)
    kill -STOP "$store"
    sleep 5
    kill -CONT "$store"
}

# replace_xenloop_at_busy_store GUEST: while the store has somebody else's requests to answer.
replace_xenloop_at_busy_store() {
    (while :; do xenstore-ls -f >/dev/null; done) &
    busy=$!
    replace_xenloop "$1" KILL
    kill "$busy"
}

# jump_clocks GUEST: its date, and Dom0's, a day ahead, a day behind, and back. No clock that anything here may go by.
jump_clocks() {
    for seconds in 86400 -172800 86400; do
        date -s "@$(($(date +%s) + seconds))" >/dev/null && guest "$1" "date -s @\$((\$(date +%s) + $seconds)) >/dev/null" || return 1
        sleep 1
    done
}

# destroy_and_start_anew GUEST: while it has traffic with its peer, and that one, if there is a third guest, with c.
destroy_and_start_anew() {
    survivor=$(other_than "$1")
    begin_traffic
    [ -z "$third" ] || begin_third
    destroyed_at=$(milliseconds_up)
    destroy "$1"
    check "destroyed $1: no zombie stays" wait_until 10 no_zombies
    gone_after=$(($(milliseconds_up) - destroyed_at))
    check "destroyed $1: the other forgets it" wait_until 30 forgotten "$survivor" "$1"
    destroyed_line="gone after $gone_after ms, forgotten after $(($(milliseconds_up) - destroyed_at)) ms"
    [ -z "$third" ] || check_third "$1"
    abandon_traffic "$survivor"
    start_guests "$1"
    start_xenloop "$1"
    anew_at=$(milliseconds_up)
    check "destroyed $1: the fast path to its successor" wait_for_fast_path a b "$BACK_SECONDS"
    destroyed_line="$destroyed_line, fast path $(($(milliseconds_up) - anew_at)) ms after the start of its successor's XenLoop"
    log "xenloop: $1 destroyed and started anew: $destroyed_line"
    echo "xenloop | $1 destroyed and started anew | $destroyed_line" >>/results/events
    [ -z "$third" ] || end_third "$1"
}

begin_third() {
    check "$survivor has a fast path to c, too" wait_for_fast_path "$survivor" c "$BACK_SECONDS"
    begin_stream "$survivor" c 5003 3600 "$STREAM_RATE"
    sleep 1
    stream_line c 5003 >/dev/null
}

# check_third GUEST: how long its destruction holds up what has nothing to do with it.
check_third() {
    third_line=$(stream_line c 5003)
    third_received=$(echo "$third_line" | field received)
    third_pause=$(echo "$third_line" | field longest-pause | cut -d . -f 1)
    check "destroyed $1: the transfer to c goes on" wait_until 10 third_has_grown
    check_value "destroyed $1: its pause is bounded, in ms" "$third_pause" -le "$MARGIN"
    destroyed_line="$destroyed_line, TCP to a third guest paused $third_pause ms"
}

third_has_grown() { [ "$(stream_line c 5003 | field received)" -gt "$third_received" ]; }

end_third() {
    signal "$survivor" send-5003 TERM
    check "destroyed $1: the transfer to c arrived as it was sent" end_stream "$survivor" c 5003
}

forgotten() { [ "$(peer_value "$1" "$2" .state)" != connected ]; }

start_guests a b
begin_traffic
event netfront "nothing happens" b nothing
pause_of_nothing=$(last_pause)
# Little depends on the guests' kind: the short form has all of it with PV guests only.
all=
if [ "$GUEST_TYPE" = pv ] || [ "$SIDES" = "a b" ]; then
    all=yes
    event netfront "pause and unpause of b" b pause_and_unpause b
    pause_of_pause=$(last_pause)
fi
event netfront "another domain for b" b move b
pause_of_move=$(last_pause)

start_announcer
start_xenloop a
start_xenloop b
wait_for_fast_path a b 20 || give_up "a and b do not connect"
event_within $((pause_of_nothing + MARGIN)) xenloop "nothing happens" b nothing
for name in $SIDES; do
    [ -z "$all" ] || event_within $((pause_of_pause + MARGIN)) xenloop "pause and unpause of $name" $name pause_and_unpause $name
    event_within "$MARGIN" xenloop "SIGTERM to XenLoop in $name, and a new one" $name replace_xenloop $name TERM
    [ -z "$all" ] || event_within "$MARGIN" xenloop "kill -9 of XenLoop in $name, and a new one" $name replace_xenloop $name KILL
done
if [ -n "$all" ]; then
    event_within "$MARGIN" xenloop "announcer restarted" a replace_announcer TERM
    event_within "$MARGIN" xenloop "announcer killed and restarted" a replace_announcer KILL
    event_within "$MARGIN" xenloop "the clocks of a and of Dom0 jump" a jump_clocks a
    event_within "$MARGIN" xenloop "xenstored stands still for 5 s" a freeze_store
    event_within "$MARGIN" xenloop "kill -9 of XenLoop in b while xenstored is busy" b replace_xenloop_at_busy_store b
fi
for name in $SIDES; do
    event_within $((2 * pause_of_move + MARGIN)) xenloop "another domain for $name" $name move $name
    event_within "$MARGIN" xenloop "kill -9 of XenLoop in $name after that" $name replace_xenloop $name KILL
done
end_traffic

if [ -n "$third" ]; then
    start_guests c
    start_xenloop c
fi
for name in $SIDES; do
    destroy_and_start_anew "$name"
done
