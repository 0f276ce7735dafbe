#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The whole service, private to one folder: PostgreSQL, SoftHSM2 token, hufu-hsm, hufu-server, and the outside services that
# are asked for. Demo, tests and benchmarks all start it here, and nothing of the system's own services is touched.
set -euo pipefail
umask 022

usage() {
    cat >&2 <<'TEXT'
usage: tools/stack.sh COMMAND DIR …
  start DIR [--bin DIR] [--http] [--ca LIST] [--supervise] [--second-hsm] [--second-server] [--inbox] [--face] [--server KEY=VALUE]… [--hsm KEY=VALUE]…
                      makes what is missing, starts what does not run, writes DIR/stack.env; the options are kept
                      for later starts; --inbox: with an SMS and e-mail service (tools/inbox);
                      --face: with a service that compares faces (tools/face);
                      --second-hsm: with two hufu-hsm on one token, hsm and hsm2
                      --second-server: with two hufu-server on one database, server and server2
  status DIR          one line per process; fails unless all run
  stop DIR            ends the processes, keeps the data
  clean DIR           ends the processes, removes the data
  up|down|restart|kill9 hsm|hsm2|server|server2|db|inbox|face DIR
                      one process: start; end; end and start; SIGKILL
With --supervise a process that dies is started again (down alone keeps it away).
As root they run as the system users hufu-db, hufu-hsm, hufu-server and hufu-outside; otherwise all as the caller.
TEXT
    exit 2
}

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tools/stack/process.sh
. "$top/tools/stack/process.sh"
# shellcheck source=tools/stack/database.sh
. "$top/tools/stack/database.sh"
# shellcheck source=tools/stack/service.sh
. "$top/tools/stack/service.sh"
# shellcheck source=tools/stack/outside.sh
. "$top/tools/stack/outside.sh"

names=(db hsm server) # and others, once the options are known
socket_path_limit=107 # sun_path without its final NUL

# The whole environment of what the stack runs: nothing of the caller's, whose HUFU_… would override configuration.
clean_environment() {
    local variable
    environment=(PATH=/usr/bin:/bin LANG=C.UTF-8)
    for variable in SOFTHSM2_CONF ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS TSAN_OPTIONS; do
        [[ -z ${!variable:-} ]] || environment+=("$variable=${!variable}")
    done
}

# as_user USER COMMAND…: as that user, in the stack's folder; an empty USER is whoever runs this.
as_user() {
    local user=$1 as=() environment
    shift
    clean_environment
    [[ -z $user ]] || as=(setpriv --reuid "$user" --regid "$user" --init-groups --)
    (cd "$home" && exec "${as[@]}" env -i "${environment[@]}" "$@")
}

# give USER PATH…: makes it USER's alone.
give() {
    local user=$1
    shift
    [[ -z $user ]] || chown "$user:$user" "$@"
    chmod go-rwx "$@"
}

users_prepare() {
    user_db='' user_hsm='' user_server='' user_outside=''
    ((EUID == 0)) || return 0
    user_db=hufu-db user_hsm=hufu-hsm user_server=hufu-server user_outside=hufu-outside
    local user
    for user in "$user_db" "$user_hsm" "$user_server" "$user_outside"; do
        getent passwd "$user" >/dev/null ||
            useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
    done
}

# A folder as the stack's users see it: as root they must be able to walk to it.
reachable() {
    [[ -z $user_hsm ]] || setpriv --reuid "$user_hsm" --regid "$user_hsm" --clear-groups -- test -x "$1" 2>/dev/null
}

# The data is in DIR/data, or, where the process users cannot walk to DIR, in a folder of its own that DIR/home names.
home_prepare() {
    mkdir -p "$dir"
    if [[ ! -e $dir/home ]]; then
        if reachable "$dir"; then
            home=$dir/data
        else
            home=$(mktemp -d /var/tmp/hufu.XXXXXX)
        fi
        echo "$home" >"$dir/home"
    fi
    home=$(cat "$dir/home")
    mkdir -p "$home"/{run,log,db,hsm/tokens,hsm/state,server}
    chmod 755 "$home"
    chmod 700 "$home/log"
    give "$user_db" "$home/db"
    give "$user_hsm" "$home/hsm" "$home/hsm/tokens" "$home/hsm/state"
    give "$user_server" "$home/server"
}

