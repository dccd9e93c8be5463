# shellcheck shell=bash
# The Debian packages that the images are made of: downloaded and unpacked, never installed.

# Debian 12 has exactly this one.
readonly XEN_VERSION=4.17

readonly XEN_PACKAGES=(
    "xen-hypervisor-$XEN_VERSION-amd64" "xen-utils-$XEN_VERSION" xen-utils-common xenstore-utils
)

readonly PROGRAM_PACKAGES=(
    busybox-static dash
    iproute2 iptables nftables ipset conntrack ethtool wireguard-tools
    jq tcpdump strace iputils-ping iperf3 sockperf
)

# What our own test programs are compiled with (images/tools.sh): libxenvchan.
readonly TOOL_PACKAGES=(libxen-dev)

# What the applications layer is made of (images/applications.sh).
readonly APPLICATION_PACKAGES=(
    openssh-server openssh-client openssh-sftp-server nginx nginx-common curl redis-server redis-tools memcached libmemcached-tools
    nfs-kernel-server nfs-common libtirpc-common postgresql-15 postgresql-client-15 mpich netpipe-mpich2
)

# What the systemd layer is made of (images/systemd.sh).
readonly SYSTEMD_PACKAGES=(systemd base-files kmod)

unpack_packages() {
    local kernel libraries
    rm -rf "$PACKAGES" "$ROOT"
    mkdir -p "$PACKAGES" "$ROOT"

    apt-cache show "${XEN_PACKAGES[0]}" >/dev/null 2>&1 || update_package_lists
    kernel=$(dependencies linux-image-amd64 | grep -m 1 '^linux-image-[0-9]') || fail "apt knows of no kernel for linux-image-amd64."
    mapfile -t libraries < <(dependencies --recurse "${XEN_PACKAGES[@]}" "${PROGRAM_PACKAGES[@]}" "${APPLICATION_PACKAGES[@]}" "${SYSTEMD_PACKAGES[@]}" |
        grep -E '^(lib|zlib)' | grep -vE 'debconf|perl|python|dpkg|^libllvm' | sort -u)

    cd "$PACKAGES" || fail "there is no $PACKAGES"
    apt-get download "$kernel" "${XEN_PACKAGES[@]}" "${PROGRAM_PACKAGES[@]}" "${TOOL_PACKAGES[@]}" "${APPLICATION_PACKAGES[@]}" "${SYSTEMD_PACKAGES[@]}" \
        "${libraries[@]}" >apt.log 2>&1 ||
        fail "apt-get download failed: see $PACKAGES/apt.log (lists too old? apt-get update)"

    local package
    for package in "$PACKAGES"/*.deb; do
        dpkg -x "$package" "$ROOT"
    done
}

# A fresh Debian container has no package lists; only root may fetch them.
update_package_lists() {
    apt-get update -q >"$WORK/apt-update.log" 2>&1 || fail "apt does not know ${XEN_PACKAGES[0]}, and apt-get update failed: see $WORK/apt-update.log"
    apt-cache show "${XEN_PACKAGES[0]}" >/dev/null 2>&1 || fail "apt does not know ${XEN_PACKAGES[0]}: is this Debian 12 on amd64?"
}

# Names of real packages that the given ones depend on (with --recurse: and they, and so on), one per line.
dependencies() {
    # Lines are "NAME" and "  Depends: NAME"; a name in angle brackets is virtual.
    apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$@" |
        awk '{ print $NF }' | grep -v '[<>]'
}
