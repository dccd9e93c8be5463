#!/bin/sh
# xenloop-rules.sh: the firewall rules that hand packets for co-resident guests to xenloop, for those who want to see
# them made. "xenloop rules" does the same; run the agent with "--rules none" when you use this script.
#
#   mangle POSTROUTING --(comment "xenloop")--> XENLOOP: what must not be taken --> RETURN
#                                                one rule per peer --> NFQUEUE
#
# Everything is in one chain of its own, but for the jump to it, which is known by its comment. Every rule bypasses a queue
# on which nobody listens, so rules that are left behind stop no traffic.
set -eu

# A root shell by plain `su` has no such directories in its path, and iptables is there.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

chain=XENLOOP
hook=POSTROUTING
tag=xenloop
interface=
peers=
queue_base=7000
backend=auto
form=auto

usage() {
    cat <<'EOF'
Usage: xenloop-rules.sh install --interface IF --peer ADDRESS[/LEN]=DOMAIN[:QUEUE]... [options]
       xenloop-rules.sh print   --interface IF --peer ADDRESS[/LEN]=DOMAIN[:QUEUE]... [options]
       xenloop-rules.sh show
       xenloop-rules.sh remove

Options:
  --interface IF             packets to the peers leave by this interface
  --peer ADDRESS=DOMAIN      a peer: an address or prefix, and its domain number; once for each
  --queue-base N             queue of a peer: N plus its domain number [default: 7000]
  --backend nft|legacy|auto  which iptables [default: auto, the one that holds rules already]
  --form plain|conntrack|auto
                             take all packets, or only those of confirmed, untranslated connections
                             [default: auto, conntrack where the kernel tracks connections]
EOF
}

fail() {
    echo "xenloop-rules.sh: $*" >&2
    exit 1
}

number() { # number TEXT MAXIMUM: true for a decimal number from 0 to MAXIMUM
    case $1 in
        '' | *[!0-9]* | ??????*) return 1 ;;
    esac
    [ "$1" -le "$2" ]
}

available() { # the iptables variants of this system
    found=
    for name in iptables-nft iptables-legacy; do
        if command -v "$name-save" >/dev/null && command -v "$name-restore" >/dev/null; then
            found="$found $name"
        fi
    done
    if [ -z "$found" ] && command -v iptables-save >/dev/null; then
        found=iptables
    fi
    [ -n "$found" ] || fail "there is no iptables on this system; install it (apt install iptables)"
    echo "$found"
}

# What one variant holds, without its own rules of the mangle table: for everything that asks about others.
others() {
    "$1-save" 2>/dev/null | awk -v chain="$chain" -v hook="$hook" -v tag="$tag" '
        /^\*/ { mangle = ($1 == "*mangle") }
        /^-A / {
            if (mangle && $2 == chain) next
            if (mangle && $2 == hook && index($0, "--comment " tag " ") && $NF == chain) next
            print
        }'
}

ours() { # the chain and the jumps of one variant
    "$1-save" 2>/dev/null | awk -v chain="$chain" -v hook="$hook" -v tag="$tag" '
        /^\*/ { mangle = ($1 == "*mangle") }
        mangle && $1 == ":" chain { print }
        mangle && /^-A / && $2 == chain { print }
        mangle && /^-A / && $2 == hook && index($0, "--comment " tag " ") && $NF == chain { print }'
}

# iptables-nft-save says so, and nothing else of a table with a rule that iptables cannot express; iptables-nft-restore adds to it all the same.
incompatible() { "$1-save" 2>/dev/null | grep -q '^# Table `mangle. is incompatible'; }

choose_backend() {
    case $backend in
        auto) ;;
        nft | legacy)
            command -v "iptables-$backend-restore" >/dev/null || fail "there is no iptables-$backend on this system"
            echo "iptables-$backend"
            return
            ;;
        *) fail "--backend takes nft, legacy or auto" ;;
    esac
    candidates=$(available)
    for name in $candidates; do
        if [ -n "$(ours "$name")" ]; then
            echo "$name"
            return
        fi
    done
    for name in $candidates; do
        if [ -n "$(others "$name")" ]; then
            echo "$name"
            return
        fi
    done
    for name in $candidates; do
        if "$name-save" >/dev/null 2>&1 && ! incompatible "$name"; then
            echo "$name"
            return
        fi
    done
    fail "no iptables can list its rules; it needs root, or CAP_NET_ADMIN (iptables-legacy: CAP_NET_RAW too)"
}

