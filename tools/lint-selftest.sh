#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Shows that each rule of tools/lint.sh finds its breach, with file and line, and that a clean tree passes.
set -euo pipefail

lint=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/lint.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
passed=0 failed=0

# write PATH LINES: a source with its licence line first, so that LINES begin on line 2.
write() {
    mkdir -p "$tree/${1%/*}"
    printf '/* SPDX-License-Identifier: Apache-2.0 */\n%s\n' "$2" >"$tree/$1"
}

outcome() {
    if "$2"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "lint-selftest: FAILED: $1"
    fi
}

# finds RULE PATH LINES: the lint fails and names PATH:2 and the rule.
finds() {
    write "$2" "$3"
    output=$("$lint" "$tree") && result=0 || result=$?
    expected="$2:2: $1:"
    is_found() { ((result != 0)) && grep -qF "$expected" <<<"$output"; }
    outcome "$1 is not found in $2: $3" is_found
    rm "$tree/$2"
}

passes() {
    write "$1" "$2"
    output=$("$lint" "$tree") && result=0 || result=$?
    is_clean() { ((result == 0)); }
    outcome "a breach is claimed in $1: $2 ($output)" is_clean
    rm "$tree/$1"
}

finds banned-function common/a.c '    strcpy(to, from);'
finds banned-function server/core/a.c '    int n = sprintf (to, "%d", 1);'
finds banned-function hsm/a.c '    system("true");'
finds banned-function cosign/a.c '    if (memcmp(a, b, 32) == 0)'
finds banned-function common/buf.c '    if (memcmp(a, b, 32) == 0)'
finds goto common/a.c '    goto out;'
finds foreign-header server/core/a.c '#include <microhttpd.h>'
finds foreign-header server/api/a.c '#include <libpq-fe.h>'
finds foreign-header server/store/a.c '#include <p11-kit/pkcs11.h>'
finds foreign-header server/core/a.c '#include <jansson.h>'
finds foreign-header server/core/a.c '#include <openssl/evp.h>'
finds foreign-header server/adapter/message.c '#include <curl/curl.h>'
finds foreign-header common/buf.c '#include <confuse.h>'
finds foreign-header cosign/arithmetic/word.h '#include <sanitizer/msan_interface.h>'
finds layer cosign/a.c '#include "server/core/key.h"'
finds layer server/http/a.c '#include "server/store/key_store.h"'
finds layer common/a.c '#include "cosign/cosign.h"'
finds layer server/api/a.c '#include "server/store/key_store.h"'
finds layer server/adapter/a.c '#include "server/core/notice.h"'
finds sql server/core/a.c 'static const char *q = "SELECT 1";'
finds sql server/api/a.c 'static const char *q = "insert into key values (1)";'
finds marker common/a.c "/* TO""DO: later */"
finds marker tests/a.mjs "// TO""DO: later"
finds machine-path common/a.c "/* see /ro""ot/notes.txt */"
mkdir -p "$tree/tools/a" "$tree/docs"
printf '{\n"resolved": "https://registry.example/a.tgz"\n}\n' >"$tree/tools/a/package-lock.json"
printf '{\n    "dependencies": {\n        "unlisted": "1.0.0"\n    }\n}\n' >"$tree/tools/a/package.json"
touch "$tree/docs/dependencies.md"
output=$("$lint" "$tree") || true
has_address_breach() { grep -q '^tools/a/package-lock.json:2: lock-file:' <<<"$output"; }
has_npm_breach() { grep -q '^tools/a/package.json:1: dependency: unlisted' <<<"$output"; }
outcome "a download address in a lock file is not found" has_address_breach
outcome "a dependency from npm that is not listed is not found" has_npm_breach
rm -r "$tree/tools" "$tree/docs"
printf 'int main(void);\n' >"$tree/bare.h"
output=$("$lint" "$tree") || true
has_spdx_breach() { grep -q '^bare.h:1: spdx:' <<<"$output"; }
outcome "a missing licence line is not found" has_spdx_breach
: >"$tree/bare.h"
output=$("$lint" "$tree") || true
outcome "an empty file has no licence line, and that is not found" has_spdx_breach
rm "$tree/bare.h"
printf 'IndentWidth: 4\n' >"$tree/.clang-format"
finds format common/a.c 'int  a ;'
rm "$tree/.clang-format"

passes common/a.c '/* strcpy(to, from) and goto in a comment are no calls */'
passes common/a.c 'static const char *words = "system(1) goto";'
passes server/store/a.c 'static const char *q = "SELECT 1";'
passes server/api/a.c '#include "server/core/key.h"'
passes tests/unit/a.c '#include <jansson.h>'
passes server/core/a.c '    thing->system(1);'

echo "lint-selftest: $passed passed, $failed failed"
((failed == 0))
