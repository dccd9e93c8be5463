# shellcheck shell=sh
# variants: pv pvh,xenstored=c
# Two guests boot, reach each other over netfront and netback, and have what XenLoop needs.

start_guests a b

check "a reaches b" ping_guest a b
check "b reaches a" ping_guest b a
for name in a b; do
    for device in gntalloc gntdev evtchn xenbus; do
        check "/dev/xen/$device in $name" guest "$name" "test -c /dev/xen/$device"
    done
    check "xenloop runs in $name" guest "$name" 'xenloop version'
done
check "xenloop runs in Dom0" xenloop version
check "a guest reads its own domid" test "$(guest a 'xenstore-read domid')" = "$(domid a)"
check "what a guest wrote comes back" test "$(guest a 'xenstore-write data/x 1; xenstore-read data/x')" = 1
