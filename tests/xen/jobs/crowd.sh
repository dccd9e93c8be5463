# shellcheck shell=sh
# variants: pv
# Four guests, one of them on two bridges, one behind a router: the host is large enough, and everybody finds the right way.

vif c bridged br0 10.77.0.3/24,10.77.0.13/24
vif c bridged br1 10.78.0.3/24
vif d bridged br1 10.78.0.4/24
start_guests a b c d

check "a reaches b on br0" ping_guest a b
check "a reaches c on br0" ping_guest a c
check "a reaches c's second address" ping_address a "$(address_of c 2)" 3
check "d reaches c on br1" ping_address d "$(address_of c 1 1)" 3
check "c's interfaces stand on different bridges" test "$(basename "$(readlink "/sys/class/net/vif$(domid c).0/master")") $(basename "$(readlink "/sys/class/net/vif$(domid c).1/master")")" = "br0 br1"
destroy d
check "a destroyed guest is gone" wait_until 5 no_zombies
check_fails "and does not answer" ping_address c "$(address_of d)" 1
start_guests d
check "a new one in its place answers" ping_address c "$(address_of d)" 3
