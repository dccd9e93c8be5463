# shellcheck shell=sh
# limit: 300
# What only guests with a kernel of their own can have of network set-ups: a VLAN on the vif, and IPsec between two guests. By name only.

start_guests a b
start_announcer
for name in a b; do
    start_xenloop "$name"
done
check "a and b connect" wait_for_fast_path a b 20

sent_to_b() { peer_value a b .sent.packets; }

for name in a b; do
    guest "$name" "ip link add link eth0 name eth0.5 type vlan id 5 && ip address add 10.5.0.$(guest_number "$name")/24 dev eth0.5 && ip link set eth0.5 up"
done
before=$(sent_to_b)
check "a reaches b on a VLAN of the vif" ping_address a 10.5.0.2 5
check_value "by the standard path" $(($(sent_to_b) - before)) -eq 0
check "a's status says why" guest a 'xenloop status | grep "what leaves by eth0.5"'
before=$(sent_to_b)
check "beside it" ping_guest a b 5
check_value "the fast path goes on" $(($(sent_to_b) - before)) -ge 5

# protect GUEST OTHER SPI-OUT SPI-IN: all between the two is encrypted, and what comes in the clear is dropped.
protect() {
    own=$(address_of "$1")
    other=$(address_of "$2")
    key=0x000102030405060708090a0b0c0d0e0f10111213
    guest "$1" "ip xfrm state add src $own dst $other proto esp spi $3 mode transport aead 'rfc4106(gcm(aes))' $key 128 &&
        ip xfrm state add src $other dst $own proto esp spi $4 mode transport aead 'rfc4106(gcm(aes))' $key 128 &&
        ip xfrm policy add src $own dst $other dir out tmpl src $own dst $other proto esp mode transport &&
        ip xfrm policy add src $other dst $own dir in tmpl src $other dst $own proto esp mode transport"
}

# dropped_in_the_clear GUEST
dropped_in_the_clear() { guest "$1" "awk '/XfrmInNoPols|XfrmInTmplMismatch/ { sum += \$2 } END { print sum }' /proc/net/xfrm_stat"; }

protect a b 0x100 0x200
protect b a 0x200 0x100
before=$(sent_to_b)
check "a reaches b through IPsec" ping_guest a b 5
check_value "b dropped what came in the clear" "$(dropped_in_the_clear b)" -eq 0
check_value "a dropped what came in the clear" "$(dropped_in_the_clear a)" -eq 0
check_value "the encrypted packets take the fast path" $(($(sent_to_b) - before)) -ge 5
check "b has decrypted them" guest b "ip -s xfrm state list spi 0x100 | grep -E '[5-9]\(packets\)'"
