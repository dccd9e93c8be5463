#!/usr/bin/env bash
# The one door: builds, tests, shows and measures XenLoop. `./build.sh --help` says how.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly MAX_BYTES=6000000
readonly CONFIGURATION=Release
FRAMEWORK=$(sed -n 's:.*<XenLoopFramework>\(.*\)</XenLoopFramework>.*:\1:p' Directory.Build.props)
readonly FRAMEWORK
readonly PROJECT_TIMEOUT=900
# For each target, while the jobs on Xen run.
readonly FUZZ_SECONDS=40

# What each command needs from Debian. gcc links the native code, zlib1g-dev holds the static libz.
readonly BUILD_PACKAGES=(gcc libc6-dev binutils zlib1g-dev)
readonly GUEST_PACKAGES=(iproute2 iptables iputils-ping iperf3 openssh-client openssh-server)
readonly TEST_PACKAGES=("${BUILD_PACKAGES[@]}" "${GUEST_PACKAGES[@]}" conntrack nftables tcpdump libcap2-bin systemd gnuplot-nox)
readonly DEMO_PACKAGES=("${BUILD_PACKAGES[@]}" "${GUEST_PACKAGES[@]}" sockperf)
readonly XEN_PACKAGES=("${BUILD_PACKAGES[@]}" qemu-system-x86 busybox-static cpio xz-utils)
readonly OVS_PACKAGES=(openvswitch-switch)
# The applications of tests/Compat.Tests, unmodified. One that cannot be installed makes its test a skipped one.
readonly COMPAT_PACKAGES=(nginx apache2 apache2-utils curl redis-server redis-tools memcached libmemcached-tools mariadb-server mariadb-client
    postgresql postgresql-contrib samba smbclient proftpd-core libwrap0 inetutils-telnetd inetutils-telnet openbsd-inetd rsync nfs-ganesha
    nfs-ganesha-vfs libnfs-utils dnsmasq-base bind9-dnsutils openmpi-bin python3-mpi4py ngtcp2-server ngtcp2-client wireguard-go
    wireguard-tools iputils-tracepath socat openssl)
# The firewall managers of tests/NetworkSetup.Tests, as above.
readonly NETWORK_PACKAGES=(ufw firewalld)
# Debian allows one FTP server at a time.
readonly COMPAT_UNPACKED=(vsftpd)
readonly BENCH_PACKAGES=("${BUILD_PACKAGES[@]}" "${GUEST_PACKAGES[@]}" gnuplot-nox)
readonly MICRO_PACKAGES=(g++ libc6-dev libboost-dev libdpdk-dev pkg-config)

# The SDK's own noise, and its demand for ICU, which nothing here uses.
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1

usage() {
    cat <<'TEXT'
Usage: ./build.sh [COMMAND]

  (none)            build out/xenloop: one static, stripped binary of at most 6 MB
  demo [OPTIONS]    two guests on this machine, standard path and fast path side by side
                    (needs root; ./build.sh demo --help)
  test [FILTER]     run all tests (of xen-test the short form), or only a project (SharedRing), or the classes
                    whose name contains FILTER (needs root for the end-to-end tests),
                    or only those on Xen (xen)
  xen-test [JOB...] run the tests on a real Xen, emulated by QEMU; all, or some of tests/xen/jobs
  xen-bench [KIND...]  the fast path against netfront on that Xen (pv pvh pv-normal
                    pvh-normal migration; --quick, --rounds N)
  fuzz [TARGET...]  feed mutated input to everything that reads foreign bytes, guided by
                    coverage (--seconds S for each target, --seed N; --help)
  compat [NAME...]  real applications over the fast path, with large data, and the table of what
                    they moved by which path; all, or some (nginx, mariadb; see tests/Compat.Tests)
  network           guests' own network set-ups (firewalls and their managers, NAT, forwarding, policy routing,
                    renamed interfaces, shaping...), and the table of which path each takes and why
  chaos [OPTIONS]   faults drawn by a seed under traffic, and what they cost (--seed N
                    --seconds S --cycles N --only KIND...)
  overload [OPTIONS]  more traffic than receivers can take: memory against its bounds, fairness,
                    round trips beside it, both paths in turn (--seconds S --rounds N --only NAME...)
  bench [OPTIONS]   paths between guests (--full: all), the same programs on each, and a report with pictures
                    (--quick, --full, --platform, --paths, --workloads, --resume DIR; --help)
  bench-report DIR...   the report once more, of one or more of its runs
  bench-compare A B     what became slower from one of its runs to another, beyond the noise
  bench-micro       the parts alone (BenchmarkDotNet), and the ring against other queues, compiled as the binary is
  bench-micro queues           only the queues
  bench-micro [aot] [OPTIONS]  only the parts, with BenchmarkDotNet's options; aot: compiled as the binary is
  clean             remove everything that was built

