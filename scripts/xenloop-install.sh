#!/bin/sh
# xenloop-install.sh: installs XenLoop in a Xen guest or in Dom0 as a systemd service, and takes it out again. All files or none:
# they are first written beside their places, then renamed. What was installed is noted, with checksums, in the file $record below,
# so that uninstalling removes just that, and nothing that somebody has changed or made since.
set -eu

# A root shell by plain `su` has no such directories in its path, and iptables and modprobe are there.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

here=$(cd "$(dirname "$0")" && pwd)
record=/var/lib/xenloop/installed
prefix=/usr/local
root=
binary=
start=yes
force=
dry=

usage() {
    cat <<'TEXT'
Usage: xenloop-install.sh guest|dom0 [OPTIONS]   install, or bring up to date
       xenloop-install.sh uninstall [OPTIONS]    stop the service (in Dom0: have guests close their channels), remove what was installed

Options:
  --binary FILE   the program to install [default: xenloop beside this script, or ../out/xenloop]
  --prefix DIR    the program goes to DIR/sbin [default: /usr/local]
  --root DIR      install below DIR, for an image: changes nothing outside, starts and loads nothing, needs no Xen
  --no-start      do not enable or start the service
  --force         uninstall: remove also what was changed since, and a program that still runs
  --dry-run       say what would be done, and do nothing
TEXT
}

say() { echo "xenloop-install.sh: $*"; }
fail() { say "$*" >&2; exit 1; }

# act COMMAND...: does it, or with --dry-run says it.
act() { if [ -n "$dry" ]; then echo "would run: $*"; else "$@"; fi; }

has_systemd() { [ -z "$root" ] && [ -d /run/systemd/system ]; }

checksum() { sha256sum "$1" | cut -d ' ' -f 1; }

# noted PATH: its checksum as installed; empty if it was not.
noted() { [ ! -f "$root$record" ] || awk -v path="$1" '$1 == "file" && $3 == path { print $2 }' "$root$record"; }

files_noted() { [ ! -f "$root$record" ] || awk '$1 == "file" { print $3 }' "$root$record"; }

is_dom0() { grep -q control_d /proc/xen/capabilities 2>/dev/null || [ -S /run/xenstored/socket ]; }

is_xen() { [ "$(cat /sys/hypervisor/type 2>/dev/null)" = xen ] || [ -e /proc/xen/capabilities ]; }

check_machine() {
    [ -z "$root" ] || return 0
    [ "$(id -u)" = 0 ] || [ -n "$dry" ] || fail "this needs root. Nothing was changed."
    [ "$action" != uninstall ] || return 0
    is_xen || fail "there is no Xen here (/sys/hypervisor/type). Nothing was changed. For containers and namespaces no installation is needed: see README.md."
    if [ "$action" = guest ]; then
        ! is_dom0 || fail "this is Dom0: install here with 'dom0', and with 'guest' in the guests. Nothing was changed."
        command -v iptables-save >/dev/null || fail "iptables is missing, which hands packets to XenLoop (Debian: apt install iptables). Nothing was changed."
    else
        is_dom0 || fail "this is a guest, not Dom0: install here with 'guest'. Nothing was changed."
    fi
}

find_binary() {
    for candidate in "$binary" "$here/xenloop" "$here/../out/xenloop"; do
        if [ -n "$candidate" ] && [ -f "$candidate" ]; then
            binary=$candidate
            "$binary" version >/dev/null 2>&1 || fail "$binary does not run on this machine. Nothing was changed."
            return
        fi
        [ -z "$binary" ] || break
    done
    fail "there is no ${binary:-xenloop}: build it (./build.sh), or say --binary FILE. Nothing was changed."
}

