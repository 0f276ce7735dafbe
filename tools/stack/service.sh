# SPDX-License-Identifier: Apache-2.0
# The two processes of Hufu in a stack: token and configuration of hufu-hsm, configuration and TLS of hufu-server.
# Sourced by tools/stack.sh. Uses $home, $sockets, $bin, $user_hsm, $user_server, $scheme and the option lists.

# ---- hufu-hsm ----

hsm_configure() {
    local dir=$home/hsm name
    if [[ ! -e $dir/pin ]]; then
        (umask 077 && od -An -N 16 -tx1 /dev/urandom | tr -d ' \n' >"$dir/pin")
    fi
    cat >"$dir/softhsm2.conf" <<CONF
directories.tokendir = $dir/tokens
objectstore.backend = file
log.level = ERROR
CONF
    for name in hsm "${second_hsm[@]}"; do
        hsm_configure_one "$name" >"$dir/hufu-$name.conf"
        give "$user_hsm" "$dir/hufu-$name.conf"
    done
    give "$user_hsm" "$dir" "$dir/pin" "$dir/softhsm2.conf"
}

hsm_configure_one() {
    local dir=$home/hsm option
    echo "socket = \"$sockets/hsm/$1.sock\""
    echo "allowed_uid = \"$(id -u ${user_server:+"$user_server"})\""
    echo 'module = "/usr/lib/softhsm/libsofthsm2.so"'
    echo 'token_label = "hufu"'
    echo "pin_file = \"$dir/pin\""
    echo "state_directory = \"$dir/state\""
    echo "token_directory = \"$dir/tokens\""
    for option in "${hsm_options[@]}"; do
        echo "${option%%=*} = \"${option#*=}\""
    done
}

hsm_init() {
    # Again after the program was replaced: it may want something in the token that its predecessor did not know.
    [[ ! $home/hsm/initialized -nt $bin/hufu-hsm ]] || return 0
    SOFTHSM2_CONF=$home/hsm/softhsm2.conf as_user "$user_hsm" "$bin/hufu-hsm" init --config "$home/hsm/hufu-hsm.conf" \
        --ca "$ca" >>"$home/log/hsm.log" 2>&1 || { tail -n 5 "$home/log/hsm.log" >&2; return 1; }
    touch "$home/hsm/initialized"
}

# Of hsm or hsm2.
hsm_up() {
    ! process_is_current "$1" "$bin/hufu-hsm" || return 0
    process_end "$1" TERM
    rm -f "$sockets/hsm/$1.sock"
    SOFTHSM2_CONF=$home/hsm/softhsm2.conf process_launch "$1" "$user_hsm" "$bin/hufu-hsm" --config "$home/hsm/hufu-$1.conf"
    wait_until 30 "$1" test -S "$sockets/hsm/$1.sock"
}

# ---- hufu-server ----

# Below the range from which the kernel takes ports for outgoing connections, so that a restart finds it free again; and none
# that another server of this stack has chosen and not opened yet.
server_free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 10000))
        ! grep -qsx "$port" "$(server_port_file server)" "$(server_port_file server2)" || continue
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

# A self-signed P-256 certificate for loopback; phones pin its key, which the activation code carries.
server_tls_certificate() {
    [[ ! -e $home/server/tls.crt ]] || return 0
    (umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=localhost' \
        -addext 'subjectAltName=IP:127.0.0.1,DNS:localhost' -keyout "$home/server/tls.key" -out "$home/server/tls.crt" \
        2>>"$home/log/server.log")
    cp "$home/server/tls.crt" "$dir/tls.crt"
    chmod 644 "$dir/tls.crt"
    give "$user_server" "$home/server/tls.key" "$home/server/tls.crt"
}

# Of server or server2, as everything below.
server_port_file() {
    if [[ $1 == server ]]; then echo "$home/run/port"; else echo "$home/run/$1.port"; fi
}

server_configure() {
    local port
    port=$(cat "$(server_port_file "$1")" 2>/dev/null) || port=
    if [[ -z $port ]]; then
        port=$(server_free_port)
        echo "$port" >"$(server_port_file "$1")"
    fi
    server_configuration "$1" "$port" >"$home/server/hufu-$1.conf"
    give "$user_server" "$home/server" "$home/server/hufu-$1.conf"
}

server_configuration() {
    local option
    echo 'listen_address = "127.0.0.1"'
    echo "listen_port = \"$2\""
    echo "public_url = \"$scheme://127.0.0.1:$2\""
    if [[ $scheme == https ]]; then
        echo "tls_certificate = \"$home/server/tls.crt\""
        echo "tls_key = \"$home/server/tls.key\""
    fi
    echo "admin_socket = \"$(server_admin_socket "$1")\""
    echo "admin_uids = \"$(id -u)\""
    echo "database = \"host=$sockets/db dbname=hufu user=hufu_server\""
    echo "hsm_socket = \"$sockets/hsm/hsm.sock${second_hsm[*]:+, $sockets/hsm/hsm2.sock}\""
    outside_server_configuration
    for option in "${server_options[@]}"; do
        echo "${option%%=*} = \"${option#*=}\""
    done
}

server_admin_socket() {
    if [[ $1 == server ]]; then echo "$sockets/server/admin.sock"; else echo "$sockets/server/$1.admin.sock"; fi
}

server_url() {
    echo "$scheme://127.0.0.1:$(cat "$(server_port_file "$1")")"
}

server_ready() {
    local tls=()
    [[ $scheme != https ]] || tls=(--cacert "$dir/tls.crt")
    curl -q -s -f -o /dev/null --noproxy '*' --max-time 2 "${tls[@]}" "$(server_url "$1")/readyz"
}

# On the first start another program may have taken the chosen port between the choice and now: choose again.
server_up() {
    ! process_is_current "$1" "$bin/hufu-server" || return 0
    process_end "$1" TERM
    local tries port
    port=$(server_port_file "$1")
    for tries in 1 2 3; do
        process_launch "$1" "$user_server" "$bin/hufu-server" --config "$home/server/hufu-$1.conf"
        if wait_until 30 "$1" server_ready "$1" 2>"$home/run/$1.why"; then
            touch "$port-served"
            return 0
        fi
        process_end "$1" TERM
        [[ ! -e $port-served ]] || break
        rm -f "$port"
        server_configure "$1"
    done
    cat "$home/run/$1.why" >&2
    return 1
}
