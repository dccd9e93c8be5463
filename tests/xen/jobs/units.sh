# shellcheck shell=sh
# variants: pv,DOM0_SYSTEMD=1
# limit: 420
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

announcer_journal() { journalctl --no-pager --quiet --unit=xenloop-announce --output=cat "$@"; }

announcer_complaints() {
    announcer_journal | grep -q . || echo "no journal"
    announcer_journal --priority=warning
}

# What systemd says of a unit has priorities of its own; these are XenLoop's words. The one is its log's, the other what it says at last, in two lines.
tells_of_changed_rules() { complaints "$1" | grep -x 'warn: xenloop\[2010\] The firewall rules had been changed by somebody else and are in place again.'; }

announcer_tells_of_options() {
    announcer_journal --priority=err | grep -A 1 -x "xenloop: 'xenloop announce' has no option --no-such-option." | grep -x "See: xenloop announce --help"
}

with_senseless_options() {
    mkdir -p /etc/default
    echo 'XENLOOP_ANNOUNCE_OPTIONS=--no-such-option' >/etc/default/xenloop-announce
    systemctl restart xenloop-announce
}

no_announcer() {
    ! systemctl cat xenloop-announce && [ ! -e /usr/local/sbin/xenloop ] && [ ! -e /etc/systemd/system/xenloop-announce.service ] && ! pidof xenloop
}

# names_version COMMAND: for a journal's text. Nothing stands in front: time and priority are the journal's own.
names_version() { grep "xenloop\[" | head -n 1 | grep -x "info: xenloop\[431\] XenLoop $(/bin/xenloop version | cut -d ' ' -f 2) starts ($1)\."; }

journal_names_version() { guest "$1" 'journalctl --no-pager --quiet --unit=xenloop --output=cat' | names_version run; }

announcer_names_version() { announcer_journal | names_version announce; }

grant_limit() { guest "$1" 'cat /sys/module/xen_gntalloc/parameters/limit'; }

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

# keepers_are GUEST PROCESSES
keepers_are() { [ "$(keepers "$1" | xargs)" = "$2" ]; }

[ "${DOM0_SYSTEMD:-}" = 1 ] || give_up "this job needs systemd in Dom0: DOM0_SYSTEMD=1"

check "Dom0: systemd is the first process" wait_until 30 systemd_runs
check "Dom0: the script installs and starts the announcer's unit" sh /host/scripts/xenloop-install.sh dom0 --binary /bin/xenloop
check "Dom0: the unit runs" wait_until 20 announcer_runs

start_guests a b
# An administrator's own limit, in a file that comes after the script's.
guest b 'mkdir -p /etc/modprobe.d && echo "options xen-gntalloc limit=4096" >/etc/modprobe.d/zz-xenloop.conf'
for name in a b; do
    check "$name: systemd is the first process" wait_until 30 guest $name 'systemctl is-system-running | grep -qE "running|degraded"'
    check "$name: the script installs and starts the unit" install_in $name
    check "$name: the unit runs" wait_until 20 is_running $name
done
check_value "a: pages that may be granted, by the script's file" "$(grant_limit a)" = 8192
check_value "b: pages that may be granted, by a later file" "$(grant_limit b)" = 4096
check "the units open the fast path" wait_for_fast_path a b 30
check "the fast path carries packets" carries
for name in a b; do
    check "$name: nothing to complain of" [ -z "$(complaints $name)" ]
    check "$name: its log begins with the version" journal_names_version $name
    check "$name: it has two capabilities, NET_ADMIN and NET_RAW" guest $name \
        'grep -qx "CapEff:.0000000000003000" /proc/$(systemctl show --value --property=MainPID xenloop)/status'
done

check "Dom0: nothing to complain of" [ -z "$(announcer_complaints)" ]
check "Dom0: its log begins with the version" announcer_names_version
check "Dom0: it has no capability" grep -qx 'CapEff:.0000000000000000' "/proc/$(announcer_value MainPID)/status"

