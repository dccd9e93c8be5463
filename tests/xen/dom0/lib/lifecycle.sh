# shellcheck shell=sh
# What Dom0 does to guests.

pause() { xl pause "$1"; }
unpause() { xl unpause "$1"; }
destroy() { xl destroy "$1"; }

# save NAME: suspends the guest to a file, by way of a FIFO: libxc hands foreign pages to write(2), which the 9p share
# refuses ("Bad address").
save() {
    mkfifo "/run/$1.fifo"
    cat <"/run/$1.fifo" >"/results/$1.saved" &
    save_reader=$!
    save_status=0
    xl save "$1" "/run/$1.fifo" >"/tmp/save-$1.log" 2>&1 || save_status=$?
    wait "$save_reader"
    rm "/run/$1.fifo"
    return "$save_status"
}

# restore NAME: a new domain with the old memory.
restore() {
    restore_status=0
    xl restore "/results/$1.saved" >"/tmp/restore-$1.log" 2>&1 || restore_status=$?
    rm "/results/$1.saved"
    return "$restore_status"
}

# migrate NAME: to this very host. PVH only: Debian's Xen has no shadow page tables, which a live migration of a PV guest needs.
migrate() { xl migrate -s '' "$1" 'xl migrate-receive' >"/tmp/migrate-$1.log" 2>&1; }