# Lines "MODE SOURCE PLACE" of what is to be installed.
plan() {
    echo "755 $binary $prefix/sbin/xenloop"
    case $action in
        guest)
            echo "644 $here/systemd/xenloop.service /etc/systemd/system/xenloop.service"
            echo "644 $here/systemd/xenloop-modules.conf /etc/modules-load.d/xenloop.conf"
            echo "644 $here/systemd/xenloop-gntalloc.conf /etc/modprobe.d/xenloop.conf"
            echo "644 $here/systemd/xenloop.network /etc/systemd/network/00-xenloop.network"
            ;;
        dom0) echo "644 $here/systemd/xenloop-announce.service /etc/systemd/system/xenloop-announce.service" ;;
    esac
}

# True for a file that somebody has changed since it was installed. The program may be replaced by hand; it is nobody's work.
is_changed() {
    [ "$1" != "$prefix/sbin/xenloop" ] && [ -f "$root$1" ] && [ -n "$(noted "$1")" ] && [ "$(checksum "$root$1")" != "$(noted "$1")" ]
}

# Nobody else's file is overwritten, and nothing of an earlier installation is forgotten.
check_places() {
    files_noted | while read -r place; do
        plan | grep -q " $place\$" || fail "something else is installed here already ($place): run 'uninstall' first. Nothing was changed."
    done
    plan | while read -r _ source place; do
        [ -r "$source" ] || fail "$source is missing. Nothing was changed."
        [ ! -e "$root$place" ] || [ -n "$(noted "$place")" ] ||
            fail "$place is there already, and not by this script. Move it away first. Nothing was changed."
    done
}

# make_directory PATH: with its parents; those that were not there are noted, the innermost first.
make_directory() {
    [ ! -d "$root$1" ] || return 0
    make_directory "$(dirname "$1")"
    mkdir "$root$1"
    echo "directory $1" | cat - "$work/directories" >"$work/more"
    mv "$work/more" "$work/directories"
}

# Copies everything beside its place: whatever can go wrong, a full disk among it, goes wrong here.
stage() {
    while read -r mode source place; do
        if is_changed "$place"; then
            say "$place was changed since it was installed, and stays as it is."
            echo "file $(noted "$place") $place" >>"$work/files"
            continue
        fi
        make_directory "$(dirname "$place")"
        echo "$place" >>"$work/staged"
        case $place in
            *.service) sed "s:/usr/local/sbin/xenloop:$prefix/sbin/xenloop:" "$source" >"$root$place.xenloop-new" ;;
            *) cp "$source" "$root$place.xenloop-new" ;;
        esac
        chmod "$mode" "$root$place.xenloop-new"
        echo "file $(checksum "$root$place.xenloop-new") $place" >>"$work/files"
    done <"$work/plan"
    make_directory "$(dirname "$record")"
    [ ! -f "$root$record" ] || grep '^directory' "$root$record" >>"$work/directories" || true
    echo "$record" >>"$work/staged"
    cat "$work/files" "$work/directories" >"$root$record.xenloop-new"
}

commit() {
    while read -r place; do
        [ ! -e "$root$place" ] || ln -f "$root$place" "$root$place.xenloop-old"
        echo "$place" >>"$work/placed"
        mv "$root$place.xenloop-new" "$root$place"
    done <"$work/staged"
    : >"$work/complete"
}

# At every end, also a failure's: nothing half-done stays.
tidy() {
    if [ ! -e "$work/complete" ]; then
        while read -r place; do
            rm -f "$root$place"
            [ ! -e "$root$place.xenloop-old" ] || mv "$root$place.xenloop-old" "$root$place"
        done <"$work/placed"
    fi
    while read -r place; do
        rm -f "$root$place.xenloop-new" "$root$place.xenloop-old"
    done <"$work/staged"
    if [ ! -e "$work/complete" ]; then
        sed -n 's/^directory //p' "$work/directories" | while read -r path; do
            rmdir "$root$path" 2>/dev/null || true
        done
        say "the installation failed; everything is as it was before." >&2
    fi
    rm -rf "$work"
}

