# shellcheck shell=sh
# variants: pv
# Guests in subnets of their own, with Dom0 as their router, and several addresses per guest.

vif a routed 10.77.1.1/32,10.77.1.2/32
vif b routed 10.77.2.1/32,10.77.2.2/32
start_guests a b

check "a reaches b through Dom0" ping_guest a b
check "a reaches b's second address" ping_address a "$(address_of b 2)" 3
check "b reaches a from its second address" guest b "ping -q -c 2 -i 0.2 -I $(address_of b 2) $(address_of a 2)"
check "the way leads through the gateway" guest a "ip route get $(address_of b) | grep 'via $DOM0_ADDRESS'"
check "Dom0 counts it on b's vif" test "$(vif_packets b)" -ge 10

# What the toolstack leaves in the store, which the announcer reads.
backend="/local/domain/0/backend/vif/$(domid a)/0"
log "backend of a's vif: $(xenstore-ls "$backend" | tr '\n' ' ')"
check "the vif's script is vif-route" test "$(xenstore-read "$backend/script")" = /etc/xen/scripts/vif-route
check "the vif's ip lists both addresses" test "$(xenstore-read "$backend/ip")" = "10.77.1.1 10.77.1.2"
