# shellcheck shell=sh
# XenLoop in Dom0 and in guests.

# start_announcer [OPTIONS]
start_announcer() {
    # shellcheck disable=SC2086 # options are words
    setsid xenloop announce ${1:-} >>/tmp/announce.log 2>&1 </dev/null &
    echo $! >/run/announce.pid
}

stop_announcer() { kill "-${1:-TERM}" "$(cat /run/announce.pid)"; }

# start_xenloop GUEST [OPTIONS]: and returns when it answers.
start_xenloop() {
    begin "$1" xenloop "xenloop run ${2:-}"
    wait_until 15 guest "$1" 'xenloop status' || give_up "xenloop in guest $1 does not answer: $(guest "$1" 'cat /tmp/xenloop.log')"
}

# stop_xenloop GUEST [SIGNAL]: the agent alone. Not by pidof, which finds the keeper of its event channels too; to kill that one
# after a restore is a kernel BUG (docs/xen-internals.md).
stop_xenloop() { signal "$1" xenloop "${2:-TERM}"; }

# peer_value GUEST PEER PATH...: values of what GUEST's xenloop says of PEER (.state, .sent.packets), separated by blanks. Nothing if it knows no such
# peer.
peer_value() {
    peer_value_of=$1
    peer_value_peer=$2
    shift 2
    guest "$peer_value_of" 'xenloop status --json' | awk -v peer="$peer_value_peer" -v paths="$*" -f /host/lib/peer.awk
}

connected() { [ "$(peer_value "$1" "$2" .state)" = connected ] && [ "$(peer_value "$2" "$1" .state)" = connected ]; }

# try_fast_path GUEST PEER: a little traffic, which opens the channel; succeeds once both sides are connected.
try_fast_path() {
    guest "$1" "ping -q -c 1 -W 1 $(address_of "$2")" >/dev/null 2>&1 || true
    connected "$1" "$2"
}

# wait_for_fast_path GUEST PEER SECONDS
wait_for_fast_path() { wait_until "$3" try_fast_path "$1" "$2"; }
