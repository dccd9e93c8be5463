# shellcheck shell=sh
# Kernels that complained, and domains that cannot die.

# No "soft lockup" among them: kernels start without their watchdog (nowatchdog), which this slow machine would set off.
KERNEL_COMPLAINTS='BUG:|kernel BUG at|Oops|general protection fault|unable to handle|Unable to handle|hung_task|blocked for more than|reboot is needed|Kernel panic|bad page'

# What a job expects of a kernel that is about to end, and says itself (an extended regular expression).
: "${KNOWN_COMPLAINTS:=}"

# Collects what Dom0's and the guests' kernels have said: on their consoles, also of guests that are gone; and in the logs of
# those that run, where less urgent lines are.
kernel_logs() {
    mkdir -p /tmp/kernel
    dmesg >/tmp/kernel/dom0
    cp /var/log/xen/console/guest-*.log /tmp/kernel/ 2>/dev/null
    for kernel_guest in $(running_guests); do
        GUEST_LIMIT=10 guest "$kernel_guest" dmesg >"/tmp/kernel/guest-$kernel_guest" 2>/dev/null
    done
    cd /tmp/kernel || return
}

kernel_complaints() { (kernel_logs; grep -E "$KERNEL_COMPLAINTS" -- * | grep -vE "${KNOWN_COMPLAINTS:-^$}"); }

kernel_warnings() { (kernel_logs; grep 'WARNING:' -- * | cut -c 1-160 | sort | uniq -c | head -n 10); }

# sound GUEST|dom0: its kernel has not died under anybody, by its taint flag (D, 128): the message itself may be lost among warnings. (W, 512, is none:
# restored guests warn of foreign pages.)
sound() {
    if [ "$1" = dom0 ]; then
        taint=$(cat /proc/sys/kernel/tainted)
    else
        taint=$(GUEST_LIMIT=20 guest "$1" 'cat /proc/sys/kernel/tainted') || return
    fi
    echo "kernel taint $taint"
    [ $((taint & 128)) -eq 0 ]
}

# check_sound GUEST
check_sound() { check "the kernel of $1 is sound" sound "$1"; }

# check_kernels: no kernel, Dom0's or a guest's, dead or alive, has oopsed. Warnings are only told.
check_kernels() {
    for kernel_guest in dom0 $(running_guests); do
        check_sound "$kernel_guest"
    done
    if kernel_found=$(kernel_complaints); then
        not_ok "no kernel complained" "$kernel_found"
    else
        ok "no kernel complained"
    fi
    kernel_warnings | while read -r kernel_line; do
        log "kernel warning: $kernel_line"
    done
}

# forget_complaints GUEST: of a guest that a job let crash on purpose, and that is gone.
forget_complaints() { rm -f "/var/log/xen/console/guest-$1"[.-]*log "/tmp/kernel/guest-$1"*; }

# A domain that is destroyed stays, as "(null)" and dying, while somebody still maps a page of it.
zombies() { xl list | awk 'NR > 1 && ($1 == "(null)" || $5 ~ /d/)'; }

no_zombies() { [ -z "$(zombies)" ]; }

check_no_zombies() {
    if wait_until 5 no_zombies; then
        ok "no zombie domains"
    else
        not_ok "no zombie domains" "$(xl list)"
    fi
}
