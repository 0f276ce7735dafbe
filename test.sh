#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every test: ./test.sh [--long]. Installs what is missing, builds release, ASan+UBSan, TSan, valgrind and MSan variants, runs
# all runners, and closes with the counts of each. --long: the full counts of kills, mutations and benchmark
# seconds, and with sanitizers what is left out otherwise.
set -euo pipefail
umask 022
cd "$(dirname "${BASH_SOURCE[0]}")"

export HUFU_TEST_LONG=0
case ${1:-} in
'') ;;
--long) HUFU_TEST_LONG=1 ;;
*)
    echo "usage: ./test.sh [--long]" >&2
    exit 2
    ;;
esac

export ASAN_OPTIONS=${ASAN_OPTIONS:-abort_on_error=0:detect_leaks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1}
python=/usr/bin/python3 # Debian's, whatever else stands first in PATH
results=$(mktemp "${TMPDIR:-/tmp}/hufu-test.XXXXXX")
trap 'rm -f "$results" "$results".*' EXIT
started=$SECONDS

say() {
    printf '\n== %s (%d:%02d)\n' "$1" $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60))
}

# record RUNNER PASSED FAILED: a runner that ran nothing counts as failed.
record() {
    local passed=$2 failed=$3
    ((passed + failed > 0)) || failed=1
    echo "$1|$passed|$failed" >>"$results"
}

