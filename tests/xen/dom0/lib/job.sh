# shellcheck shell=sh
# Runs the job. Dom0's init starts this file in a shell of its own; `. /host/lib/job.sh` in a shell gives the library alone.
#
# A job runs under `set -eu`: a command that fails, unless it is a check's or stands in a condition, ends the job, and a job
# that does not come to its end has failed.

for part in checks events guests kernel lifecycle traffic trials xenloop xenpeer; do
    # shellcheck source=/dev/null
    . "/host/lib/$part.sh"
done

# log TEXT: a line of the job's log that is no result.
log() { echo "# $* ($(cut -d ' ' -f 1 /proc/uptime) s)"; }

run_job() {
    job_complete=no
    trap end_of_job EXIT
    set -eu
    # shellcheck source=/dev/null
    . /host/job
    job_complete=yes
    exit 0
}

end_of_job() {
    set +eu
    [ "$job_complete" = yes ] || not_ok "the job comes to its end" "it stopped half-way: see the lines above"
    check_kernels
    check_no_zombies
    collect_results
    [ "$job_complete" = yes ]
    exit
}

# What the processors execute now and a second later, in guests too: Xen writes it to its log. Where a guest hangs, it is the only witness.
look_at_processors() {
    xl debug-keys d
    sleep 1
    xl debug-keys d
}

# What one wants to see when a job has failed.
collect_results() {
    for name in $(running_guests); do
        guest "$name" 'dmesg' >"/results/guest-$name.dmesg" 2>&1 || look_at_processors
        guest "$name" 'cd /tmp && tail -n 200 *.log' >"/results/guest-$name.logs" 2>/dev/null
    done
    xl list >/results/xl-list 2>&1
    xenstore-ls -f >/results/xenstore 2>&1
    cp /tmp/*.log /results/ 2>/dev/null
}
