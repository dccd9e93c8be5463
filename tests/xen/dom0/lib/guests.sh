# shellcheck shell=sh
# Guests: a, b, c and d. Each has interfaces of the test networks (eth0, eth1...) and, for commands only, control0.
#
# Settings (variables of the job): GUEST_TYPE pv or pvh, GUEST_MEMORY in MB, GUEST_VCPUS, GUEST_KERNEL_ARGUMENTS,
# NETWORK bridged or routed (what a guest gets whose interfaces the job does not name with `vif`), GUEST_LAYERS (what is laid over the
# guests' image: applications, database, mpi, systemd), GUEST_ON_REBOOT what becomes of one that reboots (destroy or restart).

: "${GUEST_TYPE:=pv}" "${GUEST_MEMORY:=192}" "${GUEST_VCPUS:=1}" "${GUEST_KERNEL_ARGUMENTS:=}" "${NETWORK:=bridged}" "${GUEST_LAYERS:=}" \
    "${GUEST_ON_REBOOT:=destroy}"
DOM0_ADDRESS=10.77.0.254
GUEST_DIRECTORY=/run/guests

guest_number() {
    case $1 in
        a) echo 1 ;;
        b) echo 2 ;;
        c) echo 3 ;;
        d) echo 4 ;;
        *) give_up "there is no guest $1: a, b, c or d" ;;
    esac
}

# vif GUEST bridged BRIDGE ADDRESS/LENGTH[,...]   an interface on br0 or br1
# vif GUEST routed ADDRESS/32[,...]               an interface to which Dom0 routes these addresses
# To be said before the guest starts; the first is eth0.
vif() {
    mkdir -p "$GUEST_DIRECTORY"
    vif_guest=$1
    shift
    echo "$*" >>"$GUEST_DIRECTORY/$vif_guest.vifs"
}

# vifs_of GUEST: its lines, as `vif` left them or by default.
vifs_of() {
    [ -e "$GUEST_DIRECTORY/$1.vifs" ] || case $NETWORK in
        bridged) vif "$1" bridged br0 "10.77.0.$(guest_number "$1")/24" ;;
        routed) vif "$1" routed "10.77.$(guest_number "$1").1/32" ;;
        *) give_up "NETWORK=$NETWORK: bridged or routed" ;;
    esac
    cat "$GUEST_DIRECTORY/$1.vifs"
}

# address_of GUEST [K [INTERFACE]]: its K-th address (from 1) on eth0 or eth<INTERFACE>.
address_of() {
    vifs_of "$1" | sed -n "$((${3:-0} + 1))p" | awk '{ print $NF }' | cut -d , -f "${2:-1}" | cut -d / -f 1
}

control_address_of() { echo "10.88.0.$(guest_number "$1")"; }

# What xl's configuration file says of the vifs: a list of quoted texts.
xl_vifs_of() {
    vif_index=0
    vifs_of "$1" | while read -r vif_mode vif_first vif_second; do
        vif_mac="00:16:3e:77:0$vif_index:0$(guest_number "$1")"
        case $vif_mode in
            bridged) echo "\"mac=$vif_mac,bridge=$vif_first\"," ;;
            # As an administrator writes it: addresses without their length, separated by spaces. (There is no vif_second.)
            routed) echo "\"mac=$vif_mac,script=vif-route,ip=$(echo "$vif_first$vif_second" | sed 's:/32::g; s:,: :g')\"," ;;
        esac
        vif_index=$((vif_index + 1))
    done
    echo "\"mac=00:16:3e:88:00:0$(guest_number "$1"),bridge=control\""
}

# What the guest's init reads: see guest/init.
kernel_arguments_of() {
    echo "guest.name=$1 guest.control=$(control_address_of "$1")/24"
    vifs_of "$1" | awk '{ printf "eth%d.address=%s ", NR - 1, $NF; if ($1 == "routed") routed = 1 }
        END { if (routed) print "guest.gateway='"$DOM0_ADDRESS"'" }'
}

# rootfstype=ramfs: the default, tmpfs, is limited to half of what is free at the start, which the files may exceed; the
# kernel then goes on with those that fitted.
write_configuration() {
    mkdir -p "$GUEST_DIRECTORY"
    cat >"$GUEST_DIRECTORY/$1.cfg" <<TEXT
name="$1"
type="$GUEST_TYPE"
kernel="/tmp/vmlinux"
ramdisk="/tmp/guest.cpio"
memory=$GUEST_MEMORY
vcpus=$GUEST_VCPUS
tsc_mode="native"
vif=[$(xl_vifs_of "$1" | tr '\n' ' ')]
on_poweroff="destroy"
on_reboot="$GUEST_ON_REBOOT"
on_crash="destroy"
extra="console=hvc0 rootfstype=ramfs quiet loglevel=3 mitigations=off nowatchdog random.trust_cpu=on panic=-1 audit=0 apparmor=0 cryptomgr.notests tsc=reliable $(kernel_arguments_of "$1" | tr '\n' ' ') $GUEST_KERNEL_ARGUMENTS"
TEXT
}

