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
NUMBERED_RATE=50
BACK_SECONDS=${BACK_SECONDS:-30}

other_than() { if [ "$1" = a ]; then echo b; else echo a; fi; }

# stream_into GUEST, numbered_into GUEST: the port of the transfer, and of the datagrams, that it receives.
stream_into() { if [ "$1" = a ]; then echo 5001; else echo 5002; fi; }
numbered_into() { if [ "$1" = a ]; then echo 6001; else echo 6002; fi; }

begin_traffic() {
    for into in a b; do
        begin_stream "$(other_than $into)" $into "$(stream_into $into)" 3600 "$STREAM_RATE"
        begin_numbered "$(other_than $into)" $into "$(numbered_into $into)" "$NUMBERED_RATE" 3600
    done
    sleep 1
}

# SIGTERM ends a sender properly, so that its receiver sees the end of the transfer.
end_traffic() {
    for into in a b; do
        signal "$(other_than $into)" "send-$(stream_into $into)" TERM
        signal "$(other_than $into)" "send-$(numbered_into $into)" TERM
    done
    for into in a b; do
        check "the transfer into $into arrived as it was sent" end_stream "$(other_than $into)" $into "$(stream_into $into)"
        log "UDP into $into: $(end_numbered "$(other_than $into)" $into "$(numbered_into $into)" | tail -n 1)"
    done
}

# abandon_traffic GUEST: ends what this one still has of it, the other being gone.
abandon_traffic() {
    for label in "send-$(stream_into "$(other_than "$1")")" "send-$(numbered_into "$(other_than "$1")")" "receive-$(stream_into "$1")" "receive-$(numbered_into "$1")"; do
        signal "$1" "$label" KILL || true
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
    in_both look before

    event_start=$(milliseconds_up)
    "$@" || { not_ok "$event_name" "could not be done: $(tail -n 3 /tmp/*.log)"; return 0; }
    event_took=$(($(milliseconds_up) - event_start))
    if [ "$event_path" = xenloop ]; then
        check_fast_path_back || return 0
    fi
    # A sender that was cut off for long tries again only seconds later.
    wait_until 30 both_grown || true
    check_growth "$event_witness"
    check_growth "$event_guest"
    event_line="took $event_took ms, TCP paused $event_pause ms, $(datagrams)$event_back"
    log "$event_path: $event_name: $event_line"
    echo "$event_path | $event_name | $event_line" >>/results/events
}

# look WHEN GUEST: what GUEST's receivers have got by now; `said` reads it.
look() { new_lines "$2" "receive-$(stream_into "$2")" "receive-$(numbered_into "$2")" >"/run/$1-$2"; }

# said WHEN GUEST PORT FIELD: a value of what the receiver at that port has said at that look; nothing if it said nothing.
said() { grep "^receive-$3 " "/run/$1-$2" | field "$4"; }

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
        not_ok "$event_name: the fast path comes back" "a: $(peer_value a b .state .reason), b: $(peer_value b a .state .reason)"
        return 1
    fi
}

# fast_path_carries: both ends are connected, and have received more than at the first look that found them so ($back_seen, ms): a
# channel whose end is not noticed yet carries nothing.
fast_path_carries() {
    carries_now=$(milliseconds_up)
    in_both note_received || true
    carries_a=$(cat /run/carries-a)
    carries_b=$(cat /run/carries-b)
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

# note_received GUEST: packets that it has received from the other, if it is connected to it.
note_received() { peer_value "$1" "$(other_than "$1")" .state .received.packets | sed -n 's/^connected //p' >"/run/carries-$1"; }

# both_grown: half a second's worth has arrived at either end. Notes the witness's longest pause yet.
both_grown() {
    in_both look now || return 1
    grown_pause=$(said now "$event_witness" "$(stream_into "$event_witness")" longest-pause | cut -d . -f 1)
    [ "$grown_pause" -le "$event_pause" ] || event_pause=$grown_pause
    grown a && grown b
}

grown() { [ "$(said now "$1" "$(stream_into "$1")" received)" -gt $(($(said before "$1" "$(stream_into "$1")" received) + STREAM_RATE / 2)) ]; }

check_growth() {
    if grown "$1" && [ "$(said now "$1" "$(stream_into "$1")" corrupt)" = 0 ]; then
        ok "$event_path: $event_name: the transfer into $1 goes on"
    else
        not_ok "$event_path: $event_name: the transfer into $1 goes on" "$(cat "/run/now-$1")"
    fi
}

# What became of the datagrams to the witness.
datagrams() { echo "UDP lost $(since lost) of $(($(since lost) + $(since received))), reordered $(since reordered), duplicated $(since duplicates)"; }

# since FIELD: how much it has grown during the event.
since() {
    since_port=$(numbered_into "$event_witness")
    echo $(($(said now "$event_witness" "$since_port" "$1") - $(said before "$event_witness" "$since_port" "$1")))
}
