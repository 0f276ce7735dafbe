#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Lints docs/openapi.yaml. Installs the linter from npm as tools/openapi/package-lock.json pins it, when it is not there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/openapi"

if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
    npm ci --no-progress --loglevel=error >/dev/null
    touch node_modules/.package-lock.json
fi
node lint.mjs ../../docs/openapi.yaml