# A Unix socket's path has room for 107 bytes: sockets of a stack in a deep folder live in a short one of their own.
sockets_prepare() {
    if [[ ! -e $home/run/sockets ]]; then
        sockets=$home/sock
        local longest=$sockets/db/.s.PGSQL.5432.lock
        ((${#longest} <= socket_path_limit)) || sockets=$(mktemp -d /tmp/hufu.XXXXXX)
        echo "$sockets" >"$home/run/sockets"
    fi
    sockets=$(cat "$home/run/sockets")
    mkdir -p "$sockets"/{db,hsm,server}
    chmod 755 "$sockets" "$sockets"/{db,hsm,server}
    [[ -n $user_db ]] || return 0
    chown "$user_db:" "$sockets/db"
    chown "$user_server:" "$sockets/server"
    # The socket inherits the folder's group, and hufu-server alone gets through.
    chown "$user_hsm:$user_server" "$sockets/hsm"
    chmod 2750 "$sockets/hsm"
}

# The programs, copied where the process users can reach them when they cannot reach the build folder.
programs_prepare() {
    local program
    for program in hufu hufu-hsm hufu-server; do
        [[ -x $bin/$program ]] || { echo "stack: no $bin/$program; build first" >&2; exit 1; }
    done
    if ! reachable "$bin"; then
        mkdir -p "$home/bin"
        for program in hufu hufu-hsm hufu-server; do
            cmp -s "$bin/$program" "$home/bin/$program" || install -m 755 "$bin/$program" "$home/bin/$program.new"
            [[ ! -e $home/bin/$program.new ]] || mv "$home/bin/$program.new" "$home/bin/$program"
        done
        bin=$home/bin
    fi
}

# ---- the options of the first start, kept ----

options_default() {
    bin=$top/build/bin scheme=https ca=sm2 supervise=0
    server_options=() hsm_options=() outside=() second_hsm=() second_server=()
}

options_load() {
    options_default
    # shellcheck disable=SC1091
    [[ ! -e $home/run/options ]] || . "$home/run/options"
    names_set
}

names_set() {
    names=(db hsm "${second_hsm[@]}" server "${second_server[@]}" "${outside[@]}")
}

options_add_outside() {
    [[ " ${outside[*]} " == *" $1 "* ]] || outside+=("$1")
    names_set
}

options_parse() {
    while (($# > 0)); do
        case $1 in
        --http) scheme=http ;;
        --supervise) supervise=1 ;;
        --second-hsm) second_hsm=(hsm2) && names_set ;;
        --second-server) second_server=(server2) && names_set ;;
        --inbox | --face) options_add_outside "${1#--}" ;;
        --bin | --ca | --server | --hsm)
            (($# > 1)) || usage
            case $1 in
            --bin) bin=$(cd "$2" && pwd) ;;
            --ca) ca=$2 ;;
            --server) server_options+=("$2") ;;
            --hsm) hsm_options+=("$2") ;;
            esac
            shift
            ;;
        *) usage ;;
        esac
        shift
    done
}

options_save() {
    declare -p bin scheme ca supervise server_options hsm_options outside second_hsm second_server | sed 's/^declare --/declare -g/; s/^declare -a/declare -ga/' \
        >"$home/run/options"
}

# ---- stack.env ----

environment_write() {
    local name
    {
        echo "HUFU_URL=$(server_url server)"
        for name in "${second_server[@]}"; do
            echo "HUFU_${name^^}_URL=$(server_url "$name")"
        done
        [[ $scheme != https ]] || echo "HUFU_TLS_CERTIFICATE=$dir/tls.crt"
        echo "HUFU_ADMIN_SOCKET=$sockets/server/admin.sock"
        echo "HUFU_HSM_SOCKET=$sockets/hsm/hsm.sock"
        echo "HUFU_DATABASE='host=$sockets/db dbname=hufu user=hufu_owner'"
        echo "HUFU_DATABASE_ADMIN='host=$sockets/db dbname=hufu user=postgres'"
        echo "HUFU_HOME=$home"
        echo "HUFU_BIN=$bin"
        echo "HUFU_SOCKETS=$sockets"
        echo "HUFU_HSM_CONF=$home/hsm/hufu-hsm.conf"
        echo "HUFU_SERVER_CONF=$home/server/hufu-server.conf"
        echo "HUFU_TOKEN_DIRECTORY=$home/hsm/tokens"
        echo "SOFTHSM2_CONF=$home/hsm/softhsm2.conf"
        for name in "${outside[@]}"; do
            echo "HUFU_${name^^}_URL=$(outside_url "$name")"
        done
        for name in "${names[@]}"; do
            echo "HUFU_${name^^}_PID_FILE=$home/run/$name.pid"
            process_runs "$name" || true
            echo "HUFU_${name^^}_PID=$running_pid"
        done
    } >"$dir/stack.env.new"
    mv "$dir/stack.env.new" "$dir/stack.env"
}

# ---- one process ----

