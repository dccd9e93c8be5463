# shellcheck shell=sh
# What a job says of what it found, one line each:
#
#   ok NAME
#   not ok NAME: the last lines of what was seen
#   skip NAME WHY

ok() { echo "ok $1"; }

# not_ok NAME [WHAT WAS SEEN]
not_ok() { echo "not ok $1: $(printf '%s' "${2:-}" | tail -n 4 | tr '\n' '|')"; }

# skip NAME WHY
skip() { echo "skip $1: $2"; }

# check NAME COMMAND...: ok if the command succeeds.
check() {
    check_name=$1
    shift
    if check_output=$("$@" 2>&1 </dev/null); then
        ok "$check_name"
    else
        not_ok "$check_name" "$check_output (status $?)"
    fi
}

# check_fails NAME COMMAND...: ok if it does not.
check_fails() {
    check_name=$1
    shift
    if check_output=$("$@" 2>&1 </dev/null); then
        not_ok "$check_name" "it succeeded: $check_output"
    else
        ok "$check_name"
    fi
}

# check_value NAME VALUE -eq|-gt|... OTHER: ok if the comparison of numbers holds; says the numbers.
check_value() {
    if test "$2" "$3" "$4"; then
        ok "$1 ($2)"
    else
        not_ok "$1" "$2 $3 $4 does not hold"
    fi
}

# wait_until SECONDS COMMAND...: tries until the command succeeds; fails after that time.
wait_until() {
    wait_end=$(($(seconds_up) + $1))
    shift
    until "$@" >/dev/null 2>&1 </dev/null; do
        [ "$(seconds_up)" -lt "$wait_end" ] || return 1
        usleep 100000
    done
}

# Whole seconds since the start of Dom0.
seconds_up() { cut -d . -f 1 /proc/uptime; }

# Milliseconds since the start of Dom0.
milliseconds_up() { awk '{ print int($1 * 1000) }' /proc/uptime; }

# give_up TEXT: ends the job as failed.
give_up() {
    log "$1"
    exit 1
}
