# shellcheck shell=sh
# Traffic between guests, and what can be read of it.

# ping_guest FROM TO [COUNT]: every one of the pings is answered.
ping_guest() { ping_address "$1" "$(address_of "$2")" "${3:-3}"; }

ping_address() { guest "$1" "ping -q -c $3 -i 0.2 -W 2 $2" | grep -E " $3 received|^rtt"; }

# vif_packets GUEST [INTERFACE]: packets that Dom0's netback carried for the guest, both ways. What took the fast path is not among them.
vif_packets() {
    vif_statistics="/sys/class/net/vif$(domid "$1").${2:-0}/statistics"
    echo $(($(cat "$vif_statistics/rx_packets") + $(cat "$vif_statistics/tx_packets")))
}

# vif_bytes GUEST [INTERFACE]: the same in bytes.
vif_bytes() {
    vif_statistics="/sys/class/net/vif$(domid "$1").${2:-0}/statistics"
    echo $(($(cat "$vif_statistics/rx_bytes") + $(cat "$vif_statistics/tx_bytes")))
}

# field NAME: the value of NAME=VALUE in the last line of the input that has it.
field() { sed -n "s/.*\<$1=\([^ ]*\).*/\1/p" | tail -n 1; }

# begin_stream FROM TO PORT SECONDS [BYTES_PER_SECOND]: a TCP transfer with checked content, in the background.
begin_stream() {
    begin "$2" "receive-$3" "stream receive $3"
    wait_until 5 guest "$2" "ss -ltn | grep ':$3 '" || give_up "guest $2 does not listen on port $3"
    begin "$1" "send-$3" "stream send $(address_of "$2") $3 $4 ${5:-1e12}"
}

# end_stream FROM TO PORT: waits for its end, prints what both sides said, fails unless all arrived as it was sent.
end_stream() {
    end_sent=$(finish "$1" "send-$3" 60) || { echo "sender: $end_sent"; return 1; }
    end_received=$(finish "$2" "receive-$3" 60) || { echo "receiver: $end_received"; return 1; }
    echo "$end_sent, $end_received" | tail -n 1
    [ "$(echo "$end_sent" | field sent)" = "$(echo "$end_received" | field received)" ]
}

# stream_line TO PORT: a new line of the receiver's: what has arrived, and the longest pause since the line before.
stream_line() { new_lines "$1" "receive-$2"; }

# new_lines GUEST LABEL...: of programs that print one at SIGUSR1, each behind its label. Done with what the shell has built in: a
# process costs some ten milliseconds here.
new_lines() {
    new_guest=$1
    shift
    guest "$new_guest" "
        cd /tmp
        for label in $*; do
            read -r pid <\$label.pid
            kill -0 \$pid || exit
            : >\$label.log
            kill -USR1 \$pid
        done
        for label in $*; do
            tries=500
            until [ -s \$label.log ]; do
                tries=\$((tries - 1))
                [ \$tries -gt 0 ] || { echo \"\$label says nothing\"; exit 1; }
                usleep 10000
            done
            read -r line <\$label.log
            echo \"\$label \$line\"
        done"
}

# begin_numbered FROM TO PORT RATE SECONDS [SIZE]: numbered UDP, in the background.
begin_numbered() {
    begin "$2" "receive-$3" "numbered receive $3"
    wait_until 5 guest "$2" "ss -lun | grep ':$3 '" || give_up "guest $2 has no UDP port $3"
    begin "$1" "send-$3" "numbered send $(address_of "$2") $3 $4 $5 ${6:-200}"
}

# end_numbered FROM TO PORT: waits for the sender's end, and until nothing more arrives; prints sender's and receiver's lines as one.
end_numbered() {
    end_sent=$(finish "$1" "send-$3" 60)
    signal "$2" "receive-$3" TERM
    echo "$end_sent $(finish "$2" "receive-$3" 60)"
}

# begin_servers GUEST: what measures round trips and throughput, on ports 5555 and 5201.
begin_servers() {
    begin "$1" roundtrip 'roundtrip serve 5555'
    begin "$1" iperf3 'iperf3 -s'
    wait_until 5 guest "$1" "ss -ltn | grep -q :5555 && ss -ltn | grep -q :5201" || give_up "the servers in guest $1 do not start"
}

# round_trip FROM TO tcp|udp SIZE count|seconds NUMBER: prints roundtrip's line.
round_trip() { guest "$1" "roundtrip $3 $(address_of "$2") 5555 $4 $5 $6"; }
