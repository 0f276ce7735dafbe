# SPDX-License-Identifier: Apache-2.0
# bench-hsm.
hufu_program(bench-hsm
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/bench_hsm.c ${CMAKE_CURRENT_LIST_DIR}/bench_cosign_measure.c
            ${CMAKE_CURRENT_LIST_DIR}/bench_cosign_report.c
    USES hufu_hsm hufu_test_client PkgConfig::SODIUM)
# A smoke run: that it works, not how fast.
add_test(NAME bench_hsm_smoke COMMAND bench-hsm --quick)
set_tests_properties(bench_hsm_smoke PROPERTIES LABELS bench TIMEOUT 120)
