# SPDX-License-Identifier: Apache-2.0
# The private PostgreSQL 15 cluster of a stack: Unix socket alone, peer authentication, durable settings.
# Sourced by tools/stack.sh. Uses $home, $sockets, $bin, $user_db, $user_server.

postgres_bin=/usr/lib/postgresql/15/bin

# Who may log in as which role: the process users as their own role, whoever runs the stack as owner, auditor and superuser.
database_ident_map() {
    local me
    me=$(id -un)
    printf 'hufu\t%s\tpostgres\n' "$me" "${user_db:-$me}"
    printf 'hufu\t%s\thufu_owner\n' "$me"
    printf 'hufu\t%s\thufu_auditor\n' "$me"
    printf 'hufu\t%s\thufu_server\n' "${user_server:-$me}"
}

database_init() {
    [[ ! -e $home/db/data/hufu-initialized ]] || return 0
    rm -rf "$home/db/data"
    as_user "$user_db" "$postgres_bin/initdb" -D "$home/db/data" -U postgres --auth=peer --encoding=UTF8 --no-locale \
        --data-checksums >>"$home/log/db.log" 2>&1
    cat >>"$home/db/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$sockets/db'
port = 5432
max_connections = 100
shared_buffers = 128MB
fsync = on
synchronous_commit = on
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
CONF
    echo 'local all all peer map=hufu' >"$home/db/data/pg_hba.conf"
    database_ident_map >"$home/db/data/pg_ident.conf"
    as_user "$user_db" touch "$home/db/data/hufu-initialized"
}

# PostgreSQL refuses to start beside a live process whose pid stands in a lock file of data folder or socket. After a crash that
# pid may be a zombie's, or by now any other program's; only a process that works in this very data folder counts.
database_remove_stale_locks() {
    local lock pid
    for lock in "$home/db/data/postmaster.pid" "$sockets/db/.s.PGSQL.5432.lock"; do
        [[ -e $lock ]] || continue
        read -r pid <"$lock" || pid=
        if [[ -z $pid || $(readlink "/proc/$pid/cwd" 2>/dev/null) != "$home/db/data" ]]; then
            rm -f "$lock"
        fi
    done
}

database_ready() {
    "$postgres_bin/pg_isready" -q -h "$sockets/db"
}

# After a SIGKILL the children of the old postmaster may hold its shared memory for a moment: try again.
database_up() {
    ! process_runs db || return 0
    local tries
    for tries in 1 2 3 4 5; do
        database_remove_stale_locks
        process_launch db "$user_db" "$postgres_bin/postgres" -D "$home/db/data"
        if wait_until 30 db database_ready 2>"$home/run/db.why"; then
            return 0
        fi
        sleep "0.$tries"
    done
    cat "$home/run/db.why" >&2
    return 1
}

# Every server process, as a crash of the machine would: the postmaster alone would let its children finish.
database_kill() {
    local children
    process_runs db || return 0
    children=$(cat "/proc/$running_pid/task/$running_pid/children" 2>/dev/null) || children=
    process_kill db
    # shellcheck disable=SC2086
    [[ -z $children ]] || kill -s KILL $children 2>/dev/null || true
}

database_create() {
    local psql=("$postgres_bin/psql" -q -X -v ON_ERROR_STOP=1 -h "$sockets/db" -U postgres -d postgres)
    PGOPTIONS='-c client_min_messages=warning' "${psql[@]}" -f "$top/schema/roles.sql"
    "${psql[@]}" <<'SQL'
SELECT 'CREATE DATABASE hufu OWNER hufu_owner' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'hufu') \gexec
SQL
}

database_migrate() {
    (cd "$top" && "$bin/hufu" migrate --database "host=$sockets/db dbname=hufu user=hufu_owner" \
        --schema "$top/schema") >>"$home/log/migrate.log" 2>&1 ||
        { tail -n 5 "$home/log/migrate.log" >&2; return 1; }
}
