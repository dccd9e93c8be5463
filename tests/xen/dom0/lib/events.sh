# shellcheck shell=sh
# Events under running traffic: between a and b, both ways, a TCP transfer with checked content and numbered UDP. What an event
# costs is read in the guest to which it does not happen, the witness: a clock that is itself saved sees no pause.
#
# Each event becomes a line of a table, on standard output and in /results/events:
#
#   netfront   pause and unpause       took 2100 ms, TCP paused 2177 ms, UDP lost 200 of 812, reordered 0, duplicated 0
#   xenloop    pause and unpause of a  the same, and: fast path back after 840 ms

# Enough to be busy, little enough to leave the emulated processor to the events.
STREAM_RATE=200000
NUMBERED_RATE=100
BACK_SECONDS=${BACK_SECONDS:-30}

other_than() { if [ "$1" = a ]; then echo b; else echo a; fi; }

# stream_into GUEST, numbered_into GUEST: the port of the transfer, and of the datagrams, that it receives.
stream_into() { if [ "$1" = a ]; then echo 5001; else echo 5002; fi; }
numbered_into() { if [ "$1" = a ]; then echo 6001; else echo 6002; fi; }

begin_traffic() {
    for into in a b; do
        begin_stream "$(other_than $into)" $into "$(stream_into $into)" 3600 "$STREAM_RATE"
        begin_numbered "$(other_than $into)" $into "$(numbered_into $into)" "$NUMBERED_RATE" 3600 200 3600
    done
    sleep 1
}

# SIGTERM ends a sender properly, so that its receiver sees the end of the transfer.
end_traffic() {
    for into in a b; do
        signal "$(other_than $into)" "send-$(stream_into $into)" TERM
        signal "$(other_than $into)" "send-$(numbered_into $into)" TERM
    done
    sleep 1
    for into in a b; do
        signal $into "receive-$(numbered_into $into)" TERM
        check "the transfer into $into arrived as it was sent" end_stream "$(other_than $into)" $into "$(stream_into $into)"
        log "UDP into $into: $(end_numbered "$(other_than $into)" $into "$(numbered_into $into)" | tail -n 1)"
    done
}

# event PATH NAME GUEST COMMAND...: does something to the guest, and sees how the traffic goes on. PATH is netfront, or xenloop,
# whose fast path has to come back.
event() {
    event_path=$1
    event_name=$2
    event_guest=$3
    event_witness=$(other_than "$3")
    shift 3
    event_pause=0
    event_back=
    begin_counting

    event_start=$(milliseconds_up)
    "$@" || { not_ok "$event_name" "could not be done: $(tail -n 3 /tmp/*.log)"; return 0; }
    event_took=$(($(milliseconds_up) - event_start))
    if [ "$event_path" = xenloop ]; then
        check_fast_path_back || return 0
    fi
    # A sender that was cut off for long tries again only seconds later.
    check_growth "$event_witness"
    check_growth "$event_guest"
    numbered_line "$event_witness" "$(numbered_into "$event_witness")" >/run/numbered-now
    event_line="took $event_took ms, TCP paused $event_pause ms, $(datagrams)$event_back"
    log "$event_path: $event_name: $event_line"
    echo "$event_path | $event_name | $event_line" >>/results/events
}

# Milliseconds for which the transfer into the witness paused.
last_pause() { echo "$event_pause"; }

# event_within MS EVENT...: and the transfer may not be paused for longer, no datagram come twice.
event_within() {
    within=$1
    shift
    event "$@"
    check_value "$event_path: $event_name: the pause is bounded, in ms" "$event_pause" -le "$within"
    check_value "$event_path: $event_name: datagrams that came twice" "$(since duplicates)" -eq 0
}

check_fast_path_back() {
    back_start=$(milliseconds_up)
    if wait_until "$BACK_SECONDS" fast_path_carries; then
        event_back=", fast path back after $((back_seen - back_start)) ms"
        ok "$event_name: the fast path comes back"
    else
        not_ok "$event_name: the fast path comes back" "a: $(peer_value a b '.state + " " + .reason'), b: $(peer_value b a '.state + " " + .reason')"
        return 1
    fi
}

# fast_path_carries: both ends are connected, and have received more than at the first look that found them so ($back_seen, ms): a
# channel whose end is not noticed yet carries nothing.
fast_path_carries() {
    carries_now=$(milliseconds_up)
    carries_a=$(received_if_connected a b)
    carries_b=$(received_if_connected b a)
    if [ -z "$carries_a" ] || [ -z "$carries_b" ]; then
        carries_before=
        return 1
    fi
    if [ -z "${carries_before:-}" ]; then
        carries_before="$carries_a $carries_b"
        back_seen=$carries_now
        return 1
    fi
    [ "$carries_a" -gt "${carries_before% *}" ] && [ "$carries_b" -gt "${carries_before#* }" ] && carries_before=
}

received_if_connected() { peer_value "$1" "$2" 'select(.state == "connected") | .received.packets'; }

# From now on, at both guests.
begin_counting() {
    for counted in a b; do
        stream_line $counted "$(stream_into $counted)" | field received >"/run/received-$counted"
        numbered_line $counted "$(numbered_into $counted)" >"/run/numbered-$counted"
    done
}

check_growth() {
    if wait_until 30 grown "$1" && [ "$(field corrupt <"/run/line-$1")" = 0 ]; then
        ok "$event_path: $event_name: the transfer into $1 goes on"
    else
        not_ok "$event_path: $event_name: the transfer into $1 goes on" "$(cat "/run/line-$1")"
    fi
}

# grown GUEST: another half second's worth has arrived. Notes the line, and the witness's longest pause yet.
grown() {
    stream_line "$1" "$(stream_into "$1")" >"/run/line-$1"
    grown_pause=$(field longest-pause <"/run/line-$1" | cut -d . -f 1)
    if [ "$1" = "$event_witness" ] && [ "$grown_pause" -gt "$event_pause" ]; then
        event_pause=$grown_pause
    fi
    [ "$(field received <"/run/line-$1")" -gt $(($(cat "/run/received-$1") + STREAM_RATE / 2)) ]
}

# What became of the datagrams to the witness.
datagrams() { echo "UDP lost $(since lost) of $(($(since lost) + $(since received))), reordered $(since reordered), duplicated $(since duplicates)"; }

# since FIELD: how much it has grown during the event.
since() { echo $(($(field "$1" </run/numbered-now) - $(field "$1" <"/run/numbered-$event_witness"))); }
