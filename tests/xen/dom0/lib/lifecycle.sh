# shellcheck shell=sh
# What Dom0 does to guests.

pause() { xl pause "$1"; }
unpause() { xl unpause "$1"; }
destroy() { xl destroy "$1"; }

# In order: the guest's own init ends it, and is only asked to.
shut_down() { xl shutdown "$1"; }
reboot_guest() { xl reboot "$1"; }

is_gone() { ! xl domid "$1"; }

# save NAME: suspends the guest to a file in Dom0's memory: quicker than the 9p share, which refuses it besides ("Bad address": libxc hands
# foreign pages to write(2)).
save() { xl save "$1" "/tmp/$1.saved" >"/tmp/save-$1.log" 2>&1; }

# restore NAME: a new domain with the old memory.
restore() {
    restore_status=0
    xl restore "/tmp/$1.saved" >"/tmp/restore-$1.log" 2>&1 || restore_status=$?
    rm "/tmp/$1.saved"
    return "$restore_status"
}

# migrate NAME: to this very host. PVH only: Debian's Xen has no shadow page tables, which a live migration of a PV guest needs.
migrate() { xl migrate -s '' "$1" 'xl migrate-receive' >"/tmp/migrate-$1.log" 2>&1; }
