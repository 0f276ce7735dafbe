#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The rules of the house that a compiler does not check. Prints file:line: rule: text for each breach and fails.
# tools/lint.sh [TREE]; tools/lint-selftest.sh shows that each rule finds its breach.
set -euo pipefail
export LC_ALL=C

# ---- tables ----

# Never called: no bounds, no error, hidden state, or a shell. | why
banned_functions='
strcpy|no bound
strcat|no bound
sprintf|no bound
vsprintf|no bound
gets|no bound
scanf|no bound; parse with common/buf.h or strtol
sscanf|silent overflow; parse with common/buf.h or strtol
strtok|hidden state
atoi|no error
atol|no error
rand|not random
srand|not random
random|not random
drand48|not random
system|runs a shell
popen|runs a shell
tmpnam|race
mktemp|race
alloca|unbounded stack
gmtime|hidden state; gmtime_r
localtime|hidden state; localtime_r
getpw|no bound
vfork|shares memory
'

# A comparison that stops at the first difference tells where it was: rooms that hold secrets use secret_equal, or
# bytes_equal for public values. | where
banned_in_secret_rooms='memcmp|^(common|cosign|hsm|mobile-sdk)/'

# A foreign header, and the only files that may include it. | headers | files
foreign_headers='
microhttpd\.h|^server/http/daemon\.c$
libpq-fe\.h|^server/store/connection\.c$
(p11-kit/)?pkcs11\.h|^hsm/cryptoki\.[ch]$
p11-kit/.*|^hsm/cryptoki\.[ch]$
jansson\.h|^server/(http|api|cli|adapter)/|^mobile-sdk/json\.c$
openssl/.*|^hsm/|^mobile-sdk/openssl/|^server/core/(device_key|subject)\.c$
sodium\.h|^common/(box|encoding|hash|locked|secret)\.c$|^hsm/main\.c$|^mobile-sdk/pin\.c$|^server/core/(data_key|password_hash|personal)\.c$
utf8proc\.h|^mobile-sdk/pin\.c$|^server/core/password_text\.c$
curl/.*|^mobile-sdk/openssl/transport\.c$|^server/cli/client\.c$|^server/adapter/exchange\.c$
gnutls/.*|^server/tls\.c$
confuse\.h|^common/config\.c$
qrencode\.h|^common/qr\.c$
seccomp\.h|^hsm/system_calls\.c$
linux/landlock\.h|^(hsm|server)/confine\.c$
valgrind/.*|^common/secret\.c$
immintrin\.h|^cosign/arithmetic/vector\.h$
sanitizer/.*|^common/secret\.c$
cmocka\.h|^$
'
foreign_headers_free='^tests/' # tests look behind every wall

# Which room may include headers of which: the longest matching room of a file counts. | room | rooms it may include
rooms='
common|common
cosign|cosign cosign/arithmetic common
cosign/arithmetic|cosign/arithmetic common
hsm|hsm cosign cosign/arithmetic common
hsm/p256|hsm/p256 hsm cosign/arithmetic common
server/http|server/http server common
server/api|server/api server/http server/core server common
server/core|server/core server/store server/hsmc server/adapter server common
server/store|server/store server common
server/hsmc|server/hsmc server common
server/adapter|server/adapter server common
server/cli|server/cli server/store server common
server|server common
mobile-sdk|mobile-sdk cosign common
tests|tests common cosign hsm server mobile-sdk
'

sql_home='^(server/store|schema|tests|tools)/'
long_file=500

# ---- the tree ----

tree=$(cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}" && pwd)
cd "$tree"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
breaches=$scratch/breaches
: >"$breaches"

if git -C "$tree" rev-parse --show-toplevel 2>/dev/null | grep -qx "$tree"; then
    git ls-files -co --exclude-standard >"$scratch/all"
else
    find . -type f -printf '%P\n' >"$scratch/all"
fi
# A file that is deleted but still in the index is not there to be read.
while IFS= read -r file; do [[ ! -f $file ]] || echo "$file"; done <"$scratch/all" | sort >"$scratch/files"
grep -E '\.[ch]$' "$scratch/files" >"$scratch/c" || true
grep -E '(\.(c|h|sh|py|sql|cmake|java|js|mjs|ts|tsx|conf)|CMakeLists\.txt|^\.ci/run)$' "$scratch/files" >"$scratch/source" || true