# A rule that only mentions the conntrack match makes the kernel track connections: plain rules wherever nobody else does.
choose_form() {
    case $form in
        plain | conntrack)
            echo "$form"
            return
            ;;
        auto) ;;
        *) fail "--form takes plain, conntrack or auto" ;;
    esac
    count=$(cat /proc/sys/net/netfilter/nf_conntrack_count 2>/dev/null) || count=
    if [ -z "$count" ]; then
        echo plain
        return
    fi
    counted_for_us=
    for name in $(available); do
        if ours "$name" | grep -q -e '--ctstatus'; then
            counted_for_us=yes
        fi
        if others "$name" | grep -q -E -e '-m (conntrack|state|connmark|connbytes|connlimit|connlabel|helper|cluster)( |$)' \
            -e '-j (MASQUERADE|SNAT|DNAT|REDIRECT|NETMAP|CT|NOTRACK|SYNPROXY|CONNMARK|CONNSECMARK)( |$)'; then
            echo conntrack
            return
        fi
    done
    if [ "$count" -gt 0 ] && [ -z "$counted_for_us" ]; then
        echo conntrack
        return
    fi
    if command -v nft >/dev/null && nft -s -t list ruleset 2>/dev/null | awk -v chain="$chain" '
        $1 == "chain" { own = ($2 == chain); next }
        own || /^[ \t]*#/ { next }
        { gsub(/"[^"]*"/, ""); if ($0 ~ /(^|[ \t])(ct|masquerade|snat|dnat|redirect|synproxy|notrack|flowtable)([ \t]|$)/) found = 1 }
        END { exit !found }'; then
        echo conntrack
        return
    fi
    echo plain
}

syn_proxy() { # true if some rule is of SYNPROXY
    for name in $(available); do
        ! others "$name" | grep -q -E -e '-j SYNPROXY( |$)' || return 0
    done
    command -v nft >/dev/null && nft -s -t list ruleset 2>/dev/null | sed 's/"[^"]*"//g' | grep -q -E '^[^#]*[[:space:]]synproxy([[:space:]]|$)'
}

# One line "LENGTH ADDRESS-AS-NUMBER RULE" per peer, to be sorted: the longest prefix first.
peer_lines() {
    match=
    [ "$1" = plain ] || match="-m conntrack --ctstatus CONFIRMED ! --ctstate SNAT,DNAT "
    for peer in $peers; do
        destination=${peer%%=*}
        domain=${peer#*=}
        [ "$destination" != "$peer" ] || fail "'$peer' is no peer: write ADDRESS=DOMAIN, for example 10.0.0.2=3"
        queue=
        case $domain in
            *:*)
                queue=${domain#*:}
                domain=${domain%%:*}
                ;;
        esac
        number "$domain" 32751 || fail "'$peer' has no domain number between 0 and 32751"
        [ -n "$queue" ] || queue=$((queue_base + domain))
        number "$queue" 65535 || fail "the queue of '$peer' is not between 0 and 65535"
        network=$(echo "$destination" | awk -F/ '
            function power(n,  p) { for (p = 1; n > 0; n--) p *= 2; return p }
            {
                length_ = NF == 1 ? 32 : $2
                if (NF > 2 || length_ !~ /^[0-9]+$/ || length_ > 32 || split($1, part, ".") != 4) exit 1
                for (i = 1; i <= 4; i++) { if (part[i] !~ /^(0|[1-9][0-9]?[0-9]?)$/ || part[i] > 255) exit 1; value = value * 256 + part[i] }
                value -= value % power(32 - length_)
                printf "%d %.0f %d.%d.%d.%d/%d\n", length_, value, value / 16777216, value / 65536 % 256, value / 256 % 256, value % 256, length_
            }') || fail "'$destination' is no IPv4 address or prefix"
        echo "${network% *} -A $chain -o $interface -d ${network##* } $match-m comment --comment \"xenloop dom $domain\" -j NFQUEUE --queue-num $queue --queue-bypass"
    done
}

rules() { # rules FORM WITH-JUMP: the text for iptables-restore --noflush, all or nothing
    lines=$(peer_lines "$1") || exit 1
    echo "*mangle"
    # Naming an own chain empties it if it is there, and makes it if not.
    echo ":$chain - [0:0]"
    # What IPsec is about to encrypt passes here in the clear first.
    [ ! -e /proc/sys/net/core/xfrm_acq_expires ] || echo "-A $chain -m policy --dir out --pol ipsec -m comment --comment \"$tag ipsec\" -j RETURN"
    # What the kernel's helpers read (FTP, SIP...) has to pass them, behind this chain; no match tells which connections have one.
    [ "$1" = plain ] || cat <<EOF
-A $chain -p tcp -m multiport --ports 21,1720,1723,5060,6566,6667 -m comment --comment "$tag helpers" -j RETURN
-A $chain -p udp -m multiport --ports 69,137,161,1719,5060,10080 -m comment --comment "$tag helpers" -j RETURN
EOF
    # So does what local servers say where SYNPROXY answers for them.
    [ "$1" = plain ] || [ "$form" != auto ] || ! syn_proxy || echo "-A $chain -p tcp -m comment --comment \"$tag synproxy\" -j RETURN"
    [ -z "$lines" ] || echo "$lines" | sort -s -k1,1nr -k2,2n | cut -d' ' -f3-
    [ "$2" = no ] || echo "-A $hook -m comment --comment $tag -j $chain"
    echo "COMMIT"
}

visible() { # visible VARIANT: fails if it hides its rules from this user, so that nobody takes them for absent
    said=$("$1-save" 2>&1 >/dev/null) && return 0
    case $said in
        *"Permission denied"* | *"not permitted"*)
            fail "$1 does not show its rules: it needs root, or CAP_NET_ADMIN (iptables-legacy: CAP_NET_RAW too)"
            ;;
    esac
}

take_away() { # take_away VARIANT: removes what it holds of ours, the jumps first
    if incompatible "$1"; then
        # Traffic is free then, but the jump cannot be named to iptables.
        printf '*mangle\n-F %s\nCOMMIT\n' "$chain" | "$1-restore" --noflush -w 5 2>/dev/null || return 0
        fail "xenloop's rules are gone, but their empty chain $chain and the jump to it are not: nft has put rules into the table mangle that iptables cannot express; move them to a table of their own and try again"
    fi
    held=$(ours "$1")
    [ -n "$held" ] || return 0
    {
        echo "*mangle"
        echo "$held" | sed -n "s/^-A $hook /-D $hook /p"
        case $held in
            *":$chain "*) printf -- '-F %s\n-X %s\n' "$chain" "$chain" ;;
        esac
        echo "COMMIT"
    } | "$1-restore" --noflush -w 5 || fail "$1 could not remove the rules; does somebody else's rule jump to $chain?"
}

