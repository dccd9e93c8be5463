# shellcheck shell=sh
# more variants: pv
# limit: 300
# The harness itself, over netfront: four guests find each other, one of them on two bridges and one on the second alone; what the
# tools report is what happened, and what goes wrong is noticed.

only_a_runs() { [ "$(running_guests)" = a ]; }

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
destroy c
destroy d

begin_servers b

begin_stream a b 5001 3600 1000000
sleep 2
check_value "the receiver counts while it receives" "$(stream_line b 5001 | field received)" -gt 500000
signal a send-5001 TERM
check "a transfer arrives as it was sent" end_stream a b 5001

begin_stream a b 5002 3600 1000000
sleep 2
log "before the pause: $(stream_line b 5002)"
xl pause a
sleep 2
xl unpause a
sleep 1
check_value "a pause of two seconds is seen, in ms" "$(stream_line b 5002 | field longest-pause | cut -d . -f 1)" -ge 1900
signal a send-5002 TERM
check "the transfer survives it" end_stream a b 5002

begin_numbered a b 5003 200 3
numbered_line=$(end_numbered a b 5003)
check "numbered UDP arrives" test "$(echo "$numbered_line" | field received)" = "$(echo "$numbered_line" | field sent)"
guest a 'tc qdisc add dev eth0 root netem loss 20% delay 30ms 25ms'
begin_numbered a b 5004 200 3
numbered_line=$(end_numbered a b 5004)
log "$numbered_line"
check_value "losses are seen" "$(echo "$numbered_line" | field lost)" -gt 20
check_value "reordering is seen" "$(echo "$numbered_line" | field reordered)" -gt 20
guest a 'tc qdisc replace dev eth0 root netem duplicate 50%'
begin_numbered a b 5005 200 2
check_value "duplicates are seen" "$(end_numbered a b 5005 | field duplicates)" -gt 50
guest a 'tc qdisc del dev eth0 root'

check "TCP round trips" round_trip a b tcp 1 count 100
check "UDP round trips of 16 KB" round_trip a b udp 16384 count 100
log "$(round_trip a b tcp 1 seconds 1)"
check_fails "a failing command fails" guest a 'exit 3'
check "a command's output comes back" test "$(guest a 'echo 1; echo 2 >&2')" = "1
2"

# An oops is noticed, also when its message is lost.
check_sound b
guest b 'echo 128 >/proc/sys/kernel/tainted'
check_fails "a kernel that has died under somebody is noticed" sound b

# A guest that crashes is noticed, although it is gone by then.
check_fails "no kernel has complained so far" kernel_complaints
GUEST_LIMIT=3 guest b 'echo c >/proc/sysrq-trigger' || true
check "a crash ends the guest" wait_until 20 only_a_runs
check "the crash is noticed" kernel_complaints
forget_complaints b