# The C sources line by line as file:line:code, without comments; in `code` with empty strings, in `text` whole.
strip_comments() {
    xargs -r -d '\n' awk -v keep="$1" '
        FNR == 1 { comment = 0 }
        {
            out = ""; i = 1; n = length($0)
            while (i <= n) {
                two = substr($0, i, 2); c = substr($0, i, 1)
                if (comment) { if (two == "*/") { comment = 0; i += 2 } else i++ }
                else if (two == "/*") { comment = 1; i += 2 }
                else if (two == "//") break
                else if (c == "\"" || c == "\047") {
                    out = out c; i++
                    while (i <= n && substr($0, i, 1) != c) {
                        step = substr($0, i, 1) == "\\" ? 2 : 1
                        if (keep) out = out substr($0, i, step)
                        i += step
                    }
                    out = out c; i++
                }
                else { out = out c; i++ }
            }
            if (out ~ /[^ \t]/) print FILENAME ":" FNR ":" out
        }' <"$scratch/c"
}
strip_comments 0 >"$scratch/code"
strip_comments 1 >"$scratch/text"
# What they include, as file:line:header.
{ grep -E ':[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]' "$scratch/text" || true; } |
    sed -E 's/^([^:]*:[0-9]+):[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]([^>"]*)[>"].*/\1:\2/' >"$scratch/includes"

# report RULE WORDS: its input is file:line:code.
report() {
    awk -F: -v rule="$1" -v words="$2" '{ print $1 ":" $2 ": " rule ": " words }' >>"$breaches"
}

# ---- rules ----

