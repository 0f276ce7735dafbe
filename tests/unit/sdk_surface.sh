#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The library's surface is its public header: libhufu.so exports exactly what hufu.h declares, hufu-phone and the adapters
# include nothing else of the project but what draws QR codes, and both headers compile alone, as C99 and as C++.
# sdk_surface.sh SOURCE_TREE LIBHUFU.so
set -euo pipefail
tree=$1 library=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
fail() {
    echo "FAILED  $1"
    failed=1
}

tr '\n' ' ' <"$tree/mobile-sdk/hufu.h" | grep -oE '\b(enum hufu_result|void|bool|size_t|const char \*|const struct hufu_report \*) ?hufu_[a-z0-9_]+\(' |
    grep -oE 'hufu_[a-z0-9_]+\($' | tr -d '(' | sort -u >"$work/declared"
nm -D --defined-only "$library" | awk '{ print $3 }' | sort -u >"$work/exported"
[[ $(wc -l <"$work/declared") -gt 25 ]] || fail "the declarations of hufu.h were not found"
diff "$work/declared" "$work/exported" || fail "libhufu.so exports other functions than hufu.h declares"

# only ROOM PATTERN: the project's headers that the files of the room may include.
only() {
    if grep -HE '^#include "' "$tree/mobile-sdk/$1/"*.[ch] | grep -vE "\"($2)\""; then
        fail "$1 looks behind a public header"
    fi
}
only phone 'mobile-sdk/(hufu\.h|openssl/hufu_openssl\.h|phone/[a-z]+\.h)|common/qr\.h' # it draws codes as the operator's command does
only openssl 'mobile-sdk/(hufu\.h|openssl/[a-z_]+\.h)'

for header in mobile-sdk/hufu.h mobile-sdk/openssl/hufu_openssl.h; do
    echo "#include \"$header\"" >"$work/alone.c"
    cc -std=c99 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I"$tree" "$work/alone.c" || fail "$header as C99"
    if command -v c++ >/dev/null; then
        c++ -x c++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I"$tree" "$work/alone.c" || fail "$header as C++"
    fi
done
[[ $failed -eq 0 ]] && echo "the surface is the header"