install_rules() {
    chosen=$(choose_backend)
    ! incompatible "$chosen" || fail "$chosen cannot show the table mangle, because nft has put rules into it that iptables cannot express; move them to a table of their own, or use the other iptables (--backend legacy)"
    wanted=$(choose_form)
    jumps=$(ours "$chosen" | grep -c "^-A $hook ") || true
    if [ "$jumps" -gt 1 ]; then
        # A second jump would queue packets twice.
        take_away "$chosen"
        jumps=0
    fi
    with_jump=yes
    [ "$jumps" -eq 0 ] || with_jump=no
    text=$(rules "$wanted" "$with_jump")
    echo "$text" | "$chosen-restore" --noflush -w 5 || fail "$chosen did not take the rules; nothing was changed"
    for name in $(available); do
        [ "$name" = "$chosen" ] || take_away "$name"
    done
    echo "Rules for $interface are in $chosen, in the $wanted form."
}

action=${1:-help}
[ $# -eq 0 ] || shift
while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || fail "$1 needs a value"
    case $1 in
        --interface) interface=$2 ;;
        --peer) peers="$peers $2" ;;
        --queue-base) queue_base=$2 ;;
        --backend) backend=$2 ;;
        --form) form=$2 ;;
        *) fail "unknown option $1; see xenloop-rules.sh help" ;;
    esac
    shift 2
done
number "$queue_base" 65535 || fail "--queue-base takes 0 to 65535"

# No patterns in peers may become file names.
set -f

case $action in
    install | print)
        case $interface in
            '') fail "--interface is missing" ;;
            -* | *[!A-Za-z0-9._:@-]* | ????????????????*) fail "'$interface' is no interface name that a rule can hold" ;;
        esac
        [ -n "$peers" ] || fail "--peer is missing"
        ;;
esac
case $action in
    install) install_rules ;;
    print)
        wanted=$(choose_form)
        rules "$wanted" yes
        ;;
    show)
        shown=
        for name in $(available); do
            visible "$name"
            ! incompatible "$name" || fail "$name cannot show the table mangle, because nft has put rules into it that iptables cannot express"
            if [ -n "$(ours "$name")" ]; then
                shown=yes
                echo "$name:"
                ours "$name" | sed 's/^/  /'
            fi
        done
        if [ -z "$shown" ]; then
            echo "No xenloop rules are installed."
            exit 1
        fi
        ;;
    remove)
        for name in $(available); do
            visible "$name"
            take_away "$name"
        done
        ;;
    help | -h | --help) usage ;;
    *) fail "unknown command $action; see xenloop-rules.sh help" ;;
esac
