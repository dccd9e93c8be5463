# shellcheck shell=sh
# more variants: pv
# limit: 500
# Too few pages to lend (gntalloc's limit): none at first, then enough for one channel, then for more. Whoever has no channel is told why and takes the standard path; idle channels
# make room, busy ones grow, and the largest shrinks for a newcomer, under transfers that arrive as they were sent. Nobody restarts anything.

# The guest with the smallest number lends, to both others.
start_guests a b c
by_age=$(for name in a b c; do echo "$(domid $name) $name"; done | sort -n | cut -d ' ' -f 2)
lender=$(echo "$by_age" | sed -n 1p)
one=$(echo "$by_age" | sed -n 2p)
other=$(echo "$by_age" | sed -n 3p)

# limit PAGES: that the lender may lend. The smallest channel, two rings of 64 KB, takes 33 (ChannelDescriptor.ChannelPages).
limit() {
    guest "$lender" "echo $1 >/sys/module/xen_gntalloc/parameters/limit"
    log "the limit is $1 pages"
}

# ring_of PEER: data bytes per direction of the lender's channel to it; 0 without one.
ring_of() { peer_value "$lender" "$1" .ringBytes; }

ring_is() { [ "$(ring_of "$1")" "$2" "$3" ] && connected "$lender" "$1"; }

# try_ring PEER -eq|-gt BYTES: a little traffic, and the channel is there and so large.
try_ring() {
    guest "$lender" "ping -q -c 1 -W 1 $(address_of "$1")" >/dev/null 2>&1 || true
    ring_is "$@"
}

# refused PEER: a little traffic, and the lender says why it takes the standard path, and what to do.
refused() {
    ping_guest "$lender" "$1" 1 && guest "$lender" 'xenloop status' |
        grep "peer $(domid "$1") $1: [a-z]*, standard path (.*Fewer than 33 grant pages are left.*Raise the limit: echo [0-9]* >/sys/module/xen_gntalloc/parameters/limit"
}

begin_asking() { begin "$lender" asking "ping -q -i 0.2 $(address_of "$1")"; }

end_asking() {
    signal "$lender" asking INT
    check "every ping was answered" all_answered
}

all_answered() { finish "$lender" asking 10 | grep ' 0% packet loss'; }

limit 20
start_announcer
for name in a b c; do
    start_xenloop $name
done
for name in $one $other; do
    check "without pages for a channel $lender says why $name takes the standard path" wait_until 20 refused "$name"
done
vif_before=$(vif_bytes "$lender")
begin_stream "$lender" "$one" 5001 2 200000
check "a transfer arrives as it was sent" end_stream "$lender" "$one" 5001
check_value "by the standard path" $(($(vif_bytes "$lender") - vif_before)) -ge 300000
check_value "packets over the fast path" "$(peer_value "$lender" "$one" .sent.packets)" -eq 0

limit 40
check "with pages for one channel $one gets the smallest" wait_until 60 try_ring "$one" -eq 65536
begin_asking "$one"
check "as long as it is in use there is none for $other" wait_until 20 refused "$other"
check "$one keeps its channel" ring_is "$one" -eq 65536
end_asking
check "once it is idle $other gets its pages" wait_until 90 try_ring "$other" -eq 65536
check_value "and $one has none" "$(ring_of "$one")" -eq 0
check "but still an answer" ping_guest "$lender" "$one"

limit 1024
check "with pages for all $one gets its share" wait_until 90 try_ring "$one" -eq 524288
check "$other keeps what it has" ring_is "$other" -eq 65536
begin_stream "$lender" "$other" 5002 3600
check "until it is busy: then its rings grow" wait_until 90 ring_is "$other" -eq 524288
signal "$lender" send-5002 TERM
check "the transfer that made them grow arrived as it was sent" end_stream "$lender" "$other" 5002

stop_xenloop "$one"
finish "$one" xenloop 15 >/dev/null || true
limit 280
begin_stream "$lender" "$other" 5003 3600 200000
start_xenloop "$one"
check "a newcomer that finds too few pages gets its share" wait_until 60 try_ring "$one" -eq 262144
check "for which the other's rings shrink to theirs" wait_until 30 try_ring "$other" -eq 262144
sleep 2
signal "$lender" send-5003 TERM
check "the transfer that went on meanwhile arrived as it was sent" end_stream "$lender" "$other" 5003