load_modules() {
    while read -r module; do
        case $module in
            '' | '#'*) ;;
            *) modprobe "$module" || say "the module $module cannot be loaded (see above): XenLoop will say what it lacks." ;;
        esac
    done </etc/modules-load.d/xenloop.conf
    # The files in modprobe.d are for the next time that the module is loaded: then the last one that names the option counts.
    wanted=$(cat /etc/modprobe.d/*.conf | sed -n 's/^options xen[-_]gntalloc .*limit=\([0-9][0-9]*\).*/\1/p' | tail -n 1)
    limit=/sys/module/xen_gntalloc/parameters/limit
    [ -z "$wanted" ] || [ ! -w "$limit" ] || [ "$(cat "$limit")" -ge "$wanted" ] || echo "$wanted" >"$limit"
}

start_service() {
    [ -z "$root" ] || return 0
    if ! has_systemd; then
        former=$(running "$prefix/sbin/xenloop")
        [ -z "$former" ] || say "what was installed before still runs: end it first, with: kill$former"
        say "no systemd runs here: start it yourself, with: $prefix/sbin/xenloop $1"
        return
    fi
    systemctl daemon-reload
    # Where systemd-networkd runs, it learns of its file now.
    networkctl reload >/dev/null 2>&1 || :
    [ "$start" = yes ] || return 0
    systemctl enable "$2"
    # Of one that could not start before, so far, systemd would count those starts in.
    systemctl reset-failed "$2" 2>/dev/null || :
    systemctl restart "$2" || fail "installed, but $2 does not start: see journalctl -u $2"

    # So far systemd has only found the program. What that lacks it says in its first moments, and ends.
    sleep 3
    [ "$(systemctl show --value --property=SubState "$2")" = running ] && [ "$(systemctl show --value --property=NRestarts "$2")" = 0 ] ||
        fail "installed, but $2 does not stay: $(journalctl --unit="$2" --lines=1 --output=cat --no-pager 2>/dev/null || true) (see journalctl -u $2; put options into /etc/default/${2%.service})"
    say "$2 runs. To see what it does: journalctl -u $2$3"
}

install_all() {
    find_binary
    check_places
    if [ -n "$dry" ]; then
        plan | while read -r mode source place; do
            echo "would install: $source as $root$place, mode $mode"
        done
        echo "would note that in: $root$record"
        [ -n "$root" ] || [ "$start" = no ] || echo "would load the modules, enable and start the service"
        return
    fi

    work=$(mktemp -d)
    : >"$work/directories"
    : >"$work/staged"
    : >"$work/placed"
    trap tidy EXIT
    trap 'exit 1' HUP INT TERM
    plan >"$work/plan"
    stage
    commit
    tidy
    trap - EXIT
    echo "installed in ${root:-/}:$(plan | while read -r _ _ place; do printf ' %s' "$place"; done)"
    if [ "$action" = guest ]; then
        [ -n "$root" ] || load_modules
        start_service run xenloop.service ", $prefix/sbin/xenloop status"
    else
        start_service announce xenloop-announce.service ""
    fi
}

remove_file() { # remove_file CHECKSUM PATH: fails if it stays.
    if [ ! -e "$root$2" ]; then
        say "$2 is gone already."
    elif [ -z "$force" ] && [ "$(checksum "$root$2")" != "$1" ]; then
        say "$2 was changed since it was installed, and stays. ('uninstall --force' removes it.)"
        return 1
    else
        act rm -f "$root$2"
        [ -n "$dry" ] || echo "removed $root$2"
    fi
}

# running PROGRAM: the numbers of its processes, but for the port keeper, which outlives its agent on purpose.
running() {
    for process in /proc/[0-9]*; do
        case $(readlink "$process/exe" 2>/dev/null) in
            "$root$1" | "$root$1 (deleted)") [ "$(cat "$process/comm" 2>/dev/null)" = xenloop-ports ] || printf ' %s' "${process#/proc/}" ;;
        esac
    done
}

