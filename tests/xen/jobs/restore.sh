# shellcheck shell=sh
# variants: pv
# more variants: pvh
# limit: 300
# Save and restore of either end of a channel: no kernel oopses, whatever is killed when, and a fresh channel works at once.

save_and_restore() {
    check "$1 is saved" save "$1"
    check "$1 is restored" restore "$1"
    check "$1 answers" wait_for_guest "$1" 60
}

# forget_the_past GUEST: as the agent does when the store tells of a restore.
forget_the_past() {
    ask "$1" restored >/dev/null
    check_answer "$1 closes what was left behind" "$1" close "close *"
    ask "$1" "renew $(domid "$1")" >/dev/null
}

keepers_are() { [ "$(keepers b | wc -l)" = "$1" ]; }

start_guests a b
start_peer a
start_peer b

open_channel 65536
save_and_restore a
check_answer "the listener has its pages after a restore" a state "state left False *"
forget_the_past a
close_last b
open_channel 65536
check_exchange
check_sound a
kill_peer a
check_sound a
close_last b
start_peer a

open_channel 65536
save_and_restore b
check_answer "the connector survives the loss of its pages" b state "state *"
forget_the_past b
close_last a
open_channel 65536
check_exchange
check_sound b

save_and_restore b
kill_peer b
check_sound b
close_last a
start_peer b

open_channel 65536
save_and_restore b
held=$(keepers b | wc -l)
guest b "kill -9 $(keepers b | tail -n 1)"
check "b's killed keeper is replaced" wait_until 10 keepers_are "$held"
kill_peer b
check_sound b
close_last a
start_peer b

open_channel 65536
save_and_restore a
kill_peer a
check_sound a
start_peer a
close_last b
open_channel 65536
check_exchange
close_last a
close_last b
