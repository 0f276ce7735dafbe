#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Shows that FILES (programs, shared libraries) look up what they call when they start, not at each first call:
# bound_at_start.sh FILES…  The dynamic linker would save all vector registers on the stack then, and no wipe reaches that deep.
set -euo pipefail

lazy=0
for file in "$@"; do
    readelf --dynamic --wide "$file" | grep BIND_NOW >/dev/null || { echo "$file binds at the first call"; lazy=$((lazy + 1)); }
done
(($# > 0 && lazy == 0))
