#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Shows that cosign/ and its base want nothing from outside but memcpy and memset:  link.sh KIND TABLE FOLDER
# Compiles them for KIND with the headers of the compiler and of include/ alone, links them with memory.c and no library, and
# then with a stray call, which must fail. TABLE is the generator's table; the objects stay in FOLDER. 77: a tool is missing.
set -euo pipefail

kind=$1 table=$(realpath "$2") folder=$3
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=tests/freestanding
x86=0
link=(ld --entry=cosign_verify_var) # any function: nothing is run

case $kind in
x86_64) compile=(gcc) x86=1 ;;
x86_64_clang) compile=(clang-14) x86=1 ;;
x86_64_portable) compile=(gcc) ;;
word32) compile=(gcc -DHUFU_WORD_32=1) ;;
i386) compile=(gcc -m32) link+=(-m elf_i386) ;;
i386_clang) compile=(clang-14 -m32) link+=(-m elf_i386) ;;
aarch64) compile=(clang-14 --target=aarch64-none-elf) link[0]=ld.lld-14 ;;
# Without --no-gc-sections it would leave out what no export reaches, with all that this wants.
wasm32) compile=(clang-14 --target=wasm32) link=(wasm-ld-14 --no-entry --no-gc-sections) ;;
*) echo "link.sh: unknown kind $kind" >&2; exit 2 ;;
esac
for tool in "${compile[0]}" "${link[0]}"; do
    command -v "$tool" >/dev/null || { echo "link.sh: $tool is missing; tools/install.sh test"; exit 77; }
done

headers=$("${compile[@]}" -print-file-name=include)
compile+=(-c -std=c17 -O2 -ffreestanding -fno-stack-protector -fPIC -nostdinc -I . -isystem "$here/include" -isystem "$headers"
    -Wall -Wextra -Werror -DHUFU_VALGRIND=0 -DHUFU_ENGINE_ADX=$x86 -DHUFU_LANES=$x86)

# compile_into FOLDER SOURCE… OPTION…: one object for each source.
compile_into() {
    local into=$folder/$1 word path
    shift
    mkdir -p "$into"
    local sources=() options=()
    for word in "$@"; do
        if [[ $word == -* ]]; then options+=("$word"); else sources+=("$word"); fi
    done
    for path in "${sources[@]}"; do
        "${compile[@]}" "${options[@]}" -o "$into/$(basename "$path" .c).o" "$path"
    done
}

engine=(cosign/arithmetic/{convert,multi,multiply}.c)
sources=(common/{buf,err,secret}.c "$table")
for path in cosign/*.c cosign/arithmetic/*.c; do
    case $path in
    */generator_table_make.c | */lanes.c) ;; # a program of the build; below
    *) [[ " ${engine[*]} " == *" $path "* ]] || sources+=("$path") ;;
    esac
done

rm -rf "$folder"
compile_into room "${sources[@]}" -DHUFU_FIELD_ADX=0
compile_into portable "${engine[@]}" -DHUFU_FIELD_ADX=0 -DHUFU_ENGINE=portable '-DENGINE_NAME="portable"'
if ((x86)); then
    compile_into adx "${engine[@]}" -DHUFU_FIELD_ADX=1 -DHUFU_ENGINE=adx '-DENGINE_NAME="adx"' -mbmi2 -madx -mavx2
    compile_into lanes cosign/arithmetic/lanes.c -mavx512f -mavx512ifma
fi
objects=("$folder"/*/*.o)
compile_into memory "$here/memory.c" -fno-builtin
compile_into stray "$here/stray_call.c"

"${link[@]}" -o "$folder/linked" "${objects[@]}" "$folder/memory/memory.o"
echo "${#objects[@]} objects want memcpy and memset"
if "${link[@]}" -o "$folder/linked_stray" "${objects[@]}" "$folder"/{memory/memory,stray/stray_call}.o 2>"$folder/errors"; then
    echo "link.sh: a call of strlen was not noticed" >&2
    exit 1
fi
grep -q 'undefined .*strlen' "$folder/errors" || { cat "$folder/errors" >&2; exit 1; }
