# SPDX-License-Identifier: Apache-2.0
# The outside services of a stack that asks for them: programs of tools/ in Node, each with a token of its own.
# Sourced by tools/stack.sh. Uses $home, $top, $user_outside.

outside_prepare() {
    node=$(command -v node) || { echo "stack: there is no node; tools/install.sh run installs it" >&2; return 1; }
    node=$(realpath "$node")
    # A node in somebody's home is run by whoever runs the stack.
    [[ -z $user_outside ]] || setpriv --reuid "$user_outside" --regid "$user_outside" --clear-groups -- "$node" --version \
        >/dev/null 2>&1 || user_outside=''
}

# The folder of a tool, copied with what it shares with others where its user can reach it when it cannot reach this one.
outside_program() {
    local name=$1 program=$top/tools/$1
    if ! reachable "$program"; then
        program=$home/$name/program/$name
        rm -rf "$home/$name/program"
        mkdir "$home/$name/program"
        cp -R "$top/tools/$name" "$top/tools/outside" "$home/$name/program"
        chmod -R go+rX "$home/$name/program"
    fi
    echo "$program"
}

outside_check_installed() {
    [[ $1 != face || -d $top/tools/face/node_modules ]] ||
        { echo "stack: tools/face is not installed; tools/install.sh test does it" >&2; return 1; }
}

# outside_configure NAME: a folder with a token, of which the server gets a copy, and a port.
outside_configure() {
    local name=$1
    mkdir -p "$home/$name"
    [[ -s $home/$name/token ]] || (umask 077 && od -An -N 32 -tx1 /dev/urandom | tr -d ' \n' >"$home/$name/token")
    cp "$home/$name/token" "$home/server/$name.token"
    give "$user_server" "$home/server/$name.token"
    give "$user_outside" "$home/$name" "$home/$name/token"
    [[ -s $home/run/$name.port ]] || server_free_port >"$home/run/$name.port"
}

outside_url() {
    echo "http://127.0.0.1:$(cat "$home/run/$1.port")"
}

# What hufu-server.conf says of the outside services that this stack has.
outside_server_configuration() {
    local name
    for name in "${outside[@]}"; do
        case $name in
        inbox)
            echo "sms_url = \"$(outside_url inbox)/sms\""
            echo "sms_token_file = \"$home/server/inbox.token\""
            echo "email_url = \"$(outside_url inbox)/email\""
            echo "email_token_file = \"$home/server/inbox.token\""
            ;;
        face)
            echo "face_url = \"$(outside_url face)/compare\""
            echo "face_token_file = \"$home/server/face.token\""
            ;;
        esac
    done
}

outside_ready() {
    curl -q -s -f -o /dev/null --noproxy '*' --max-time 2 "$(outside_url "$1")/healthz"
}

# On the first start another program may have taken the chosen port between the choice and now: choose again.
outside_up() {
    local name=$1 program tries
    outside_prepare && outside_check_installed "$name" || return 1
    outside_configure "$name"
    ! process_is_current "$name" "$node" || return 0
    process_end "$name" TERM
    program=$(outside_program "$name")
    for tries in 1 2 3; do
        process_launch "$name" "$user_outside" "$node" "$program/main.js" --token-file "$home/$name/token" \
            --port "$(cat "$home/run/$name.port")"
        if wait_until 60 "$name" outside_ready "$name" 2>"$home/run/$name.why"; then
            touch "$home/run/$name.port-served"
            return 0
        fi
        process_end "$name" TERM
        [[ ! -e $home/run/$name.port-served ]] || break
        server_free_port >"$home/run/$name.port"
    done
    cat "$home/run/$name.why" >&2
    return 1
}
