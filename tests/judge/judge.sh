#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the device's library signs, judged by programs that know nothing of it: OpenSSL (chain, raw signature),
# BouncyCastle (CMS) and jwcrypto (proof of possession). judge.sh SDK_SAMPLE; exit status 77: the judges are not installed.
set -euo pipefail
sample=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
jars=/usr/share/java/bcprov.jar:/usr/share/java/bcpkix.jar:/usr/share/java/bcutil.jar
for needed in javac java openssl; do
    command -v "$needed" >/dev/null || { echo "no $needed"; exit 77; }
done
/usr/bin/python3 -c 'import jwcrypto' 2>/dev/null || { echo "no python3-jwcrypto"; exit 77; }
for jar in ${jars//:/ }; do
    [[ -f $jar ]] || { echo "no $jar"; exit 77; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
# check NAME EXPECTED_STATUS COMMAND…
check() {
    local name=$1 expected=$2 status=0
    shift 2
    "$@" >"$work/out" 2>&1 || status=$?
    if [[ $status -eq $expected ]]; then
        passed=$((passed + 1))
        echo "ok      $name"
    else
        failed=$((failed + 1))
        echo "FAILED  $name: status $status instead of $expected"
        sed 's/^/        /' "$work/out"
    fi
}

"$sample" "$work" >/dev/null
javac -cp "$jars" -d "$work/classes" "$here/CmsVerify.java"
# judge NAME VERDICT ROOT CMS DOCUMENT: noted here, judged by one run of the program at the end.
names=() verdicts=() triples=()
judge() {
    names+=("$1") verdicts+=("$2") triples+=("$3" "$4" "$5")
}
# damage FILE OFFSET COPY: one bit of the byte there is flipped.
damage() {
    cp "$1" "$3"
    local byte
    byte=$(od -An -tu1 -j"$2" -N1 "$1")
    printf "\\x$(printf %02x $((byte ^ 1)))" | dd of="$3" bs=1 seek="$2" conv=notrunc status=none
}

cd "$work"
for i in 0 1 2; do openssl x509 -inform DER -in certificate-$i.der -out certificate-$i.pem; done
openssl x509 -in certificate-0.pem -pubkey -noout >public.pem
damage document 3 other
damage signature.der 20 signature-damaged.der
gm=distid:1234567812345678
# openssl verify applies the identity to the certificate on its command line alone, so each link is asked for.
check "OpenSSL verifies the certificate under its issuer" 0 \
    openssl verify -vfyopt $gm -partial_chain -CAfile certificate-1.pem certificate-0.pem
check "OpenSSL verifies the issuer under the root" 0 \
    openssl verify -vfyopt $gm -CAfile certificate-2.pem certificate-1.pem
check "OpenSSL refuses the certificate under another issuer" 2 \
    openssl verify -vfyopt $gm -partial_chain -CAfile certificate-2.pem certificate-0.pem
check "OpenSSL verifies the raw signature" 0 \
    openssl dgst -sm3 -verify public.pem -sigopt $gm -signature signature.der document
check "OpenSSL refuses it for another document" 1 \
    openssl dgst -sm3 -verify public.pem -sigopt $gm -signature signature.der other
check "OpenSSL refuses a damaged signature" 1 \
    openssl dgst -sm3 -verify public.pem -sigopt $gm -signature signature-damaged.der document

proves() { /usr/bin/python3 -B "$here/dpop_verify.py" "$1" GET proof-facts; }
damage proof 20 proof-header
damage proof 400 proof-claims
damage proof $(($(stat -c %s proof) - 10)) proof-signature
check "jwcrypto verifies the proof of possession" 0 proves proof
for part in header claims signature; do
    check "jwcrypto refuses a damaged $part" 1 proves proof-$part
done

size=$(stat -c %s document.p7s)
damage document.p7s $((size - 5)) signature.p7s
# place HEX: where these bytes begin in the CMS.
place() { echo $(($(od -An -v -tx1 document.p7s | tr -d ' \n' | grep -bo "$1" | head -1 | cut -d: -f1) / 2)); }
damage document.p7s "$(place "$(openssl dgst -sm3 -r document | cut -d' ' -f1)")" digest.p7s
signing_time=2a864886f70d010905310f170d # the attribute's type, SET and UTCTime: then the digits
damage document.p7s $(($(place $signing_time) + ${#signing_time} / 2 + 7)) time.p7s
head -c $((size - 1)) document.p7s >short.p7s
judge "BouncyCastle verifies the CMS" "valid" certificate-2.der document.p7s document
judge "BouncyCastle refuses another document" "not valid: signature" certificate-2.der document.p7s other
judge "BouncyCastle refuses a damaged signature" "not valid: signature" certificate-2.der signature.p7s document
judge "BouncyCastle refuses another digest in the attributes" "not valid: signature" certificate-2.der digest.p7s document
judge "BouncyCastle refuses another signing time" "not valid: signature" certificate-2.der time.p7s document
judge "BouncyCastle refuses a cut CMS" "not valid" certificate-2.der short.p7s document
judge "BouncyCastle refuses another root" "not valid: no issuer" certificate-0.der document.p7s document
java -cp "$work/classes:$jars" CmsVerify "${triples[@]}" >"$work/verdicts" || true
for i in "${!names[@]}"; do
    verdict=$(sed -n "$((i + 1))p" "$work/verdicts")
    if [[ $verdict == "${verdicts[$i]}"* ]]; then
        passed=$((passed + 1))
        echo "ok      ${names[$i]} ($verdict)"
    else
        failed=$((failed + 1))
        echo "FAILED  ${names[$i]}: $verdict"
    fi
done

echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
