# shellcheck shell=sh
# more variants: pv pv,xenstored=c
# limit: 400
# A guest that has used up what the store allows it, nodes or watches. Without nodes there is no channel, and its log says why; without watches one opens all the same. Traffic takes the
# standard path meanwhile, and nobody restarts anything.

nodes_of() { echo "/local/domain/$(domid "$1")/data/filling"; }

# use_up_nodes GUEST: with nodes that are its own, whoever made them. Both xenstoreds allow 1,000; oxenstored also refuses to give it more.
use_up_nodes() {
    for hundred in $(seq 10 21); do
        # shellcheck disable=SC2046 # paths and values are words
        xenstore-write $(seq 100 199 | sed "s:.*:$(nodes_of "$1")/$hundred/& x:")
        xenstore-chmod -r "$(nodes_of "$1")/$hundred" "n$(domid "$1")" || return 0
    done
}

# XS_WATCH requests (xs_wire.h: type 4, request, transaction, length, then path and token) on one connection until the store refuses.
watch_it_all() {
    begin "$1" watches 'sh -c '"'"'exec 3<>/dev/xen/xenbus; for i in $(seq 100 399); do printf "\004\0\0\0\001\0\0\0\0\0\0\0\013\0\0\0data/w\0%s\0" $i >&3 || { echo "refused: $i"; break; }; done; sleep 3600'"'"
    wait_until 20 guest "$1" 'grep refused /tmp/watches.log'
}

says_refused() { guest "$1" 'cat /tmp/xenloop.log' | grep "$2.*QuotaExceeded"; }

# check_standard_path: five pings and their answers go by way of netfront.
check_standard_path() {
    before=$(vif_packets a)
    check "$1: a reaches b" ping_guest a b 5
    check_value "$1: by the standard path" $(($(vif_packets a) - before)) -ge 10
}

replace_xenloop() {
    stop_xenloop "$1" KILL
    finish "$1" xenloop 15 >/dev/null || true
    start_xenloop "$1"
}

start_guests a b
start_announcer
check "a's nodes are used up" use_up_nodes a
start_xenloop a
start_xenloop b
check "its log says that there is none for the advert" wait_until 20 says_refused a advert
check_standard_path "no nodes for an advert"
xenstore-rm "$(nodes_of a)"
check "once there are, a and b connect" wait_for_fast_path a b 30

for name in a b; do
    check "$name's nodes are used up again" use_up_nodes "$name"
    check "the channel stays" try_fast_path a b
    replace_xenloop "$name"
    check_standard_path "no nodes for $name"
    xenstore-rm "$(nodes_of "$name")"
    check "once there are, a and b connect again" wait_for_fast_path a b 60
done

# Both agents have what they cannot do without; of each other they learn only now.
stop_announcer
replace_xenloop a
replace_xenloop b
for name in a b; do
    check "$name's watches are used up" watch_it_all "$name"
done
start_announcer
check "without a watch on each other's node a and b connect all the same" wait_for_fast_path a b 60
for name in a b; do
    check "$name's log says so" says_refused "$name" "The node of domain"
    signal "$name" watches KILL
done

for name in a b; do
    stop_xenloop "$name" KILL
    finish "$name" xenloop 15 >/dev/null || true
    check "$name's watches are used up again" watch_it_all "$name"
    start_xenloop "$name"
    check "$name's log says that it would not notice a restore" wait_until 20 says_refused "$name" "its own number"
    check_standard_path "no watches for $name"
    signal "$name" watches KILL
    check "once there are, a and b connect" wait_for_fast_path a b 60
done