Debian packages that a command needs are installed if it runs as root, and
named otherwise. The .NET SDK 10 must be there already.
TEXT
}

if [[ -t 1 && -z "${NO_COLOR:-}" ]]; then
    readonly BOLD=$'\e[1m' RED=$'\e[31m' GREEN=$'\e[32m' PLAIN=$'\e[0m'
else
    readonly BOLD='' RED='' GREEN='' PLAIN=''
fi

step() { printf '%s==>%s %s\n' "$BOLD" "$PLAIN" "$*"; }
fail() { printf '%s%s%s\n' "$RED" "$*" "$PLAIN" >&2; exit 1; }

is_root() { [[ $EUID -eq 0 ]]; }

asks_for_help() { [[ " $* " == *' -h '* || " $* " == *' --help '* ]]; }

need_sdk() {
    command -v dotnet >/dev/null || fail "The .NET SDK 10 is needed; it is not among Debian's packages. Install it as its documentation says and put dotnet on PATH."
}

# Installs those of the given Debian packages that are missing, or says how.
need_packages() {
    if ! command -v dpkg-query >/dev/null; then
        step "This is not Debian: make sure that it has what Debian calls: $*"
        return
    fi
    local missing=() package
    for package in "$@"; do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0
    is_root || fail "Debian packages are missing. Please run: sudo apt-get install ${missing[*]}"
    step "Installing ${missing[*]}"
    local before
    before=$(enabled_units)
    without_services apt_install "${missing[@]}" || fail "apt-get could not install: ${missing[*]} (see out/log/apt.log)"
    comm -13 <(printf '%s\n' "$before") <(enabled_units) | xargs -r systemctl --root=/ disable >>out/log/apt.log 2>&1 || true
}

# The services that start with this machine, as they are set up on its disk; nothing without systemd.
enabled_units() {
    systemctl --root=/ list-unit-files --state=enabled --no-legend 2>/dev/null | cut -d ' ' -f 1 | sort || true
}

# Not empty: another attempt to update the list of packages would bring nothing new.
APT_IS_FRESH=''

apt_install() {
    mkdir -p out/log
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends --no-remove "$@")
    "${install[@]}" >out/log/apt.log 2>&1 || { [[ -z $APT_IS_FRESH ]] && apt-get update -q >>out/log/apt.log 2>&1 && "${install[@]}" >>out/log/apt.log 2>&1; }
}

# A server that is installed for a test has no business to start on the user's machine (see invoke-rc.d(8)), now or later.
without_services() {
    local policy=/usr/sbin/policy-rc.d status=0
    if [[ -e $policy ]]; then
        "$@"
        return
    fi
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    "$@" || status=$?
    rm -f "$policy"
    trap - EXIT
    return "$status"
}

# Installs what it can of some packages; the tests say what is missing.
get_packages() {
    local package
    (need_packages "$@") || for package in "$@"; do
        (APT_IS_FRESH=yes need_packages "$package") || true
    done
}

# The same for the applications that tests/Compat.Tests tries.
get_compat_packages() {
    local package
    get_packages "${COMPAT_PACKAGES[@]}"
    for package in "${COMPAT_UNPACKED[@]}"; do
        unpack_package "$package" || printf 'apt-get could not fetch %s (see out/log/apt.log)\n' "$package"
    done
}

# Unpacks a Debian package below out/compat/packages, with its version in a file beside it.
unpack_package() {
    local directory=out/compat/packages file
    [[ ! -e $directory/$1.version ]] || return 0
    rm -rf "${directory:?}/$1"
    mkdir -p "$directory" out/log
    (cd "$directory" && apt-get download -q "$1") >>out/log/apt.log 2>&1 || return 1
    for file in "$directory/$1"_*.deb; do
        dpkg-deb --extract "$file" "$directory/$1" && dpkg-deb --field "$file" Version >"$directory/$1.version"
        rm -f "$file"
    done
}

# Runs a dotnet command into a log, which is shown only if the command fails.
quietly() {
    local log=out/log/$1.log
    shift
    mkdir -p out/log
    "$@" >"$log" 2>&1 || { cat "$log" >&2; fail "Failed: $*"; }
}