rule_banned_functions() {
    awk -v table="$banned_functions" '
        BEGIN {
            n = split(table, rows, "\n")
            for (i = 1; i <= n; i++)
                if (split(rows[i], part, "|") == 2) { why[part[1]] = part[2]; any = any (any == "" ? "" : "|") part[1] }
            call = "(^|[^A-Za-z0-9_.>])(" any ")[ \t]*\\("
        }
        {
            code = $0; sub(/^[^:]*:[0-9]*:/, "", code)
            where = substr($0, 1, length($0) - length(code) - 1)
            if (!match(code, call)) next
            name = substr(code, RSTART, RLENGTH); gsub(/[^A-Za-z0-9_]/, "", name)
            print where ": banned-function: " name ": " why[name]
        }' "$scratch/code" >>"$breaches"
    local name=${banned_in_secret_rooms%%|*} where=${banned_in_secret_rooms#*|}
    { grep -E "(^|[^A-Za-z0-9_])${name}[[:space:]]*\(" "$scratch/code" | grep -E "$where" || true; } |
        report banned-function "$name: secret_equal for secrets, bytes_equal for public values"
    { grep -E '(^|[^A-Za-z0-9_])goto[[:space:]]' "$scratch/code" || true; } | report goto "use a cleanup attribute"
}

# The header pattern of a row may hold alternatives in parentheses; the first bar outside of them ends it. (awk -v would take the
# backslashes out of the patterns; the environment leaves them.)
rule_foreign_headers() {
    table=$foreign_headers free=$foreign_headers_free awk -F: '
        BEGIN {
            n = split(ENVIRON["table"], rows, "\n")
            free = ENVIRON["free"]
            for (i = 1; i <= n; i++) {
                if (!match(rows[i], /^([^|(]|\([^)]*\))*\|/)) continue
                header[++count] = "^(" substr(rows[i], 1, RLENGTH - 1) ")$"
                files[count] = substr(rows[i], RLENGTH + 1)
            }
        }
        $1 !~ free {
            for (i = 1; i <= count; i++)
                if ($3 ~ header[i] && $1 !~ files[i]) print $1 ":" $2 ": foreign-header: not to be included here"
        }' "$scratch/includes" >>"$breaches"
}

rule_layers() {
    awk -F: -v table="$rooms" '
        function room_of(path,   r, best) {
            best = ""
            for (r in may) if (index(path, r "/") == 1 && length(r) > length(best)) best = r
            return best
        }
        BEGIN {
            n = split(table, rows, "\n")
            for (i = 1; i <= n; i++) if (split(rows[i], part, "|") == 2) may[part[1]] = " " part[2] " "
        }
        {
            from = room_of($1); to = room_of($3)
            if (from == "" || to == "" || from == "server") next
            if (index(may[from], " " to " ") == 0 && !(from == "tests"))
                print $1 ":" $2 ": layer: " from " must not include " $3
        }' "$scratch/includes" >>"$breaches"
}

rule_sql() {
    { grep -E '"[[:space:]]*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE|ALTER|DROP|GRANT|REVOKE|BEGIN|COMMIT|ROLLBACK|TRUNCATE|select .* from|insert into|update .* set|delete from) ' \
        "$scratch/text" || true; } | { grep -vE "$sql_home" || true; } | report sql "SQL stands in server/store/ and schema/ alone"
}

rule_spdx() {
    xargs -r -d '\n' awk 'FNR <= 3 && /SPDX-License-Identifier: Apache-2\.0/ { print FILENAME }' <"$scratch/source" | sort -u |
        comm -13 - "$scratch/source" | sed 's/$/:1: spdx: no licence line/' >>"$breaches"
}

rule_markers() {
    xargs -r -d '\n' grep -nHE '\b(TO''DO|FIX''ME|HA''CK)\b|\bXX''X\b' <"$scratch/source" | report marker "unfinished work" || true
}

rule_machine_paths() {
    xargs -r -d '\n' grep -nHIE '(^|[^A-Za-z0-9_.$}])/(work|root|home/[a-z]+)/' <"$scratch/files" |
        report machine-path "a path of one machine" || true
}

rule_format() {
    command -v clang-format-14 >/dev/null || { echo "lint: clang-format-14 is missing; tools/install.sh test" >&2; exit 2; }
    [[ -e .clang-format ]] || return 0
    xargs -r -d '\n' clang-format-14 --dry-run -Werror <"$scratch/c" 2>"$scratch/format" || true
    { grep -E '^[^ ]+:[0-9]+:[0-9]+: error:' "$scratch/format" || true; } |
        awk -F: '!seen[$1]++ { print $1 ":" $2 ": format: first of what clang-format-14 -i would change" }' >>"$breaches"
}

rule_dependencies() {
    [[ -e tools/install.sh && -e docs/dependencies.md ]] || return 0
    local line name
    tools/install.sh list | sort >"$scratch/installed"
    { grep -noE '^\| `[a-z0-9.+-]+` \|' docs/dependencies.md || true; } | sed -E 's/^([0-9]+):. `(.*)` .$/\2 \1/' | sort >"$scratch/listed"
    while read -r name line; do
        grep -qxF -- "$name" "$scratch/installed" ||
            echo "docs/dependencies.md:$line: dependency: tools/install.sh does not install $name" >>"$breaches"
    done <"$scratch/listed"
    while read -r name; do
        grep -qE -- "^${name//+/[+]} " "$scratch/listed" ||
            echo "docs/dependencies.md:1: dependency: tools/install.sh installs $name, which is not listed" >>"$breaches"
    done <"$scratch/installed"
}

# What a tool takes from npm is listed with its reason, and its lock file names no address: whoever installs has a registry.
rule_npm() {
    local file name
    while IFS= read -r file; do
        { grep -nE '"resolved": *"[a-z+]+:' "$file" || true; } | sed "s|^|$file:|" | report lock-file "a download address"
        [[ -e docs/dependencies.md ]] || continue
        sed -nE '/"dependencies": \{/,/\}/s/^ *"([^"]+)": "([^"]*)".*/\1 \2/p' "${file%/*}/package.json" | { grep -v ' file:' || true; } |
            while read -r name _; do
                grep -qF -- "| $name |" docs/dependencies.md ||
                    echo "${file%/*}/package.json:1: dependency: $name is not listed in docs/dependencies.md" >>"$breaches"
            done
    done < <(grep -E '(^|/)package-lock\.json$' "$scratch/files" || true)
}

rule_banned_functions
rule_foreign_headers
rule_layers
rule_sql
rule_spdx
rule_markers
rule_machine_paths
rule_format
rule_dependencies
rule_npm

# A report, not a rule: is each still one noun?
xargs -r -d '\n' wc -l <"$scratch/c" | awk -v max="$long_file" '$2 != "total" && $1 > max { print "note: " $2 ": " $1 " lines" }'

sort -t: -k1,1 -k2,2n -u "$breaches"
failed=$(cut -d: -f1 "$breaches" | sort -u | wc -l)
passed=$(($(wc -l <"$scratch/files") - failed))
echo "lint, by file: $passed passed, $failed failed"
((failed == 0))
