# shellcheck shell=bash
# The hypervisor and the kernel, in the form that QEMU, Xen and libxl load directly.

unpack_kernels() {
    mkdir -p "$IMAGES"

    # QEMU's -kernel wants the bare 32-bit ELF file.
    gunzip -c "$ROOT/boot/xen-$XEN_VERSION-amd64.gz" >"$IMAGES/xen"

    # Unpacked here, once: in QEMU's emulation unpacking costs many seconds per boot, for Dom0 and for each guest. Xen and
    # libxl both take the plain ELF file.
    unpack_vmlinux "$ROOT/boot/vmlinuz-$(kernel_version)" "$IMAGES/vmlinux"

    # So that the modules that the images need can be found together with what they depend on.
    busybox depmod -b "$ROOT" "$(kernel_version)"
}

kernel_version() {
    basename "$ROOT"/lib/modules/*-amd64
}

# A bzImage is a boot stub with an xz stream inside, and a few bytes after it.
unpack_vmlinux() {
    local offset
    offset=$(LC_ALL=C grep -m 1 -abo $'\xfd7zXZ' "$1" | head -n 1 | cut -d : -f 1) || true
    [[ -n $offset ]] || fail "$1 holds no xz stream: Debian packs its kernel differently now."
    # xz stops at the end of its stream, so that tail may not get rid of the rest: no error.
    { tail -c "+$((offset + 1))" "$1" || true; } | xz --decompress --single-stream --stdout >"$2"
}
