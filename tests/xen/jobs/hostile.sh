# shellcheck shell=sh
# variants: pv
# limit: 300
# A guest that lets others open channels to it and attacks them through real grants and event channels (tests/Hostile), while a third guest's traffic with
# the victim goes on: once as the one that has mapped its victim's pages, once as the one whose pages the victim has mapped.
# `tests/xen/run hostile STORM=60 NOISE=60` does so for longer.

: "${STORM:=3}" "${NOISE:=3}" "${SEED:=$(seconds_up)$$}"

mac_of() { echo "00:16:3e:77:00:0$(guest_number "$1")"; }

# processor_ms GUEST: that the whole guest has used, by the hypervisor's account.
processor_ms() { xl list "$1" | awk 'NR == 2 { print int($NF * 1000) }'; }

says() { guest "$hostile" "grep -q '^$1' /tmp/hostile.log"; }

# said_in LINE NAME: a number of the hostile guest's first line of that kind.
said_in() { guest "$hostile" "grep -m 1 '^$1' /tmp/hostile.log" | field "$2"; }

# claim_identity THIRD VICTIM: the hostile guest advertises itself under the third guest's Ethernet address, then, after its own once more, with nonsense; and
# says nonsense about its channel.
claim_identity() {
    advert=$(guest "$hostile" 'xenstore-read data/xenloop/advert')
    advertise "$(echo "$advert" | sed "s/$(mac_of "$hostile")/$(mac_of "$1")/")"
    guest "$hostile" "xenstore-write data/xenloop/channel/$(domid "$2") nonsense"
    check "it is announced to nobody under another's address" wait_until 20 announced_to_nobody
    check "$2 captures nothing for it" wait_until 20 not_captured_by "$2"
    check "$2 reaches $1 itself over the fast path" reaches_by_fast_path "$2" "$1"
    advertise "$advert"
    check "it is announced under its own" wait_until 20 announced_to "$2"
    advertise nonsense
    check "it is announced to nobody with nonsense for an advert" wait_until 20 announced_to_nobody
    check "the announcer goes on" guest "$2" 'xenloop status | grep "announcer  alive"'
}

advertise() { guest "$hostile" "xenstore-write data/xenloop/advert '$1'"; }

# announced_to GUEST: the hostile guest is in the list that Dom0 keeps for that one. (Without -f long values are cut off.)
announced_to() { xenstore-ls -f "/local/domain/$(domid "$1")/xenloop/peers" | grep "dom=$(domid "$hostile") "; }

announced_to_nobody() { ! announced_to "$older" && ! announced_to "$younger"; }

# The victim still knows it: whoever broke the ring's protocol is remembered for as long as no channel to it may be opened.
not_captured_by() {
    captured=$(peer_value "$1" "$hostile" .queue .path)
    [ -z "$captured" ] || [ "$captured" = '0 standard' ]
}

reaches_by_fast_path() {
    before=$(peer_value "$1" "$2" .sent.packets)
    ping_guest "$1" "$2" 5 && [ $(($(peer_value "$1" "$2" .sent.packets) - before)) -ge 5 ]
}

# measured LABEL VICTIM: what the third guest's transfer brings, and what processor time the victim uses, over STORM seconds.
measured() {
    measured_bytes=$(stream_line "$2" $port | field received)
    measured_used=$(processor_ms "$2")
    measured_start=$(milliseconds_up)
    sleep "$STORM"
    measured_bytes=$(($(stream_line "$2" $port | field received) - measured_bytes))
    measured_used=$(($(processor_ms "$2") - measured_used))
    measured_took=$(($(milliseconds_up) - measured_start))
    log "$1: the third guest's TCP $((measured_bytes / measured_took)) KB/s, the victim's processor $((measured_used * 100 / measured_took)) % busy"
}

# attack VICTIM THIRD [ambush]
attack() {
    victim=$1
    third=$2
    port=$((port + 1))
    begin_stream "$third" "$victim" $port 3600 400000
    begin_numbered "$third" "$victim" $((port + 1000)) 100 3600
    measured "before the attack on $victim" "$victim"
    begin "$hostile" hostile "xenpeer hostile $(domid "$hostile") $(mac_of "$hostile") $(address_of "$hostile") $(domid "$victim") $(address_of "$victim") \
        $(domid "$third") $(address_of "$third") $((STORM * 3)) $NOISE $SEED ${3:-}"
    check "$victim opens a channel to the hostile guest" wait_until 30 says connected
    measured "doorbells without end to $victim" "$victim"
    check "the storm is over" wait_until $((STORM * 10)) says 'storm over'
    log "$(guest "$hostile" 'grep "storm over" /tmp/hostile.log')"
    check "the noise is over" wait_until $((NOISE * 10)) says 'noise over'
    check "$victim closes the channel" wait_until 30 says released
    log "$(guest "$hostile" 'cat /tmp/hostile.log')"
    check_value "things tried in the store" "$(said_in identity tried)" -ge 30
    check_value "of which were refused" "$(said_in identity refused)" -eq "$(said_in identity tried)"
    check "$victim says why" guest "$victim" "grep -i \"broke the ring's protocol\" /tmp/xenloop.log"
    check_value "packets under others' addresses that $victim refused" "$(peer_value "$victim" "$hostile" .dropped.source-address)" -gt 0
    check_value "malformed packets that $victim refused" "$(peer_value "$victim" "$hostile" .dropped.malformed)" -gt 0
    check "$victim and $third stay connected" connected "$victim" "$third"
    claim_identity "$third" "$victim"
    signal "$hostile" hostile KILL
    signal "$third" send-$port TERM
    signal "$third" send-$((port + 1000)) TERM
    check "the third guest's transfer arrived as it was sent" end_stream "$third" "$victim" $port
    line=$(end_numbered "$third" "$victim" $((port + 1000)))
    check_value "the third guest's datagrams: lost" $(($(echo "$line" | field sent) - $(echo "$line" | field received))) -eq 0
}

start_guests a b c
by_age=$(for name in a b c; do echo "$(domid $name) $name"; done | sort -n | cut -d ' ' -f 2)
older=$(echo "$by_age" | sed -n 1p)
hostile=$(echo "$by_age" | sed -n 2p)
younger=$(echo "$by_age" | sed -n 3p)
port=7000
start_announcer
start_xenloop "$older"
start_xenloop "$younger"
check "$older and $younger connect" wait_for_fast_path "$older" "$younger" 20

attack "$older" "$younger" ambush
attack "$younger" "$older"

destroy "$hostile"
check "nothing keeps the hostile guest's memory" wait_until 20 no_zombies
check "the others stay connected" connected "$older" "$younger"