# build PRESET [TARGET…]
build() {
    local preset=$1 targets=()
    shift
    (($# == 0)) || targets=(--target "$@")
    # A build folder that was moved here, or made with other tools, is begun anew.
    cmake --preset "$preset" >"$results.out" 2>&1 || cmake --fresh --preset "$preset" >"$results.out" 2>&1 ||
        { cat "$results.out"; return 1; }
    cmake --build --preset "$preset" "${targets[@]}" >"$results.out" 2>&1 || { tail -n 60 "$results.out"; return 1; }
}

# The tests that the programs of one ctest run report: cmocka's own counts, and one for a program that is no cmocka.
ctest_counts() {
    awk '
        /^[0-9]+\/[0-9]+ Testing: / { inside = 1; cmocka = 0 }
        inside && /^\[  PASSED  \] [0-9]+ test/ { passed += $4; cmocka = 1 }
        inside && /^\[  FAILED  \] [0-9]+ test/ { failed += $4; cmocka = 1 }
        inside && /^Test (Passed|Failed|time)/ && !/time/ {
            if (!cmocka || ($2 == "Failed." && !failed)) { if ($2 == "Passed.") passed++; else failed++ }
            inside = 0
        }
        END { print passed + 0, failed + 0 }' "$1/Testing/Temporary/LastTest.log"
}

# run_ctest NAME FOLDER ARGUMENTS…
run_ctest() {
    local name=$1 folder=$2 passed failed result=0
    shift 2
    rm -f "$folder/Testing/Temporary/LastTest.log"
    ctest --test-dir "$folder" -j 3 --timeout 600 --output-on-failure --no-tests=error "$@" >"$results.out" 2>&1 || result=$?
    # What a test needs is installed by now: one that was skipped did not do its work.
    ! grep -q '\*\*\*Skipped' "$results.out" || result=1
    if ((result != 0)); then
        cat "$results.out"
    fi
    read -r passed failed < <([[ -e $folder/Testing/Temporary/LastTest.log ]] && ctest_counts "$folder" || echo 0 0)
    ((result == 0 || failed > 0)) || failed=1
    record "$name" "$passed" "$failed"
}

# run_counted NAME COMMAND…: the command's last "N passed, M failed" counts.
run_counted() {
    local name=$1 passed failed result=0
    shift
    "$@" >"$results.out" 2>&1 || result=$?
    read -r passed failed < <(sed -nE 's/^(.*[^0-9])?([0-9]+) passed, ([0-9]+) failed.*/\2 \3/p' "$results.out" | tail -n 1)
    if ((result != 0 || ${failed:-0} > 0)); then
        cat "$results.out"
        [[ ${failed:-0} -gt 0 ]] || failed=1
    fi
    record "$name" "${passed:-0}" "${failed:-0}"
}

# run_pytest NAME BIN ARGUMENTS…: the API tests against the real processes of a build, two files at a time.
run_pytest() {
    local name=$1 bin=$2 passed failed result=0
    shift 2
    HUFU_TEST_BIN=$bin "$python" -B -m pytest -q -p no:cacheprovider -n 2 --dist loadfile --junitxml="$results.xml" "$@" >"$results.out" 2>&1 || result=$?
    if ((result != 0)); then
        cat "$results.out"
    fi
    read -r passed failed < <("$python" - "$results.xml" <<'PY' || echo 0 1
import sys
import xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot().find("testsuite")
failed = int(suite.get("failures")) + int(suite.get("errors"))
print(int(suite.get("tests")) - failed - int(suite.get("skipped")), failed)
PY
    )
    ((result == 0 || failed > 0)) || failed=1
    record "$name" "$passed" "$failed"
}

# run_node NAME FILES…: tests of a program of tools/, by Node's own runner.
run_node() {
    local name=$1 passed failed cancelled result=0
    shift
    node --test --test-reporter=tap "$@" >"$results.out" 2>&1 || result=$?
    passed=$(sed -nE 's/^# pass ([0-9]+)$/\1/p' "$results.out")
    failed=$(sed -nE 's/^# fail ([0-9]+)$/\1/p' "$results.out")
    cancelled=$(sed -nE 's/^# cancelled ([0-9]+)$/\1/p' "$results.out")
    failed=$((${failed:-0} + ${cancelled:-0}))
    if ((result != 0 || failed > 0)); then
        cat "$results.out"
        ((failed > 0)) || failed=1
    fi
    record "$name" "${passed:-0}" "$failed"
}

conclude() {
    local name passed failed all_passed=0 all_failed=0
    printf '\n'
    while IFS='|' read -r name passed failed; do
        echo "$name: $passed passed, $failed failed"
        all_passed=$((all_passed + passed)) all_failed=$((all_failed + failed))
    done <"$results"
    say "total: $all_passed passed, $all_failed failed"
    ((all_failed == 0))
}

say "install what is missing"
tools/install.sh
say "build: release"
build release
say "lint"
run_counted "lint" tools/lint.sh
run_counted "lint self-test" tools/lint-selftest.sh
run_counted "OpenAPI lint" tools/openapi.sh
say "outside services: Node's test runner"
run_node "inbox, node" tools/inbox/test/*.test.js
run_node "face, node" tools/face/test/*.test.js
say "ctest: release"
run_ctest "ctest, release" build
say "API tests: release"
run_pytest "API, release" build/bin tests/api
# Times of sanitized programs say nothing. What survives a kill does so in either build, and three files are a quarter of the API
# tests' time: with sanitizers those run in the long form.
not_sanitized='bench'
not_sanitized_api=(--ignore=tests/api/test_response_times.py)
if ((!HUFU_TEST_LONG)); then
    not_sanitized='bench|kill'
    not_sanitized_api+=(--ignore-glob='*_kill.py' --ignore=tests/api/test_face.py --ignore=tests/api/test_destruction.py
        --ignore=tests/api/test_phone_authorizations.py)
fi
say "build: ASan, UBSan"
build debug
say "ctest: ASan, UBSan"
run_ctest "ctest, ASan and UBSan" build-debug -LE "$not_sanitized"
say "API tests: ASan, UBSan"
run_pytest "API, ASan and UBSan" build-debug/bin tests/api "${not_sanitized_api[@]}"
say "build: TSan"
build tsan concurrent
say "ctest: concurrent tests, TSan"
run_ctest "ctest, TSan" build-tsan -L concurrent
say "build: valgrind"
build valgrind ctime_cosign ctime
say "ctest: secrets marked, valgrind"
run_ctest "ctest, valgrind" build-valgrind -R '^ctime_'
say "build: MSan, by clang"
build msan ctime
say "ctest: secrets marked, MSan"
run_ctest "ctest, MSan" build-msan -R '^ctime_'
if ((HUFU_TEST_LONG)); then
    say "build: libFuzzer, by clang"
    build fuzz
    say "ctest: libFuzzer"
    run_ctest "ctest, libFuzzer" build-fuzz -L fuzz
fi
conclude
