# shellcheck shell=sh
# tests/SharedRing.XenPeer in guests: channels opened by hand, without store, announcer or packets. Session.cs has its commands.

# start_peer GUEST
start_peer() {
    guest "$1" 'rm -f /tmp/xenpeer.in; mkfifo /tmp/xenpeer.in'
    begin "$1" xenpeer "xenpeer $(domid "$1") 0<>/tmp/xenpeer.in"
}

kill_peer() { signal "$1" xenpeer KILL; }

# tell GUEST LINE: without waiting for the answer.
tell() { guest "$1" "echo '$2' >/tmp/xenpeer.in"; }

answers() { guest "$1" 'wc -l </tmp/xenpeer.log'; }

# answered GUEST COUNT: more lines than that.
answered() { [ "$(answers "$1")" -gt "$2" ]; }

# ask GUEST LINE: prints the answer.
ask() {
    ask_before=$(answers "$1")
    tell "$1" "$2"
    wait_until 60 answered "$1" "$ask_before" || echo "$1 does not answer: $2"
    last_line "$1" xenpeer
}

# close_last GUEST: its youngest channel, where nobody looks at the answer.
close_last() { ask "$1" close >/dev/null; }

# answer_is GUEST LINE PATTERN: asks, and compares with a shell pattern.
answer_is() {
    answer=$(ask "$1" "$2")
    echo "$answer"
    # shellcheck disable=SC2254 # a pattern it shall be
    case $answer in $3) ;; *) return 1 ;; esac
}

# check_answer NAME GUEST LINE PATTERN
check_answer() { check "$1" answer_is "$2" "$3" "$4"; }

# open_channel BYTES: from a, which listens, to b. Leaves the offer's numbers in $grant and $port.
open_channel() {
    offer=$(ask a "offer $(domid b) $1")
    grant=$(echo "$offer" | cut -d ' ' -f 2)
    port=$(echo "$offer" | cut -d ' ' -f 3)
    check_answer "b maps what a offers" b "map $(domid a) $grant $port" "map $1 in *"
}

last_answer_begins() { case $(last_line "$1" xenpeer) in "$2"*) ;; *) return 1 ;; esac }

# check_rings FROM SAID TO SAID: the answers to an exchange (RingCounts.cs). FROM has rung, TO has slept. (The kernel's count of interrupts would not do: it
# keeps a port masked until the sleeper takes note, so that excess rings are merged.)
check_rings() {
    rung=$(echo "$2" | field data-rings)
    check_value "$1 rang $3 for records" "$rung" -ge 1
    check_value "and not more often than $3 asked before it slept" "$rung" -le "$(echo "$4" | field data-wishes)"
    check_value "nor for space" "$(echo "$2" | field space-rings)" -le "$(echo "$4" | field space-wishes)"
}

check_exchange() {
    tell a "exchange 5 2000 2000"
    check_answer "records cross from a to b" b "exchange 5 2000 2000" "exchange Complete *"
    check "and from b to a" wait_until 30 last_answer_begins a "exchange Complete"
    said_by_a=$(last_line a xenpeer)
    said_by_b=$(last_line b xenpeer)
    check_rings a "$said_by_a" b "$said_by_b"
    check_rings b "$said_by_b" a "$said_by_a"
}

# Process numbers of the keepers in a guest, the youngest last.
keepers() { guest "$1" 'pidof xenloop-ports | tr " " "\n" | sort -n'; }
