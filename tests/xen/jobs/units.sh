# shellcheck shell=sh
# variants: pv,DOM0_SYSTEMD=1
# limit: 240
# XenLoop as systemd runs it, the agents in guests and the announcer in Dom0: installed by the script, in the units' sandboxes, on real Xen devices. It carries
# traffic, comes back after a crash, and leaves nothing behind when it is stopped or taken out.

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

systemd_runs() { systemctl is-system-running | grep -qE 'running|degraded'; }

announcer_value() { systemctl show --value --property="$1" xenloop-announce; }

announcer_runs() { [ "$(announcer_value SubState)" = running ]; }

announcer_has_restarted() { [ "$(announcer_value NRestarts)" = 1 ] && announcer_runs; }

second_announcer_ends() { timeout 20 /usr/local/sbin/xenloop announce 2>&1 | grep "runs on this host already"; }

announcer_complaints() {
    journalctl --no-pager --quiet --unit=xenloop-announce | grep -q . || echo "no journal"
    journalctl --no-pager --quiet --unit=xenloop-announce --priority=warning --output=cat
}

no_announcer() {
    ! systemctl cat xenloop-announce && [ ! -e /usr/local/sbin/xenloop ] && [ ! -e /etc/systemd/system/xenloop-announce.service ] && ! pidof xenloop
}

# has_restarted GUEST TIMES
has_restarted() { [ "$(state_of "$1" NRestarts)" = "$2" ] && is_running "$1"; }

# What it would leave in the kernel: rules, TAP device, processes.
leftovers() { guest "$1" 'iptables-save | grep -i nfqueue; ip -brief link | grep xl-; ps | grep "[s]bin/xenloop"; true'; }

leaves_nothing() { [ -z "$(leftovers "$1")" ]; }

complaints() {
    guest "$1" '
        journalctl --no-pager --quiet --unit=xenloop | grep -q . || echo "no journal"
        journalctl --no-pager --quiet --unit=xenloop --priority=warning --output=cat'
}

carries() {
    carried_before=$(peer_value a b .sent.packets)
    ping_guest a b 5 >/dev/null && [ "$(peer_value a b .sent.packets)" -ge $((carried_before + 5)) ]
}

[ "${DOM0_SYSTEMD:-}" = 1 ] || give_up "this job needs systemd in Dom0: DOM0_SYSTEMD=1"

check "Dom0: systemd is the first process" wait_until 30 systemd_runs
check "Dom0: the script installs and starts the announcer's unit" sh /host/scripts/xenloop-install.sh dom0 --binary /bin/xenloop
check "Dom0: the unit runs" wait_until 20 announcer_runs

start_guests a b
for name in a b; do
    check "$name: systemd is the first process" wait_until 30 guest $name 'systemctl is-system-running | grep -qE "running|degraded"'
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

check "Dom0: nothing to complain of" [ -z "$(announcer_complaints)" ]
check "Dom0: it has no capability" grep -qx 'CapEff:.0000000000000000' "/proc/$(announcer_value MainPID)/status"

check "Dom0: a second announcer ends" second_announcer_ends

check "kill -9 of the announcer" systemctl kill --kill-whom=main --signal=KILL xenloop-announce
check "Dom0: systemd starts it again" wait_until 20 announcer_has_restarted
check "the fast path carries packets all the same" carries

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
check "b: the unit is gone" guest b '! systemctl cat xenloop && [ ! -e /usr/local/sbin/xenloop ] && [ ! -e /etc/systemd/system/xenloop.service ] && [ ! -e /run/xenloop ]'

check "Dom0: the script takes the announcer out" sh /host/scripts/xenloop-install.sh uninstall
check "Dom0: the unit and the program are gone" wait_until 5 no_announcer
journalctl --no-pager --unit=xenloop-announce >/results/announce-journal.log
for name in a b; do
    guest $name 'journalctl --no-pager --unit=xenloop >/tmp/journal.log'
done