check "Dom0: a second announcer ends" second_announcer_ends

check "a: somebody flushes the firewall's rules" guest a 'iptables -t mangle -F POSTROUTING'
check "a: the agent's warning is found as one" wait_until 15 tells_of_changed_rules a

check "kill -9 of the announcer" systemctl kill --kill-whom=main --signal=KILL xenloop-announce
check "Dom0: systemd starts it again" wait_until 20 announcer_has_restarted
check "the fast path carries packets all the same" carries

check "kill -9 of a's agent" guest a 'systemctl kill --kill-whom=main --signal=KILL xenloop'
check "a: systemd starts it again" wait_until 20 has_restarted a 1
check "the fast path is back after the crash" wait_for_fast_path a b 30
check "the fast path carries packets after the crash" carries

check "systemctl restart of b's unit" guest b 'systemctl restart xenloop'
check "the fast path is back after the restart" wait_for_fast_path a b 30

check "b is saved" save b
check "b is restored" restore b
check "b answers" wait_for_guest b 60
check "the fast path is back after the restore" wait_for_fast_path a b 30
kept=$(keepers b)
check "systemctl restart of b's unit after the restore" guest b 'systemctl restart xenloop'
check "the fast path is back after that" wait_for_fast_path a b 30
check "b: the keeper from before stays, beside the new one" keepers_are b "$kept $(keepers b | tail -n 1)"
check "b: systemd says so" guest b "journalctl --no-pager --quiet | grep 'left-over process $kept (xenloop-ports)'"
check "systemctl stop of b's unit" guest b 'systemctl stop xenloop'
check "b: a stopped unit leaves the keeper from before alone" wait_until 5 keepers_are b "$kept"
check "b: that one ignores SIGTERM" guest b "kill -TERM $kept && sleep 1 && kill -0 $kept"

check "systemctl stop of a's unit" guest a 'systemctl stop xenloop'
check "a: a stopped unit leaves nothing" wait_until 5 leaves_nothing a
check "a: no keeper either, without a restore" wait_until 5 keepers_are a ""
check "a still reaches b" ping_guest a b

# As at the guest's next start: its own init has loaded them before there was anything to go by.
check "a: nothing holds Xen's modules any more" guest a 'rmmod xen_gntalloc xen_gntdev xen_evtchn && [ ! -e /dev/xen/gntalloc ]'
check "a: systemd loads them" guest a 'systemctl restart systemd-modules-load && ls /dev/xen/gntalloc /dev/xen/gntdev /dev/xen/evtchn'
check "a: with the limit that the script has set" guest a 'grep -x 8192 /sys/module/xen_gntalloc/parameters/limit'

check "b: the script takes it out" guest b 'sh /root/xenloop/xenloop-install.sh uninstall'
check "b: the uninstalled leaves nothing" wait_until 5 leaves_nothing b
check "b: the unit is gone" guest b '! systemctl cat xenloop && [ ! -e /usr/local/sbin/xenloop ] && [ ! -e /etc/systemd/system/xenloop.service ] && [ ! -e /run/xenloop ]'
check "b: the keeper stays all the same" keepers_are b "$kept"

check "Dom0: the announcer is started with senseless options" with_senseless_options
check "Dom0: its last words are found as an error" wait_until 10 announcer_tells_of_options

check "Dom0: the script takes the announcer out" sh /host/scripts/xenloop-install.sh uninstall
check "Dom0: the unit and the program are gone" wait_until 5 no_announcer
journalctl --no-pager --unit=xenloop-announce >/results/announce-journal.log
for name in a b; do
    guest $name 'journalctl --no-pager --unit=xenloop >/tmp/journal.log'
done

# At the end systemd kills all that still runs, but for the keeper.
guest b 'dmesg -n 7'
check "b is shut down" shut_down b
check "b is gone" wait_until 60 is_gone b
check "systemd has left the keeper alone" grep "Process $kept (xenloop-ports) has been marked to be excluded from killing" "$(console_log b)"