build_binary() {
    step "Building out/xenloop"
    quietly publish dotnet publish src/Interceptor -c "$CONFIGURATION" -r linux-x64 -o out/publish -v:m -p:CppCompilerAndLinker=gcc

    # The linker notes that some C library functions (getpwnam, getaddrinfo, dlopen) would load shared libraries in a
    # static program. The runtime's objects refer to them; XenLoop looks up neither users nor host names.
    local warnings
    warnings=$(grep 'warning' out/log/publish.log | grep -v 'in statically linked applications requires at runtime' || true)
    [[ -z $warnings ]] || fail "The build must be free of warnings:"$'\n'"$warnings"

    # Under another name first: a running out/xenloop cannot be overwritten, but it can be replaced.
    cp out/publish/xenloop out/xenloop.new
    check_binary out/xenloop.new
    mv out/xenloop.new out/xenloop
    step "out/xenloop: static, stripped, $(stat -c %s out/xenloop) bytes"
}

check_binary() {
    local size
    size=$(stat -c %s "$1")
    ! readelf -lW "$1" | grep -q INTERP || fail "The binary is not static: it asks for a dynamic loader."
    ! readelf -SW "$1" | grep -q '\.symtab' || fail "The binary is not stripped."
    # The base library's cryptography would load OpenSSL's shared libraries into the static process, and crash it.
    ! grep -aq libssl "$1" || fail "The binary refers to libssl: something uses System.Security.Cryptography."
    [[ $size -le $MAX_BYTES ]] || fail "The binary has $size bytes, more than the $MAX_BYTES allowed."
}

# The tests' results so far, and a line for each failure, to be repeated at the end: what is between is thousands of lines long.
TOTAL_PASSED=0 TOTAL_FAILED=0 TOTAL_SKIPPED=0
FAILURES=()
# Attempts that are not counted, because of a fault that is not taken for XenLoop's.
REPEATED=()

# Adds to FAILURES what standard input has, behind the name of what was tested.
note_failures() {
    local line
    while IFS= read -r line || [[ -n $line ]]; do
        FAILURES+=("$1: $line")
    done
}

# The failed tests of a log of Microsoft's testing platform, each with what it says first.
failed_tests() { sed -n '/^failed /{$!N;s/\n */: /;p}' "$1"; }

# Sets REPLY to an attribute of the report's <assembly> element; 0 if it is not there.
report_attribute() {
    REPLY=$(grep -m 1 -o '<assembly [^>]*' "$1" | sed -n "1s/.* $2=\"\([0-9]*\)\".*/\1/p") || true
    REPLY=${REPLY:-0}
}

# Adds the results of tests/$1.Tests to the totals.
test_project() {
    local name=$1 report=out/test/$1.xml log=out/log/test-$1.log status=0
    shift
    rm -f "$report"
    timeout --kill-after=10 "$PROJECT_TIMEOUT" \
        dotnet "tests/$name.Tests/bin/$CONFIGURATION/$FRAMEWORK/XenLoop.$name.Tests.dll" --no-ansi --no-progress \
        --results-directory out/test --report-xunit --report-xunit-filename "$name.xml" "$@" >"$log" 2>&1 || status=$?

    local passed=0 failures=0 skipped=0 seconds
    if [[ -s $report ]]; then
        report_attribute "$report" passed; passed=$REPLY
        report_attribute "$report" skipped; skipped=$REPLY
        report_attribute "$report" failed; failures=$REPLY
        report_attribute "$report" errors; failures=$((failures + REPLY))
        seconds=$(grep -m 1 -o '<assembly [^>]*' "$report" | sed -n '1s/.* time="\([0-9.]*\)".*/\1/p') || true
    fi

    # 8 is "no tests ran": the filter chose none here. Anything else without a failure counted is one of its own.
    if [[ $status -ne 0 && $status -ne 8 && $failures -eq 0 ]]; then
        failures=1
        printf 'did not end properly (exit code %s)\n' "$status" >>"$log"
        note_failures "$name" < <(tail -n 1 "$log")
    fi
    note_failures "$name" < <(failed_tests "$log")

    local colour=$GREEN
    [[ $failures -eq 0 ]] || { colour=$RED; cat "$log"; }
    printf '%s%-22s %5s passed %3s failed %3s skipped  %8s s%s\n' "$colour" "$name" "$passed" "$failures" "$skipped" "${seconds:--}" "$PLAIN"
    TOTAL_PASSED=$((TOTAL_PASSED + passed))
    TOTAL_FAILED=$((TOTAL_FAILED + failures))
    TOTAL_SKIPPED=$((TOTAL_SKIPPED + skipped))
}

