# SPDX-License-Identifier: Apache-2.0
# bench-cosign, once over the library that chooses what the processor has, once over the portable one.
set(bench_cosign bench_cosign.c bench_cosign_measure.c bench_cosign_openssl.c bench_cosign_primitive.c
    bench_cosign_protocol.c bench_cosign_report.c)
list(TRANSFORM bench_cosign PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
foreach(suffix "" _portable)
    string(REPLACE _ - name bench-cosign${suffix})
    hufu_program(${name} STRICT SOURCES ${bench_cosign} USES hufu_cosign${suffix} OpenSSL::Crypto)
    # A smoke run: that it works and what it prints, not how fast.
    add_test(NAME bench_cosign${suffix}_smoke
        COMMAND python3 -B ${CMAKE_CURRENT_LIST_DIR}/bench_cosign_lines.py $<TARGET_FILE:${name}>)
    set_tests_properties(bench_cosign${suffix}_smoke PROPERTIES LABELS bench TIMEOUT 300)
endforeach()