# remove_rules PROGRAM: also those that 'cleanup' leaves to an agent that runs on (--force), or to who listens to such a queue.
remove_rules() {
    act "$1" cleanup && { [ -n "$dry" ] || "$1" rules remove >/dev/null; }
}

uninstall_all() {
    [ -f "$root$record" ] || fail "nothing is installed here: there is no $root$record."
    for place in $(files_noted); do
        case $place in
            # A unit whose file is gone cannot be disabled.
            *.service) ! has_systemd || act systemctl disable --now "${place##*/}" || act systemctl stop "${place##*/}" || : ;;
        esac
    done
    for place in $(files_noted); do
        case $place in
            */sbin/xenloop)
                # It would put its firewall rules back, and nothing would be left that removes them.
                processes=$(running "$place")
                [ -z "$processes" ] || [ -n "$force$dry" ] || fail "$place still runs, not as a service: end it first, with: kill$processes. Nothing was removed." ;;
        esac
    done
    for place in $(files_noted); do
        case $place in
            */sbin/xenloop) [ -n "$root" ] || [ ! -x "$place" ] || [ -z "$(noted /etc/modules-load.d/xenloop.conf)" ] || remove_rules "$place" ||
                say "see above: some of XenLoop's firewall rules may still be there. They let all packets pass." ;;
        esac
    done
    for place in $(files_noted); do
        case $place in
            # Or guests would go on past Dom0's filters, with nobody left who could end that.
            */sbin/xenloop) [ -n "$root" ] || [ ! -x "$place" ] || [ -z "$(noted /etc/systemd/system/xenloop-announce.service)" ] || ! is_dom0 || act "$place" announce --platform xen --withdraw ||
                say "see above: guests that have channels may keep them until their agents are stopped." ;;
        esac
    done
    # The unit leaves it, because agents that were started by hand have their sockets there, too.
    [ -n "$root" ] || [ ! -d /run/xenloop ] || act rmdir /run/xenloop 2>/dev/null || :
    kept=
    for place in $(files_noted); do
        remove_file "$(noted "$place")" "$place" || kept="$kept$place
"
    done
    directories=$(sed -n 's/^directory //p' "$root$record")
    if [ -z "$kept" ]; then
        act rm -f "$root$record"
    elif [ -z "$dry" ]; then
        # For the next time: what stays, and the directories that may be empty then.
        for place in $kept; do
            echo "file $(noted "$place") $place"
        done >"$root$record.xenloop-new"
        grep '^directory' "$root$record" >>"$root$record.xenloop-new" || :
        mv "$root$record.xenloop-new" "$root$record"
    fi
    for path in $directories; do
        # One in which there is something of somebody else's stays.
        [ ! -d "$root$path" ] || act rmdir "$root$path" 2>/dev/null || true
    done
    ! has_systemd || act systemctl daemon-reload
}

action=${1:-help}
[ $# -eq 0 ] || shift
while [ $# -gt 0 ]; do
    case $1 in
        --binary | --prefix | --root)
            [ $# -ge 2 ] || fail "$1 needs a value"
            eval "${1#--}=\$2"
            shift
            ;;
        --no-start) start=no ;;
        --force) force=yes ;;
        --dry-run) dry=yes ;;
        *) fail "unknown option $1; see xenloop-install.sh help" ;;
    esac
    shift
done
for path in "$prefix" "${root:-/}"; do
    case $path in
        /*[!A-Za-z0-9._/+-]* | [!/]*) fail "'$path' is no absolute path without blanks and special characters" ;;
    esac
done
root=${root%/}
prefix=${prefix%/}

case $action in
    guest | dom0)
        check_machine
        install_all
        ;;
    uninstall)
        check_machine
        uninstall_all
        ;;
    help | -h | --help) usage ;;
    *) fail "unknown command $action; see xenloop-install.sh help" ;;
esac