# Says why the tests on Xen cannot run here, or nothing if they can.
xen_obstacle() {
    if [[ $(uname -m) != x86_64 ]]; then
        echo "the emulated Xen host is an amd64 one, and this machine is not"
    elif [[ $(cut -d . -f 1 /etc/debian_version 2>/dev/null) != 12 ]]; then
        echo "the Xen host is made of this machine's Debian packages, and only Debian 12's are known to work"
    elif ! (need_packages "${XEN_PACKAGES[@]}") >&2; then
        echo "QEMU and what the images are made with cannot be installed here"
    fi
}

# Adds the results of tests/xen's jobs, all or the given ones, to the totals.
test_xen() {
    local obstacle status=0 passed=0 failures=0 skipped=0
    step "Testing on Xen"
    obstacle=$(xen_obstacle)
    if [[ -n $obstacle ]]; then
        printf 'skip Xen: %s\n' "$obstacle"
        TOTAL_SKIPPED=$((TOTAL_SKIPPED + 1))
        return
    fi

    quietly xenpeer dotnet publish tests/SharedRing.XenPeer -c "$CONFIGURATION" -r linux-x64 -o out/xen/peer -v:m -p:CppCompilerAndLinker=gcc
    rm -f out/xen/{totals,failures,repeated}
    { tests/xen/build-images && tests/xen/run-all "$@"; } || status=$?
    [[ ! -s out/xen/totals ]] || read -r passed failures skipped <out/xen/totals
    [[ $status -eq 0 || $failures -gt 0 ]] || failures=1
    [[ $failures -eq 0 ]] || note_failures Xen < <(cat out/xen/failures 2>/dev/null || printf 'the jobs did not run (exit code %s)\n' "$status")
    [[ ! -e out/xen/repeated ]] || mapfile -t -O "${#REPEATED[@]}" REPEATED <out/xen/repeated
    TOTAL_PASSED=$((TOTAL_PASSED + passed))
    TOTAL_FAILED=$((TOTAL_FAILED + failures))
    TOTAL_SKIPPED=$((TOTAL_SKIPPED + skipped))
}

# Tries the applications, all or the named ones, with large data, and prints the table.
try_applications() {
    local arguments=() name
    for name in "$@"; do
        arguments+=(--filter-class "*.${name}Tests")
    done
    mkdir -p out/test
    rm -f out/compat/results.*
    step "Trying applications"
    XENLOOP_COMPAT_VOLUME=full test_project Compat "${arguments[@]}"
    show_applications
}

# Prints what was tried since the last table was removed, if anything was.
show_applications() {
    [[ -s out/compat/results.md ]] || return 0
    step "Applications (out/compat/results.md, out/compat/results.json)"
    cat out/compat/results.md
}

# Prints the set-ups that were tried, if any were.
show_setups() {
    [[ -s out/network/results.md ]] || return 0
    step "Network set-ups (out/network/results.md)"
    cat out/network/results.md
}

# Adds the results of a run of tests/$1 in its short form, with a seed of its own, to the totals.
test_short_run() {
    local name=$1 status=0
    step "$2"
    rm -f "out/${name,,}/totals"
    run_program "$name" 2>&1 | tee "out/log/${name,,}.log" || status=$?
    count_run "$name" "$status"
}

# Adds what a run of tests/$1, which ended with exit code $2, has left in its totals and its log.
count_run() {
    local name=$1 status=$2 passed=0 failures=0 skipped=0
    local totals=out/${name,,}/totals log=out/log/${name,,}.log
    [[ ! -s $totals ]] || read -r passed failures skipped <"$totals"
    [[ $status -eq 0 || $failures -gt 0 ]] || failures=1
    [[ $failures -eq 0 ]] || note_failures "$name" < <(grep -E '^(BROKEN|FAULT|The run could not go on|Unhandled)' "$log" || printf 'did not end properly (exit code %s)\n' "$status")
    TOTAL_PASSED=$((TOTAL_PASSED + passed))
    TOTAL_FAILED=$((TOTAL_FAILED + failures))
    TOTAL_SKIPPED=$((TOTAL_SKIPPED + skipped))
}