up() {
    rm -f "$home/run/$1.down"
    case $1 in
    db) database_up ;;
    hsm | hsm2) hsm_up "$1" ;;
    server | server2) server_up "$1" ;;
    *) outside_up "$1" ;;
    esac
}

down() {
    touch "$home/run/$1.down" # tells a supervisor that this is meant
    case $1 in
    db) process_end db INT ;; # "fast": a plain TERM would wait for the clients to go
    *) process_end "$1" TERM ;;
    esac
}

kill9() {
    case $1 in
    db) database_kill ;;
    *) process_kill "$1" ;;
    esac
}

# ---- the supervisor ----

# With the stack's lock: what did not run a moment ago may have been in the hands of a command.
supervise() {
    ! process_runs "$1" && [[ ! -e $home/run/$1.down ]] || return 0
    echo "$(date -u +%FT%T.%3NZ) $1 died; starting it again"
    up "$1" || sleep 0.3
    environment_write
}

# Looks every tenth of a second; takes the stack's lock for each restart so that it never races with a command.
supervise_forever() {
    local name
    exec 9>&- 8<> <(:) # a pipe into which nobody writes: waiting for it starts no process, which sleep would
    while :; do
        for name in "${names[@]}"; do
            if ! process_runs "$name" && [[ ! -e $home/run/$name.down ]]; then
                exec 9>>"$home/run/lock"
                flock 9
                supervise "$name"
                exec 9>&-
            fi
        done
        read -rt 0.1 -u 8 || (($? > 128)) || sleep 0.1
    done
}

supervisor_up() {
    ! process_runs supervisor || return 0
    setsid "$top/tools/stack.sh" supervise-forever "$dir" </dev/null >>"$home/log/supervisor.log" 2>&1 9>&- &
    process_remember supervisor $!
}

# ---- commands ----

start() {
    users_prepare
    home_prepare
    exec 9>>"$home/run/lock"
    flock 9
    options_load
    options_parse "$@"
    sockets_prepare
    programs_prepare
    options_save
    local name
    for name in "${outside[@]}"; do
        up "$name"
    done
    hsm_configure
    for name in server "${second_server[@]}"; do
        server_configure "$name"
    done
    [[ $scheme != https ]] || server_tls_certificate
    database_init
    up db
    database_create
    database_migrate
    hsm_init
    local hsm
    for hsm in hsm "${second_hsm[@]}"; do
        up "$hsm"
    done
    for name in server "${second_server[@]}"; do
        up "$name"
    done
    environment_write
    ((supervise == 0)) || supervisor_up
}

stop() {
    local name
    process_end supervisor KILL
    for name in server "${second_server[@]}" hsm "${second_hsm[@]}" db "${outside[@]}"; do
        down "$name"
    done
}

status() {
    local name missing=0
    for name in "${names[@]}"; do
        process_runs "$name" || missing=1
        echo "$name ${running_pid:+running, pid }${running_pid:-not running}"
    done
    return $missing
}

# For every command but start: the stack must have been made.
stack_load() {
    if [[ ! -e $dir/home ]]; then
        return 1
    fi
    users_prepare
    home=$(cat "$dir/home")
    options_load
    sockets=$(cat "$home/run/sockets" 2>/dev/null) || sockets=$home/sock
    if [[ $1 != supervise-forever ]]; then
        exec 9>>"$home/run/lock"
        flock 9
    fi
}

clean() {
    rm -rf "$home" "$sockets"
    rm -f "$dir"/{home,stack.env,tls.crt}
    rmdir "$dir" 2>/dev/null || true
}

main() {
    local command=${1:-} which=''
    shift || usage
    case $command in
    up | down | restart | kill9)
        which=${1:-}
        [[ $which =~ ^(db|hsm|hsm2|server|server2|inbox|face)$ ]] || usage
        shift
        ;;
    start | stop | status | clean | supervise-forever) ;;
    *) usage ;;
    esac
    (($# > 0)) || usage
    dir=$(realpath -m "$1")
    shift
    if [[ $command == start ]]; then
        start "$@"
        return
    fi
    if ! stack_load "$command"; then
        [[ $command != clean && $command != stop ]] || return 0
        echo "stack: nothing was started in $dir" >&2
        return 1
    fi
    if [[ -n $which && " ${names[*]} " != *" $which "* ]]; then
        echo "stack: it was started without $which" >&2
        return 1
    fi
    case $command in
    status) status ;;
    stop) stop ;;
    clean) stop && clean ;;
    up | down | kill9) "$command" "$which" && environment_write ;;
    restart) down "$which" && up "$which" && environment_write ;;
    supervise-forever) supervise_forever ;;
    esac
}

main "$@"
