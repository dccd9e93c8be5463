# shellcheck shell=sh
# variants: pv
# more variants: pvh
# limit: 300
# Channels opened by hand: pages, doorbells, hostile offers, the limit of pages, a peer that unmaps none, and the deaths of both ends and of a keeper.

devices_open() { guest b "ls -l /proc/\$(cat /tmp/xenpeer.pid)/fd | grep -c /dev/xen/"; }

no_keeper() { [ -z "$(keepers "$1")" ]; }

# used_until_new KEEPER: b opens and closes channels, of each of which the keeper is told.
used_until_new() {
    ask b "cost $(domid a) 65536" | grep '^cost offer' && new_keeper "$1"
}

new_keeper() { [ "$(keepers b | wc -l)" = 1 ] && [ "$(keepers b)" != "$1" ]; }

# check_death GUEST OTHER: what GUEST sees when the other end is killed.
check_death() {
    tell "$1" "wait 20000"
    kill_peer "$2"
    check "the death of $2's end rings" wait_until 30 last_answer_begins "$1" "wait rung True"
    check_answer "and $1 sees it gone" "$1" state "state left True gone True *"
    check "$2's keeper ends" wait_until 10 no_keeper "$2"
    check_answer "$1 closes" "$1" close "close *"
}

start_guests a b
start_peer a
start_peer b

open_channel 65536
check_answer "a sees b" a state "state left False gone False inbound Empty *"
check_exchange
tell a "storm 10000"
check_answer "b rings" b "ring 1000" "ring *"
check "a counts its wake-ups" wait_until 30 last_answer_begins a storm
check_value "a is woken" "$(last_line a xenpeer | cut -d ' ' -f 2)" -ge 1
check_value "and not more often than rung" "$(last_line a xenpeer | cut -d ' ' -f 2)" -le 1000
check_answer "b rings while a does not look" b "ring 1000" "ring *"
# One bit before a's kernel looks, and another until a itself does.
check_value "that wakes a twice at most" "$(ask a "storm 10000" | cut -d ' ' -f 2)" -le 2
check_answer "b closes" b close "close *"
check_answer "a sees it" a state "state left True *"
check_answer "a closes" a close "close *"

before=$(devices_open)
for refused in "0 5" "7 5" "999999 5" "4294967295 5"; do
    check_answer "an offer of $refused is refused" b "map $(domid a) $refused" "map refused: *"
done
check_answer "so is one of a reserved domain" b "map 40000 100 5" "map refused: *"
check_answer "and one of oneself" b "map $(domid b) 100 5" "map refused: *"
offer=$(ask a "offer $(domid b) 65536")
grant=$(echo "$offer" | cut -d ' ' -f 2)
port=$(echo "$offer" | cut -d ' ' -f 3)
check_answer "a port that was not offered is refused" b "map $(domid a) $grant 999" "map refused: *"
check_answer "a ring's page is no descriptor" b "map $(domid a) $((grant + 1)) $port" "map refused: *"
check_value "nothing of it stays open" "$(devices_open)" -eq "$before"
check_answer "the offer itself is good" b "map $(domid a) $grant $port" "map 65536 *"
check_answer "once" b "map $(domid a) $grant $port" "map refused: *"
close_last b
close_last a

check_answer "rings are at most 1 MB" a "offer $(domid b) 4194304" "offer * 1048576"
check_answer "half is given where there is not more" a "offer $(domid b) 1048576" "offer * 524288"
check_answer "and half of that" a "offer $(domid b) 524288" "offer * 262144"
check_answer "and so on" a "offer $(domid b) 65536" "offer * 65536"
check_answer "to the end" a "offer $(domid b) 1048576" "offer * 131072"
check_answer "which says what to do" a "offer $(domid b) 1048576" "offer refused: Fewer than * echo *xen_gntalloc*"
for _ in 1 2 3 4 5; do close_last a; done
check_answer "all come back" a "offer $(domid b) 1048576" "offer * 1048576"
close_last a

# b says each time that it has left, and unmaps nothing.
ask a "renew $(domid a)" >/dev/null
grants=
for _ in 1 2 3 4 5 6 7 8 9 10; do
    open_channel 65536
    grants="$grants $grant"
    ask b leave >/dev/null
    close_last a
done
echo "descriptors $grants"
# shellcheck disable=SC2086 # words
check_value "what a peer does not unmap is soon used again" "$(printf '%s\n' $grants | sort -u | wc -l)" -eq 5
open_channel 65536
check_exchange
close_last a
check_answer "but not while it has not left" a "offer $(domid b) 65536" "offer refused: *has not let go*"
close_last b
check_answer "only then" a "offer $(domid b) 65536" "offer $grant *"
close_last a
ask a "renew $(domid a)" >/dev/null

open_channel 65536
check_death a b
start_peer b
open_channel 65536
check_death b a
start_peer a

open_channel 65536
keeper=$(keepers b)
guest b "kill -9 $keeper"
check "a killed keeper is replaced" wait_until 10 new_keeper "$keeper"
keeper=$(keepers b)
guest b "kill -STOP $keeper"
check "so is one that stands still, once it holds up its agent" wait_until 60 used_until_new "$keeper"
check_exchange
check_death a b