# Sets FUZZER to the process of a fuzz run that takes only the processor time that others leave (SCHED_IDLE), as the jobs on Xen do:
# they wait for emulated timers half of the time, and are not slower for it.
start_fuzzing() {
    mkdir -p out/fuzz
    rm -f out/fuzz/totals
    chrt --idle 0 dotnet "tests/Fuzz/bin/$CONFIGURATION/$FRAMEWORK/XenLoop.Fuzz.dll" --seconds "$FUZZ_SECONDS" >out/log/fuzz.log 2>&1 &
    FUZZER=$!
    trap 'kill "$FUZZER"' EXIT
}

# Waits for it, and adds its results to the totals.
end_fuzzing() {
    local status=0
    step "Waiting for the fuzzers that ran meanwhile"
    wait "$FUZZER" || status=$?
    trap - EXIT
    cat out/log/fuzz.log
    count_run Fuzz "$status"
}

# Runs the program that is built from tests/$1.
run_program() { dotnet "tests/$1/bin/$CONFIGURATION/$FRAMEWORK/XenLoop.$1.dll" "${@:2}"; }

# Builds tests/$1, which takes the binary through something, and runs it.
build_and_run() {
    is_root || fail "The ${1,,} run builds network namespaces and needs root: sudo ./build.sh ${1,,}"
    need_sdk
    need_packages "${BUILD_PACKAGES[@]}" "${GUEST_PACKAGES[@]}"
    build_binary
    step "Building the ${1,,} run"
    quietly "${1,,}" dotnet build "tests/$1" -c "$CONFIGURATION" -v:q
    run_program "$@"
}

build_bench() {
    step "Building the benchmark harness"
    quietly bench dotnet build bench/EndToEnd -c "$CONFIGURATION" -v:q
}

run_bench() { dotnet "bench/EndToEnd/bin/$CONFIGURATION/$FRAMEWORK/XenLoop.EndToEnd.dll" "$@"; }

# Installs what it can of the programs that a run with these options compares or measures with; what is missing fails in the run, and the
# report says so.
need_bench_packages() {
    local packages package
    ! asks_for_help "$@" || return 0
    packages=$(run_bench packages "$@" 2>/dev/null) || return 0
    for package in $packages; do
        (need_packages "$package") || true
    done
    [[ " $* " != *xen-* ]] || need_packages "${XEN_PACKAGES[@]}"
}

