# shellcheck shell=sh
# more variants: pv pvh pv,xenstored=c
# limit: 420
# Domain numbers that are used again: by the same guest, by two that exchange theirs, in the announcer's sight and behind its back, and by a guest in place of one that is destroyed. Nobody
# takes one guest for another: transfers arrive as they were sent, and what is meant for one is never offered to the other.

# Otherwise libxl gives no number a second time within a minute.
export LIBXL_DOMID_REUSE_TIMEOUT=0

# How long a transfer may pause while one guest is saved and restored, in ms: 8 to 11 s of it are the toolstack's here.
MARGIN=15000

# hex TEXT
hex() { printf '%s' "$1" | xxd -p; }

# save_with_number NAME: the number is part of what is saved, for the guest that comes back.
save_with_number() { xl save -D "$1" "/tmp/$1.saved" >"/tmp/save-$1.log" 2>&1; }

# give_number NAME NUMBER: another one, in the saved configuration (JSON, in the first kilobytes). Both have one digit.
give_number() {
    number_key='"domid": '
    number_head=$(head -c 8192 "/tmp/$1.saved" | xxd -p | tr -d '\n')
    number_before=${number_head%%"$(hex "$number_key")"*}
    [ "$number_before" != "$number_head" ] || give_up "the saved guest $1 has no number"
    printf '%s' "$2" | dd of="/tmp/$1.saved" bs=1 seek=$((${#number_before} / 2 + ${#number_key})) conv=notrunc 2>/dev/null
}

# has_number NAME NUMBER
has_number() { [ "$(domid "$1")" = "$2" ]; }

# come_back NAME NUMBER: libxl counts in whole seconds, and takes a number that was free for none as in use.
come_back() {
    sleep 1
    restore "$1" && wait_for_guest "$1" 30 && has_number "$1" "$2"
}

return_under_own_number() {
    own=$(domid b)
    save_with_number b && come_back b "$own"
}

exchange_numbers() {
    number_of_b=$(domid b)
    number_of_c=$(domid c)
    save_with_number b && save_with_number c || return 1
    give_number b "$number_of_c"
    give_number c "$number_of_b"
    come_back b "$number_of_c" && come_back c "$number_of_b"
}

# exchange_unseen: the announcer is killed before, and another one started after it.
exchange_unseen() {
    stop_announcer KILL
    exchange_numbers && ping_guest a b && ping_guest a c && start_announcer
}

# numbers_in_list: a knows its peers under their numbers.
numbers_in_list() {
    guest a 'xenloop status' >/tmp/status-a
    grep "peer $(domid b) b:" /tmp/status-a && grep "peer $(domid c) c:" /tmp/status-a
}

# check_both NAME: a's list is right, and the fast path leads to both.
check_both() {
    check "$1: a knows both under their numbers" wait_until 30 numbers_in_list
    check "$1: the fast path to c" wait_for_fast_path a c "$BACK_SECONDS"
}

unknown_to_a() { [ -z "$(peer_value a "$1" .state)" ]; }

known_to_a() { ! unknown_to_a "$1"; }

start_guests a b c
# Two saved guests need the room in Dom0's memory.
rm /tmp/guest.cpio /tmp/vmlinux
start_announcer
for name in a b c; do
    start_xenloop "$name"
done
check "a and b connect" wait_for_fast_path a b 20
check "a and c connect" wait_for_fast_path a c 20
begin_traffic
begin_stream a c 5003 3600 "$STREAM_RATE"

event_within "$MARGIN" xenloop "b comes back under its own number" b return_under_own_number
check_both "b under its own number"
event_within $((2 * MARGIN)) xenloop "b and c exchange their numbers" b exchange_numbers
check_both "exchanged"
event_within $((2 * MARGIN)) xenloop "b and c exchange them back, unseen" b exchange_unseen
check_both "exchanged unseen"

signal a send-5003 TERM
check "the transfer to c arrived as it was sent" end_stream a c 5003

# c in b's place, while a goes on sending to b.
number_of_b=$(domid b)
check "c is saved" save_with_number c
give_number c "$number_of_b"
destroy b
check "c comes back with the number of b, which was destroyed" come_back c "$number_of_b"
check "a learns of c" wait_until 30 known_to_a c
check "a has forgotten b" unknown_to_a b
sleep 2
check_value "packets to b that a offered to c" "$(peer_value a c .sent.packets)" -eq 0
check "the fast path to c" wait_for_fast_path a c "$BACK_SECONDS"
abandon_traffic a
