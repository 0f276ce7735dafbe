# SPDX-License-Identifier: Apache-2.0
hufu_program(bench-cosign STRICT SOURCES ${CMAKE_CURRENT_LIST_DIR}/bench_cosign.c USES hufu_cosign OpenSSL::Crypto)