# Prints the failures and the totals; succeeds if something was tested and nothing failed.
conclude() {
    [[ ${#FAILURES[@]} -eq 0 ]] || {
        step "What failed"
        printf '%s\n' "${FAILURES[@]}"
    }
    [[ ${#REPEATED[@]} -eq 0 ]] || {
        step "What needed another attempt"
        printf '%s\n' "${REPEATED[@]}"
    }
    [[ $((TOTAL_PASSED + TOTAL_FAILED + TOTAL_SKIPPED)) -gt 0 ]] ||
        printf '%sNo test has such a name.%s Names are those of the folders in tests/ (Discovery, Interceptor...) or part of a test class name.\n' "$RED" "$PLAIN" >&2
    printf '%s passed, %s failed, %s skipped\n' "$TOTAL_PASSED" "$TOTAL_FAILED" "$TOTAL_SKIPPED"
    [[ $TOTAL_FAILED -eq 0 && $TOTAL_PASSED -gt 0 ]]
}

run_tests() {
    local filter=${1:-} projects=() arguments=() project
    for project in tests/*.Tests; do
        project=${project##*/}
        projects+=("${project%.Tests}")
    done
    if [[ -n $filter && -d tests/$filter.Tests ]]; then
        projects=("$filter")
    elif [[ -n $filter ]]; then
        arguments=(--filter-class "*$filter*")
    fi

    mkdir -p out/test
    rm -f out/compat/results.* out/network/results.md
    step "Testing"
    for project in "${projects[@]}"; do
        test_project "$project" "${arguments[@]}"
    done
    show_applications
    show_setups
    [[ -n $filter ]] || {
        test_short_run Chaos "Testing under faults"
        test_short_run Overload "Testing under overload"
        start_fuzzing
        test_xen --short
        end_fuzzing
    }
}

main() {
    local command=${1:-}
    shift || true
    case $command in
        '')
            need_sdk
            need_packages "${BUILD_PACKAGES[@]}"
            build_binary
            ;;
        demo)
            need_sdk
            need_packages "${DEMO_PACKAGES[@]}"
            [[ " $* " != *' --with-ovs '* ]] || need_packages "${OVS_PACKAGES[@]}"
            build_binary
            step "Building the demo"
            quietly demo dotnet build bench/Demo -c "$CONFIGURATION" -v:q
            exec dotnet "bench/Demo/bin/$CONFIGURATION/$FRAMEWORK/XenLoop.Demo.dll" "$@"
            ;;
        # These have no help of their own. With ;;& the command itself follows below.
        test | compat | network | clean) ! asks_for_help "$@" || { usage; exit; } ;;&
        xen-test)
            ! asks_for_help "$@" || exec tests/xen/run-all --help
            need_sdk
            need_packages "${BUILD_PACKAGES[@]}"
            build_binary
            test_xen "$@"
            conclude
            ;;
        xen-bench)
            ! asks_for_help "$@" || exec bench/Xen/run --help
            need_sdk
            need_packages "${XEN_PACKAGES[@]}"
            build_binary
            exec bench/Xen/run "$@"
            ;;
        test)
            if [[ ${1:-} == xen ]]; then
                main xen-test
                return
            fi
            is_root || fail "The end-to-end tests build network namespaces and need root: sudo ./build.sh test"
            need_sdk
            need_packages "${TEST_PACKAGES[@]}"
            get_compat_packages
            get_packages "${NETWORK_PACKAGES[@]}"
            build_binary
            step "Building the tests"
            quietly tests dotnet build XenLoop.slnx -c "$CONFIGURATION" -v:q
            run_tests "$@"
            conclude
            ;;
        fuzz)
            need_sdk
            step "Building the fuzzer"
            quietly fuzz dotnet build tests/Fuzz -c "$CONFIGURATION" -v:q
            exec dotnet "tests/Fuzz/bin/$CONFIGURATION/$FRAMEWORK/XenLoop.Fuzz.dll" "$@"
            ;;
        compat)
            is_root || fail "The applications are tried in network namespaces and need root: sudo ./build.sh compat"
            need_sdk
            need_packages "${TEST_PACKAGES[@]}"
            get_compat_packages
            build_binary
            step "Building the tests"
            quietly compat dotnet build tests/Compat.Tests -c "$CONFIGURATION" -v:q
            try_applications "$@"
            conclude
            ;;
        network)
            is_root || fail "The set-ups are tried in network namespaces and need root: sudo ./build.sh network"
            need_sdk
            need_packages "${TEST_PACKAGES[@]}"
            get_packages "${NETWORK_PACKAGES[@]}"
            build_binary
            step "Building the tests"
            quietly network dotnet build tests/NetworkSetup.Tests -c "$CONFIGURATION" -v:q
            mkdir -p out/test
            rm -f out/network/results.md
            step "Trying network set-ups"
            test_project NetworkSetup
            show_setups
            conclude
            ;;
        chaos)
            build_and_run Chaos "$@"
            ;;
        overload)
            build_and_run Overload "$@"
            ;;
        bench)
            is_root || fail "Guests are network namespaces, which needs root: sudo ./build.sh bench"
            need_sdk
            need_packages "${BENCH_PACKAGES[@]}"
            build_binary
            build_bench
            need_bench_packages "$@"
            run_bench run "$@"
            ;;
        bench-report | bench-compare)
            need_sdk
            need_packages gnuplot-nox
            build_bench
            run_bench "${command#bench-}" "$@"
            ;;
        bench-micro)
            need_sdk
            need_packages "${MICRO_PACKAGES[@]}"
            step "Building the micro-benchmarks"
            [[ ${1:-} == queues ]] || {
                quietly micro dotnet build bench/Micro -c "$CONFIGURATION" -v:q
                dotnet run --no-build -c "$CONFIGURATION" --project bench/Micro -- "$@"
            }
            [[ $# -gt 0 && $1 != queues ]] || {
                quietly queues dotnet publish bench/Queues -c "$CONFIGURATION" -r linux-x64 -o out/queues -v:m
                out/queues/XenLoop.Queues
            }
            ;;
        clean)
            rm -rf out src/*/{bin,obj} tests/*/{bin,obj} bench/*/{bin,obj} BenchmarkDotNet.Artifacts
            ;;
        -h | --help | help)
            usage
            ;;
        *)
            usage >&2
            exit 2
            ;;
    esac
}

# With exit on the same line: what is changed in this file meanwhile is not read and run as the rest of it.
main "$@"; exit
