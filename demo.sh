#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# One document, co-signed end to end, on this machine alone. ./demo.sh help says how.
set -euo pipefail
umask 022
here=$PWD
top=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$top"

var=$top/var
stack=$var/stack
phone=$var/phone
out=$var/out
log=$var/demo.log
project='Demo Project'
user_name='Demo User'
work_number=W-1001
pin=271828 # the demo user's
gm_identity=1234567812345678 # of GB/T 35276: every SM2 verifier must be told, and OpenSSL is told here

usage() {
    cat <<'TEXT'
usage: ./demo.sh [FILE]      signs FILE (without one: a small PDF that it makes) and has OpenSSL check the signature
       ./demo.sh phone …     runs the phone against the running service, for example: ./demo.sh phone status
       ./demo.sh hufu …      runs the operator's command, for example: ./demo.sh hufu audit tail
       ./demo.sh stop        ends the service and keeps its data
       ./demo.sh clean       ends the service and removes var/
TEXT
}

# ---- telling ----

step_number=0

# step WORDS COMMAND…: the words, then the time the command took. It runs in a subshell of its own, outside of any condition,
# so that each of its lines that fails ends it.
step() {
    local words=$1 begun=${EPOCHREALTIME/[.,]/} ended status
    shift
    step_number=$((step_number + 1))
    printf '%2d. %-68s' "$step_number" "$words"
    set +e
    (set -e; "$@") >"$log" 2>&1
    status=$?
    set -e
    if ((status != 0)); then
        printf ' failed\n' >&2
        tail -n 20 "$log" >&2
        exit 1
    fi
    ended=${EPOCHREALTIME/[.,]/}
    printf '%6d.%d s\n' $(((ended - begun) / 1000000)) $(((ended - begun) / 100000 % 10))
}

note() {
    printf '    %s\n' "$*"
}

# ---- the steps ----

build() {
    # A build folder that was moved here, or made with other tools, is begun anew.
    cmake --preset release || cmake --fresh --preset release
    cmake --build --preset release --target hufu-command hufu-hsm hufu-server hufu-phone
}

load_stack() {
    if [[ ! -e $stack/stack.env ]]; then
        echo 'Nothing was started yet: run ./demo.sh first.' >&2
        exit 1
    fi
    # shellcheck disable=SC1091
    . "$stack/stack.env"
}

run_hufu() {
    "$top/build/bin/hufu" --socket "$HUFU_ADMIN_SOCKET" "$@"
}

run_phone() {
    "$top/build/bin/hufu-phone" --home "$phone" "$@"
}

# The PIN goes through a file descriptor: on a command line, everybody's `ps` would show it.
run_phone_with_pin() {
    run_phone "$@" --pin-fd 3 3<<<"$pin"
}

# A one-time code for the demo's user, who is added first where there is none.
make_activation_code() {
    local id
    umask 077
    [[ $(run_hufu project list) == *"$project"* ]] || run_hufu project add "$project"
    id=$(run_hufu user list | awk -v number="$work_number" '$2 == number { print $1 }')
    {
        if [[ -z $id ]]; then
            run_hufu user add --project "$project" --name "$user_name" --work-number "$work_number" --no-qr
        else
            run_hufu user code "$id" --no-qr
        fi
    } | grep '^hufu:activate' >"$var/activation.code"
}

is_enrolled() {
    [[ $(run_phone keys --lang en 2>/dev/null) == *certified* ]]
}

# Neither enrolled nor in the middle of it.
needs_code() {
    local said
    said=$(run_phone status --lang en 2>&1) || true
    [[ $said == *'is not enrolled'* ]]
}

# An enrolment that was interrupted goes on with what the phone has stored.
enrol_phone() {
    if [[ -s $var/activation.code ]]; then
        run_phone_with_pin enrol - --name 'Demo phone' <"$var/activation.code"
    else
        run_phone_with_pin enrol
    fi
    rm -f "$var/activation.code"
    is_enrolled
}

sign_file() {
    mkdir -p "$out"
    run_phone_with_pin sign "$file" --out "$out/$name.sig" --cms "$out/$name.p7s"
    run_phone certificate --out "$out/certificate.pem" --chain "$out/issuers.pem"
    curl -q -s -S -f --noproxy '*' --cacert "$HUFU_TLS_CERTIFICATE" -o "$out/root.pem" "$HUFU_URL/v1/ca/sm2/root.pem"
    openssl x509 -in "$out/issuers.pem" -out "$out/issuing.pem" # the first of the issuers
    openssl x509 -in "$out/certificate.pem" -noout -pubkey >"$out/public.pem"
}

# openssl tells the identity to the last certificate of a chain alone, so each link is a command of its own.
verify_chain() {
    openssl verify -vfyopt "distid:$gm_identity" -CAfile "$out/root.pem" "$out/issuing.pem"
    openssl verify -vfyopt "distid:$gm_identity" -partial_chain -trusted "$out/issuing.pem" "$out/certificate.pem"
}

