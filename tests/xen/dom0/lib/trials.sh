# shellcheck shell=sh
# Trials: something moves data between a and b, and must arrive whole, by the way that is expected. Both are told by counters: XenLoop's in the guest
# that receives, and those of a's vif in Dom0, which carries all that does not take the fast path. Each leaves a line of a table on standard
# output and in /results/trials.

# trial NAME TO_B TO_A COMMAND...: the command finds the content right, and moves so many bytes at least from a to b, and from b to a, over the fast
# path, by what the receivers count; and next to nothing by netfront.
trial() {
    trial_name=$1
    trial_to_b=$2
    trial_to_a=$3
    shift 3
    wait_for_fast_path a b 60 || { not_ok "$trial_name: a and b are connected" "$(peer_value a b .state .reason)"; return 0; }
    begin_trial
    check "$trial_name: the content is right" "$@"
    end_trial
    [ "$moved_to_b" -ge "$trial_to_b" ] || guest a 'xenloop status' | sed 's/^/# /'
    check_value "$trial_name: bytes to b over the fast path" "$moved_to_b" -ge "$trial_to_b"
    check_value "$trial_name: bytes to a over the fast path" "$moved_to_a" -ge "$trial_to_a"
    check_value "$trial_name: bytes by netfront" "$moved_by_vif" -le $(((trial_to_b + trial_to_a) / 100 + 65536))
}

# standard_trial NAME LEAST COMMAND...: the same, but all of it by netfront, LEAST bytes or more, and next to nothing over the fast path.
standard_trial() {
    trial_name=$1
    trial_least=$2
    shift 2
    begin_trial
    check "$trial_name: the content is right" "$@"
    end_trial
    check_value "$trial_name: bytes by netfront" "$moved_by_vif" -ge "$trial_least"
    check_value "$trial_name: bytes over the fast path" $((moved_to_a + moved_to_b)) -le $((trial_least / 100 + 65536))
}

begin_trial() {
    in_both note_bytes
    trial_vif=$(vif_bytes a)
    trial_bytes_a=$(cat /run/bytes-a)
    trial_bytes_b=$(cat /run/bytes-b)
    trial_start=$(milliseconds_up)
}

# end_trial: leaves what was moved since in $moved_to_a, $moved_to_b and $moved_by_vif.
end_trial() {
    trial_took=$(($(milliseconds_up) - trial_start))
    in_both note_bytes
    moved_by_vif=$(($(vif_bytes a) - trial_vif))
    moved_to_a=$(($(cat /run/bytes-a) - trial_bytes_a))
    moved_to_b=$(($(cat /run/bytes-b) - trial_bytes_b))
    trial_line="$trial_name | to b $moved_to_b | to a $moved_to_a | netfront $moved_by_vif | $trial_took ms"
    log "$trial_line"
    echo "$trial_line" >>/results/trials
}

# note_bytes GUEST: what it has received from the other over the fast path; 0 without XenLoop.
note_bytes() {
    note_received=$(peer_value "$1" "$(other_than "$1")" .received.bytes) || note_received=0
    echo "${note_received:-0}" >"/run/bytes-$1"
}

# make_file GUEST FILE BYTES: whose content nobody can guess.
make_file() { guest "$1" "head -c $3 /dev/urandom >$2"; }

# same_file FILE OTHER: each as GUEST:PATH.
same_file() {
    same_first=$(checksum_of "$1")
    same_second=$(checksum_of "$2")
    echo "$1 $same_first, $2 $same_second"
    [ -n "$same_first" ] && [ "$same_first" = "$same_second" ]
}

checksum_of() { guest "${1%%:*}" "sha256sum ${1#*:}" | cut -d ' ' -f 1; }

# serves GUEST PORT: somebody listens there.
serves() { wait_until 20 guest "$1" "ss -ltn | grep -q ':$2 '" || give_up "nobody listens on port $2 of guest $1: $(guest "$1" 'tail -n 5 /tmp/*.log')"; }