# libxl maps kernel and file system page by page: from the 9p share that costs seconds per guest, from memory nothing.
stage_guest_images() {
    [ ! -e /tmp/guest.cpio ] || return 0
    cp /host/vmlinux /tmp/vmlinux
    for stage_layer in guest $GUEST_LAYERS overlay; do
        cat "/host/$stage_layer.cpio"
    done >/tmp/guest.cpio
}

# start_guests NAME...: starts them side by side; returns when all answer.
start_guests() {
    stage_guest_images
    for start_name in "$@"; do
        write_configuration "$start_name"
        create_guest "$start_name" &
    done
    for start_name in "$@"; do
        wait_for_guest "$start_name" 75 || start_silent_guest_again "$start_name"
        log "guest $start_name answers, domain $(domid "$start_name")"
    done
}

# The console log of an earlier guest of that name is kept under its number, for what its kernel said.
create_guest() {
    [ ! -s "$(console_log "$1")" ] || mv "$(console_log "$1")" "/var/log/xen/console/guest-$1-$(cat "$GUEST_DIRECTORY/$1.domid").log"
    xl create -q "$GUEST_DIRECTORY/$1.cfg" >"/tmp/create-$1.log" 2>&1
}

console_log() { echo "/var/log/xen/console/guest-$1.log"; }

# start_silent_guest_again NAME: once in some hundred starts a PVH guest hangs in the emulator while its kernel starts. One whose init has
# said something gets no second chance, but more time: it is not the emulator that keeps it.
start_silent_guest_again() {
    if [ -s "$(console_log "$1")" ]; then
        wait_for_guest "$1" 105 || give_up "guest $1 does not answer: $(cat "/tmp/create-$1.log"; tail -n 20 "$(console_log "$1")")"
        return
    fi
    { xl vcpu-list; cat "/tmp/create-$1.log"; xl dmesg | tail -n 20; } >"/results/silent-$1" 2>&1 || true
    log "guest $1 has not said a word in 75 s (see silent-$1), and is started again"
    xl destroy "$1" || true
    create_guest "$1"
    wait_for_guest "$1" 120 || give_up "guest $1 does not answer: $(cat "/tmp/create-$1.log"; tail -n 20 "$(console_log "$1")")"
}

# wait_for_guest NAME SECONDS: until it executes commands.
wait_for_guest() { wait_until "$2" guest "$1" true; }

# domid NAME: remembered as long as the store says the same; xl takes a quarter of a second to start here.
domid() {
    domid_file=$GUEST_DIRECTORY/$1.domid
    if ! domid_known=$(cat "$domid_file" 2>/dev/null) || [ "$(xenstore-read "/local/domain/$domid_known/name" 2>/dev/null)" != "$1" ]; then
        domid_known=$(xl domid "$1") || return
        echo "$domid_known" >"$domid_file"
    fi
    echo "$domid_known"
}

# Names of those that exist.
running_guests() { xl list | awk '$1 ~ /^[abcd]$/ { print $1 }' | sort; }

# guest NAME COMMAND: runs a shell command in the guest; output and exit status come back. 143 after GUEST_LIMIT seconds.
guest() {
    guest_host=$(control_address_of "$1")
    shift
    timeout "${GUEST_LIMIT:-120}" remote run "$guest_host" 7000 "$*" </dev/null
}

# in_both COMMAND...: with a guest's name as its last word, for both guests at a time; fails if it does for either.
in_both() {
    "$@" a &
    in_a=$!
    in_status=0
    "$@" b || in_status=1
    wait $in_a && return $in_status
}

# put NAME LOCAL REMOTE, get NAME REMOTE LOCAL: copy a file.
put() { remote run "$(control_address_of "$1")" 7000 "cat >'$3' && chmod 755 '$3'" <"$2"; }
get() { remote run "$(control_address_of "$1")" 7000 "cat '$2'" </dev/null >"$3"; }

# begin NAME LABEL COMMAND: starts a program with its arguments in the guest, in the background, under a label; its output is
# added to /tmp/LABEL.log there.
begin() {
    printf 'exec %s\n' "$3" | remote run "$(control_address_of "$1")" 7000 "
        cat >/tmp/$2.sh
        rm -f /tmp/$2.end /tmp/$2.pid /tmp/$2.log
        {
            setsid sh /tmp/$2.sh >>/tmp/$2.log 2>&1 &
            echo \$! >/tmp/$2.pid
            wait \$!
            echo \$? >/tmp/$2.end
        } >/dev/null 2>&1 </dev/null &
        until test -s /tmp/$2.pid; do usleep 10000; done"
}

# signal NAME LABEL SIGNAL: to what `begin` started.
signal() { guest "$1" "kill -$3 \$(cat /tmp/$2.pid)"; }

# last_line NAME LABEL: of its output so far.
last_line() { guest "$1" "tail -n 1 /tmp/$2.log"; }

# finish NAME LABEL SECONDS: waits until it has ended, prints its output, returns its status.
finish() {
    wait_until "$3" guest "$1" "test -s /tmp/$2.end" || { echo "$2 in guest $1 does not end"; return 1; }
    guest "$1" "cat /tmp/$2.log; exit \$(cat /tmp/$2.end)"
}
