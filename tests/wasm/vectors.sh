#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Links the objects of tests/freestanding/link.sh wasm32 with the harness and reproduces the vectors under Node:
#   vectors.sh OBJECTS MODULE FILE         77: a tool is missing.
set -euo pipefail

objects=$(realpath "$1") module=$(realpath -m "$2") file=$(realpath "$3")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
for tool in clang-14 wasm-ld-14 node; do
    command -v "$tool" >/dev/null || { echo "vectors.sh: $tool is missing; tools/install.sh test"; exit 77; }
done

mkdir -p "$(dirname "$module")"
clang-14 --target=wasm32 -c -std=c17 -O2 -ffreestanding -nostdinc -I . -isystem tests/freestanding/include \
    -isystem "$(clang-14 --target=wasm32 -print-file-name=include)" -Wall -Wextra -Werror -o "$module.o" tests/wasm/harness.c
# A full batch takes less than 64 KiB of stack. It lies first, where running out of it leaves the memory and is noticed.
wasm-ld-14 --no-entry --stack-first -z stack-size=$((128 << 10)) --initial-memory=$((2 << 20)) --max-memory=$((2 << 20)) \
    --strip-all --export=__heap_base -o "$module" "$module.o" "$objects"/{room,portable,memory}/*.o
node tests/wasm/vectors.mjs "$module" "$file"
