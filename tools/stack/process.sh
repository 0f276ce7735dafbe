# SPDX-License-Identifier: Apache-2.0
# Processes of a private stack: started detached, remembered by pid and start time, ended by nothing else.
# Sourced by tools/stack.sh. Uses $home (the stack's folder).

# process_look PID: start_time is the kernel's start time of it (clock ticks since boot), or empty when it is gone or a zombie. The
# pair of pid and start time names one process for ever; a pid alone may by now be somebody else's. Neither
# this nor process_runs forks: a supervisor looks at every process ten times a second.
process_look() {
    local stat fields
    start_time=
    { IFS= read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
    # shellcheck disable=SC2206 # a letter and numbers
    fields=(${stat##*) }) # the program's name may hold spaces and parentheses
    [[ ${fields[0]} == Z ]] || start_time=${fields[19]}
}

process_remember() {
    local name=$1 pid=$2
    process_look "$pid"
    echo "$pid $start_time" >"$home/run/$name.pid.new"
    mv "$home/run/$name.pid.new" "$home/run/$name.pid"
}

# process_runs NAME: whether the stack's process of that name runs; running_pid is its pid, or empty.
process_runs() {
    local pid start
    running_pid=
    { read -r pid start <"$home/run/$1.pid"; } 2>/dev/null || return 1
    process_look "$pid"
    [[ -n $start && $start_time == "$start" ]] || return 1
    running_pid=$pid
}

program_stamp() {
    stat -Lc '%i %Y %s' "$1"
}

# Whether the process of that name runs, and runs the program as it is now: a new build takes the place of an old one.
process_is_current() {
    process_runs "$1" && [[ $(cat "$home/run/$1.program" 2>/dev/null) == "$(program_stamp "$2")" ]]
}

# process_launch NAME USER COMMAND…: detached, with a small environment, as USER (empty: as whoever runs this), its
# output appended to the log of that name. 9 is the stack's lock, 8 what a supervisor waits for: a daemon must not keep them.
process_launch() {
    local name=$1 user=$2
    shift 2
    local as=() environment
    clean_environment
    [[ -z $user ]] || as=(setpriv --reuid "$user" --regid "$user" --init-groups --)
    (cd "$home" && exec setsid "${as[@]}" env -i "${environment[@]}" "$@") </dev/null >>"$home/log/$name.log" 2>&1 9>&- 8>&- &
    process_remember "$name" $!
    program_stamp "$1" >"$home/run/$name.program"
}

# process_end NAME SIGNAL: asks, waits ten seconds, then kills. Nothing when it does not run.
process_end() {
    local name=$1 signal=$2 tries
    if process_runs "$name"; then
        kill -s "$signal" "$running_pid" 2>/dev/null || true
        for ((tries = 0; tries < 200; tries++)); do
            process_runs "$name" || break
            sleep 0.05
        done
        ! process_runs "$name" || kill -s KILL "$running_pid" 2>/dev/null || true
    fi
    rm -f "$home/run/$name.pid"
}

# process_kill NAME: SIGKILL, at once, and waits until it is gone. The record stays: a supervisor sees a death.
process_kill() {
    local name=$1
    process_runs "$name" || return 0
    kill -s KILL "$running_pid" 2>/dev/null || true
    while process_runs "$name"; do sleep 0.02; done
}

# wait_until SECONDS NAME COMMAND…: until the command succeeds; fails early when the process NAME has died.
wait_until() {
    local tries=$(($1 * 20)) name=$2
    shift 2
    while ! "$@" >/dev/null 2>&1; do
        if ((tries-- <= 0)) || ! process_runs "$name"; then
            "$@" >/dev/null 2>&1 && return 0
            echo "stack: $name did not get ready; the end of $home/log/$name.log:" >&2
            tail -n 15 "$home/log/$name.log" >&2
            return 1
        fi
        sleep 0.05
    done
}
