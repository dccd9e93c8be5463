# shellcheck shell=sh
# variants: pv
# limit: 240
# XenLoop as systemd runs it: installed by the script, in the unit's sandbox, on real Xen devices. It carries traffic, comes back after a crash, and
# leaves nothing behind when it is stopped or taken out.

# shellcheck disable=SC2034 # for start_guests
GUEST_LAYERS=systemd GUEST_MEMORY=256

install_in() {
    guest "$1" 'mkdir -p /root/xenloop/systemd'
    (cd /host/scripts && find . -type f) | while read -r file; do
        put "$1" "/host/scripts/$file" "/root/xenloop/$file"
    done
    guest "$1" 'sh /root/xenloop/xenloop-install.sh guest --binary /bin/xenloop'
}

state_of() { guest "$1" "systemctl show --value --property=$2 xenloop"; }

is_running() { [ "$(state_of "$1" SubState)" = running ]; }

# has_restarted GUEST TIMES
has_restarted() { [ "$(state_of "$1" NRestarts)" = "$2" ] && is_running "$1"; }

# What it would leave in the kernel: rules, TAP device, processes.
leftovers() { guest "$1" 'iptables-save | grep -i nfqueue; ip -brief link | grep xl-; ps | grep "[s]bin/xenloop"; true'; }

leaves_nothing() { [ -z "$(leftovers "$1")" ]; }

complaints() { guest "$1" 'journalctl --no-pager --unit=xenloop --priority=warning --output=cat'; }

carries() {
    carried_before=$(peer_value a b .sent.packets)
    ping_guest a b 5 >/dev/null && [ "$(peer_value a b .sent.packets)" -ge $((carried_before + 5)) ]
}

start_guests a b
start_announcer
for name in a b; do
    check "$name: systemd is the first process" wait_until 30 guest $name 'systemctl is-system-running --wait | grep -qE "running|degraded"'
    check "$name: the script installs and starts the unit" install_in $name
    check "$name: the unit runs" wait_until 20 is_running $name
done
check "the units open the fast path" wait_for_fast_path a b 30
check "the fast path carries packets" carries
for name in a b; do
    check "$name: nothing to complain of" [ -z "$(complaints $name)" ]
    check "$name: it has two capabilities, NET_ADMIN and NET_RAW" guest $name \
        'grep -qx "CapEff:.0000000000003000" /proc/$(systemctl show --value --property=MainPID xenloop)/status'
done

check "kill -9 of a's agent" guest a 'systemctl kill --kill-whom=main --signal=KILL xenloop'
check "a: systemd starts it again" wait_until 20 has_restarted a 1
check "the fast path is back after the crash" wait_for_fast_path a b 30
check "the fast path carries packets after the crash" carries

check "systemctl restart of b's unit" guest b 'systemctl restart xenloop'
check "the fast path is back after the restart" wait_for_fast_path a b 30

check "systemctl stop of a's unit" guest a 'systemctl stop xenloop'
check "a: a stopped unit leaves nothing" wait_until 5 leaves_nothing a
check "a still reaches b" ping_guest a b

check "b: the script takes it out" guest b 'sh /root/xenloop/xenloop-install.sh uninstall'
check "b: the uninstalled leaves nothing" wait_until 5 leaves_nothing b
check "b: the unit is gone" guest b '! systemctl cat xenloop && [ ! -e /usr/local/sbin/xenloop ] && [ ! -e /etc/systemd/system/xenloop.service ]'
for name in a b; do
    guest $name 'journalctl --no-pager --unit=xenloop >/tmp/journal.log'
done
