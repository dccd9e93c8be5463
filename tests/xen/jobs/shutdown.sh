# shellcheck shell=sh
# more variants: pv pvh pv,GUEST_LAYERS=systemd
# limit: 700
# Guests that Dom0 asks to end or to start anew (`xl shutdown`, `xl reboot`) with an agent and open channels: they end, no kernel complains, no domain stays behind, the others'
# traffic goes on, and a channel to the successor opens. The same after a restore, when a port keeper is there that is to stay until the kernel is down. systemd leaves it alone;
# busybox's init kills it with all others, which is a BUG that holds nothing up (docs/xen.md).

# shellcheck disable=SC2034 # for start_guests and check_kernels
GUEST_ON_REBOOT=restart
spares_keepers=
case $GUEST_LAYERS in
    *systemd*) GUEST_MEMORY=256 spares_keepers=yes ;;
    *) KNOWN_COMPLAINTS='kernel BUG at drivers/xen/evtchn.c|Fixing recursive fault but reboot is needed' ;;
esac

# What another guest's end may hold up a transfer for that has nothing to do with it, in ms: the machine is busy with starting the successor.
MARGIN=6000

is_another() { [ "$(xl domid "$1")" != "$2" ] && guest "$1" true; }

is_forgotten() { [ "$(peer_value "$1" "$2" .state)" != connected ]; }

save_and_restore() {
    check "$1 is saved" save "$1"
    check "$1 is restored" restore "$1"
    check "$1 answers" wait_for_guest "$1" 60
    check "the fast path is back after the restore" wait_for_fast_path a b 30
    check "a keeper from before the restore is there" [ -n "$(keepers "$1")" ]
}

# before_its_end GUEST: systemd's last words are for a console that shows more than failures.
before_its_end() {
    check_sound "$1"
    kept=$(keepers "$1" | head -n 1)
    bugs_before=$(bugs "$1")
    [ -z "$spares_keepers" ] || guest "$1" 'dmesg -n 7'
    begun=$(milliseconds_up)
}

# check_keeper GUEST WHEN: whether its init has spared the keeper that was to stay.
check_keeper() {
    log "$2: BUGs at the end of $1: $(($(bugs "$1") - bugs_before))"
    [ -z "$spares_keepers" ] || [ "$2" = "at first" ] ||
        check "$2: systemd has left the keeper alone" grep "Process $kept (xenloop-ports) has been marked to be excluded from killing" "$(console_log "$1")"
}

# bugs GUEST: those that its console has told of so far.
bugs() { grep -c 'kernel BUG at' "$(console_log "$1")" || true; }

# reboot_in_order GUEST WHEN
reboot_in_order() {
    former=$(domid "$1")
    before_its_end "$1"
    check "$2: $1 is asked to reboot" reboot_guest "$1"
    check "$2: it ends, and starts anew" wait_until 150 is_another "$1" "$former"
    log "$2: $1 answers again after $(($(milliseconds_up) - begun)) ms"
    check_keeper "$1" "$2"
    start_xenloop "$1"
    check "$2: its channel is back" wait_for_fast_path a b 30
}

# shut_down_in_order GUEST WHEN
shut_down_in_order() {
    before_its_end "$1"
    check "$2: $1 is asked to end" shut_down "$1"
    check "$2: it ends" wait_until 60 is_gone "$1"
    log "$2: $1 is gone after $(($(milliseconds_up) - begun)) ms"
    check_keeper "$1" "$2"
    check "$2: no zombie stays" wait_until 10 no_zombies
    check "$2: b forgets it" wait_until 30 is_forgotten b "$1"
}

# end_transfer FROM TO PORT
end_transfer() {
    signal "$1" "send-$3" TERM
    check "the transfer into $2 arrived as it was sent" end_stream "$1" "$2" "$3"
}

start_guests a b c
start_announcer
for name in a b c; do
    start_xenloop $name
done
wait_for_fast_path a b 30 || give_up "a and b do not connect"
wait_for_fast_path b c 30 || give_up "b and c do not connect"
begin_stream b c 5003 3600 200000
begin_stream c b 5004 3600 200000

reboot_in_order a "at first"
shut_down_in_order a "at first"
start_guests a
start_xenloop a
check "the fast path to the next one" wait_for_fast_path a b 30
save_and_restore a
reboot_in_order a "after a restore"
save_and_restore a
shut_down_in_order a "after a restore"

pause=$(stream_line c 5003 | field longest-pause | cut -d . -f 1)
check_value "the longest pause of the transfer between the others, in ms" "$pause" -le $MARGIN
end_transfer b c 5003
end_transfer c b 5004