verify_signature() {
    openssl dgst -sm3 -sigopt "distid:$gm_identity" -verify "$out/public.pem" -signature "$out/$name.sig" "$file"
}

# A page with one line on it: %PDF, five objects, and their positions.
make_pdf() {
    local body='BT /F1 18 Tf 72 720 Td (One document, co-signed end to end.) Tj ET' objects at=() position=9 text i
    objects=('<< /Type /Catalog /Pages 2 0 R >>' '<< /Type /Pages /Kids [3 0 R] /Count 1 >>'
        '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>'
        "<< /Length ${#body} >>"$'\nstream\n'"$body"$'\nendstream' '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>')
    {
        printf '%%PDF-1.4\n'
        for i in "${!objects[@]}"; do
            at+=("$position")
            text="$((i + 1)) 0 obj"$'\n'"${objects[i]}"$'\nendobj\n'
            printf '%s' "$text"
            position=$((position + ${#text}))
        done
        printf 'xref\n0 %d\n0000000000 65535 f \n' $((${#objects[@]} + 1))
        printf '%010d 00000 n \n' "${at[@]}"
        printf 'trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n' $((${#objects[@]} + 1)) "$position"
    } >"$1"
}

# ---- the whole ----

say_who_runs_it() {
    if ((EUID == 0)); then
        note 'Each of the processes has a system user of its own; none can read the files of another.'
    else
        note "You are not root: all of them run as $(id -un), without the separation of users that a real service has."
    fi
}

choose_file() {
    if [[ -n $1 ]]; then
        file=$1
        [[ $file == /* ]] || file=$here/$file
        [[ -f $file && -r $file ]] || { echo "demo: there is no readable file $1" >&2; exit 1; }
    else
        file=$var/document.pdf
        [[ -e $file ]] || make_pdf "$file"
    fi
    name=$(basename "$file")
}

verdict() { # the last step's words, as OpenSSL said them
    sed "s|$top/||g; s/^/    openssl says: /" "$log"
}

demo() {
    mkdir -p "$var"
    [[ -w $var ]] || { echo "demo: $var belongs to $(stat -c %U "$var"); run as that user, or remove it" >&2; exit 1; }
    choose_file "${1:-}"
    echo 'Hufu: one document, signed by a key of which the phone and the service each hold one half.'
    step 'Install what is missing, from Debian' tools/install.sh build run
    step 'Build the programs' build
    step 'Start database, token, key process, server and inbox, private to var/' tools/stack.sh start "$stack" --inbox
    load_stack
    [[ $HUFU_HOME == "$stack"/* ]] ||
        note "Their users cannot walk to this folder: their files are in $HUFU_HOME (clean removes it too)."
    say_who_runs_it
    note "What the service sends to people, by SMS and e-mail, arrives at $HUFU_INBOX_URL"
    if is_enrolled; then
        note "The phone of $user_name in var/phone was enrolled before; it goes on with its key."
    else
        if needs_code; then
            step "The operator adds $user_name and hands out a one-time activation code" make_activation_code
        fi
        step 'The phone redeems it; key halves are made, a certificate is issued' enrol_phone
    fi
    step "The phone asks for the PIN ($pin) and co-signs $name" sign_file
    step 'OpenSSL checks the certificate against its issuers' verify_chain
    verdict
    step 'OpenSSL checks the signature against the certificate' verify_signature
    verdict
    cat <<TEXT

  Signed: ${file#"$top"/}
  In var/out/: $name.sig (the SM2 signature, DER), $name.p7s (the same as a detached
  CMS document), certificate.pem, issuing.pem and root.pem. Check it yourself:
    openssl dgst -sm3 -sigopt distid:$gm_identity -verify var/out/public.pem \\
      -signature var/out/$(printf %q "$name").sig $(printf %q "${file#"$top"/}")

  Go on:  ./demo.sh /some/other/file      sign that one
          ./demo.sh phone status          the phone; phone help says what else it can do
          ./demo.sh hufu audit tail       what the service has recorded
          ./demo.sh stop                  end the service, keep its data;  ./demo.sh clean  removes var/
TEXT
}

case ${1:-} in
help | --help | -h) usage ;;
phone | hufu)
    load_stack
    command=run_$1
    shift
    cd "$here"
    "$command" "$@"
    ;;
stop) tools/stack.sh stop "$stack" ;;
clean)
    tools/stack.sh clean "$stack"
    rm -rf "$var"
    ;;
-*)
    usage >&2
    exit 2
    ;;
*)
    (($# <= 1)) || { usage >&2; exit 2; }
    demo "${1:-}"
    ;;
esac
