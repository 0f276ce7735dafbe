#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# hufu-phone against the running service: what it prints, what it exits with, what others make of its signatures, and that
# killing it at any moment loses no key. phone.sh BIN_DIRECTORY
set -euo pipefail
bin=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stack=$here/../../tools/stack.sh
jars=/usr/share/java/bcprov.jar:/usr/share/java/bcpkix.jar:/usr/share/java/bcutil.jar
gm=distid:1234567812345678
work=$(mktemp -d)
finish() {
    "$stack" clean "$work/stack" >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap finish EXIT
passed=0 failed=0
# check NAME EXPECTED_STATUS COMMAND…: $work/out has what it printed.
check() {
    local name=$1 expected=$2 status=0
    shift 2
    "$@" >"$work/out" 2>&1 || status=$?
    verdict "$name" "$status" "$expected"
}
verdict() {
    if [[ $2 -eq $3 ]]; then
        passed=$((passed + 1))
        echo "ok      $1"
    else
        failed=$((failed + 1))
        echo "FAILED  $1: status $2 instead of $3"
        sed 's/^/        /' "$work/out"
    fi
}
# says NAME TEXT: the last command printed it.
says() {
    local status=0
    grep -qF -- "$2" "$work/out" || status=$?
    verdict "$1" "$status" 0
}
# phone PINS COMMAND…: the PINs, one a line, from file descriptor 3.
phone() {
    local pins=$1
    shift
    "$bin/hufu-phone" --home "$work/phone" --lang en --pin-fd 3 "$@" 3< <(printf '%b' "$pins")
}
code() { "$bin/hufu" user "$@" --no-qr | grep -o 'hufu:activate.*'; }

"$stack" start "$work/stack" --bin "$bin" --ca sm2 >"$work/out" 2>&1 || { cat "$work/out"; exit 1; }
. "$work/stack/stack.env"
export HUFU_ADMIN_SOCKET
export -n HUFU_HOME
"$bin/hufu" project add 项目 >/dev/null
"$bin/hufu" user add --project 项目 --name 王丽 --work-number A-17 --no-qr >"$work/user"
account=$(sed -n 's/^user added: //p' "$work/user")
grep -o 'hufu:activate.*' "$work/user" >"$work/code"
cd "$work"
printf 'the document\n' >document
printf 'another document\n' >other

check "nothing can be signed before enrolment" 9 phone '314159\n' sign document
check "a command that does not exist is wrong usage" 2 phone '' sing document
check "a text that is no code is wrong usage" 2 phone '314159\n' enrol 'hufu:activate?u=x'
check "an impossible PIN is refused" 2 phone '31415\n' enrol "$(cat code)"
from_stdin() { phone '314159\n' enrol - --name Test <"$work/code"; }
check "a code from standard input enrols" 0 from_stdin
says "enrolment tells its steps" "Requesting the certificate"
says "enrolment says whose device it is" "王丽 (work number A-17, project 项目)"
check "the same code again is no fault" 0 phone '314159\n' enrol "$(cat code)"
second() { "$bin/hufu-phone" --home "$work/second" --lang en --pin-fd 3 "$@" 3<<<'314159'; }
check "another phone cannot use the code" 5 second enrol "$(cat code)"

check "a file is signed, raw and as CMS" 0 phone '314159\n' sign document --out raw.sig --cms document.p7s
check "the phone verifies it" 0 phone '' verify document --signature raw.sig
check "not for another file" 1 phone '' verify other --signature raw.sig
check "a certificate that is none is wrong input" 2 phone '' verify document --signature document
check "the certificate and its issuers are written" 0 phone '' certificate --out own.pem --chain chain.pem
awk '/BEGIN/ { n++ } { print > ("issuer-" n ".pem") }' chain.pem
openssl x509 -in own.pem -pubkey -noout >public.pem
check "the public key is the certificate's" 0 phone '' public-key --out key.pem
check "the same PEM" 0 cmp public.pem key.pem
check "OpenSSL verifies the raw signature" 0 \
    openssl dgst -sm3 -verify public.pem -sigopt $gm -signature raw.sig document
check "OpenSSL refuses it for another file" 1 \
    openssl dgst -sm3 -verify public.pem -sigopt $gm -signature raw.sig other
check "OpenSSL verifies the certificate under its issuer" 0 \
    openssl verify -vfyopt $gm -partial_chain -CAfile issuer-1.pem own.pem
check "OpenSSL verifies the issuer under the root" 0 openssl verify -vfyopt $gm -CAfile issuer-2.pem issuer-1.pem
if command -v javac >/dev/null && [[ -f ${jars%%:*} ]]; then
    javac -cp "$jars" -d classes "$here/CmsVerify.java"
    openssl x509 -in issuer-2.pem -outform DER -out root.der
    cms() { java -cp "classes:$jars" CmsVerify "$@"; }
    check "BouncyCastle verifies the CMS" 0 cms root.der document.p7s document
    check "BouncyCastle refuses it for another file" 1 cms root.der document.p7s other
fi

cp document original
ln -s document another-name
check "a signature does not replace what is signed" 2 phone '314159\n' sign document --out document
check "nor by another name" 2 phone '314159\n' sign another-name --cms ./document
check "which stays as it is" 0 cmp original document
check "nor does a CMS replace the raw signature" 2 phone '314159\n' sign document --out both --cms ./both
check "and nothing was signed" 1 test -e both
check "a signature that cannot be written" 2 phone '314159\n' sign document --out nowhere/x --cms still.p7s
check "takes no other with it" 0 test -s still.p7s

check "keys are listed" 0 phone '' keys
says "with their stage" "sign  certified  generation 0"
check "the status is told" 0 phone '' status
says "with the service's identity checked" "identity checked"
in_chinese() { LC_ALL=zh_CN.UTF-8 "$bin/hufu-phone" --home "$work/phone" status; }
check "the status is told in Chinese" 0 in_chinese
says "in the words of the country" "证书用户：王丽，工号 A-17"

check "a wrong PIN is told apart" 3 phone '000000\n' sign document
says "with the tries that are left" "Tries left: 4"
check "the right one works" 0 phone '314159\n' sign document
says "and tells of the wrong one" "Note: wrong PINs entered since the last success: 1."
records_in_chinese() { LC_ALL=zh_CN.UTF-8 "$bin/hufu-phone" --home "$work/phone" records; }
check "what was attempted is told in Chinese" 0 records_in_chinese
says "with the reason of what was refused" "口令错误。"
cp out records
check "and not as the service names it" 1 grep -q pin-wrong records
check "a file descriptor that is not open is wrong usage" 2 phone '' status --password-fd 77
says "of the option that named it" "--password-fd takes the number"
check "the PIN is changed" 0 phone '314159\n新的口令\n' pin
check "the old PIN is wrong" 3 phone '314159\n' sign document
check "the new one signs" 0 phone '新的口令\n' sign document

check "a key for decrypting is added" 0 phone '新的口令\n' enrol --decrypt-key
decrypt_key=$(phone '' keys | awk '/decrypt/ { print $1 }')
check "its public key is written" 0 phone '' public-key --key "$decrypt_key" --out decrypt.pem
printf '只有收件人能读' >secret
openssl pkeyutl -encrypt -pubin -inkey decrypt.pem -in secret -out secret.sm2
check "what OpenSSL encrypts is decrypted" 0 phone '新的口令\n' decrypt secret.sm2 --out plain
check "to the same bytes" 0 cmp secret plain
cp secret.sm2 original.sm2
check "a plaintext does not replace its ciphertext" 2 phone '新的口令\n' decrypt secret.sm2 --out ./secret.sm2
check "which stays as it is" 0 cmp original.sm2 secret.sm2
head -c -1 secret.sm2 >cut.sm2
check "a cut ciphertext is wrong input" 2 phone '新的口令\n' decrypt cut.sm2 --out nothing

check "a new code begins a new session" 0 phone '新的口令\n' enrol "$(code code "$account")"
check "and the key signs as before" 0 phone '新的口令\n' sign document

"$stack" down server "$work/stack" >/dev/null
check "a service that is away is told apart" 6 phone '新的口令\n' sign document
"$stack" up server "$work/stack" >/dev/null
check "and does no harm" 0 phone '新的口令\n' sign document

# Killed in the middle of a refresh, again and again: the key signs afterwards, and no wrong PIN was counted.
lost=0
for i in $(seq 12); do
    "$bin/hufu-phone" --home "$work/phone" --lang en --pin-fd 3 refresh 3< <(printf '新的口令\n') >"$work/out" 2>&1 &
    victim=$!
    sleep "$(printf '0.%02d' $((i * 8 - 4)))"
    kill -9 "$victim" 2>/dev/null || true
    wait "$victim" 2>/dev/null || true
    phone '新的口令\n' sign document >"$work/out" 2>&1 || lost=$((lost + 1))
done
verdict "twelve kills in a refresh lose no key" "$lost" 0
check "and count no wrong PIN" 0 phone '' status
says "none at all" "Wrong PINs: 0 of 5"

# Killed in the middle of enrolment: it is completed by the same command again, with the code while nothing is stored.
lost=0
for i in $(seq 10); do
    code add --project 项目 --name "第$i人" --work-number "B-$i" >code
    mobile() { "$bin/hufu-phone" --home "$work/mobile-$i" --lang en --pin-fd 3 "$@" 3< <(printf '314159\n'); }
    "$bin/hufu-phone" --home "$work/mobile-$i" --lang en --pin-fd 3 enrol "$(cat code)" 3< <(printf '314159\n') >"$work/out" 2>&1 &
    victim=$!
    sleep "$(printf '0.%02d' $((i * 9 - 6)))"
    kill -9 "$victim" 2>/dev/null || true
    wait "$victim" 2>/dev/null || true
    { mobile enrol "$(cat code)" && mobile sign document; } >"$work/out" 2>&1 || { lost=$((lost + 1)); cat "$work/out"; }
done
verdict "ten kills in an enrolment lose no code" "$lost" 0

for i in 1 2 3 4 5; do phone '000000\n' sign document >"$work/out" 2>&1 || true; done
check "five wrong PINs lock" 4 phone '新的口令\n' sign document

printf '0123456789' >>"$work/phone/device.sealed"
check "changed storage is a fault of the device" 8 phone '' keys

echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
