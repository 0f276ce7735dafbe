# SPDX-License-Identifier: Apache-2.0
# Every decoder has a fuzz target. Each runs with fuzz_driver.c as a test of every build; with HUFU_FUZZ (clang) also
# under libFuzzer, from a corpus that the target's own seeds make at build time.
add_library(hufu_test_fuzz STATIC EXCLUDE_FROM_ALL
    ${CMAKE_CURRENT_LIST_DIR}/fuzz_check.c
    ${CMAKE_CURRENT_LIST_DIR}/fuzz_frame_seed.c
    ${CMAKE_CURRENT_LIST_DIR}/mutation.c)
target_link_libraries(hufu_test_fuzz PUBLIC hufu_program)

set(HUFU_FUZZ_RUNS 30000 CACHE STRING "Runs of each libFuzzer target when ctest runs it")
if(HUFU_FUZZ)
    target_compile_options(hufu_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# fuzz_target(NAME RUNS n SOURCES … USES …): NAME_seeded, and NAME under libFuzzer. STATEFUL: the seeds need the process
# that made them, so libFuzzer's files would be worthless.
function(fuzz_target name)
    cmake_parse_arguments(ARG "STATEFUL" "RUNS" "SOURCES;USES" ${ARGN})
    set(folder ${CMAKE_SOURCE_DIR}/tests/fuzz)
    add_executable(${name}_seeded ${folder}/${name}.c ${folder}/fuzz_driver.c ${ARG_SOURCES})
    set(programs ${name}_seeded)
    add_test(NAME ${name}_seeded COMMAND ${name}_seeded ${ARG_RUNS} 1)
    set_tests_properties(${name}_seeded PROPERTIES LABELS fuzz TIMEOUT 900)
    if(HUFU_FUZZ AND NOT ARG_STATEFUL)
        set(corpus ${CMAKE_BINARY_DIR}/corpus/${name})
        add_executable(${name}_corpus ${folder}/${name}.c ${folder}/fuzz_corpus.c ${ARG_SOURCES})
        add_custom_command(TARGET ${name}_corpus POST_BUILD
            COMMAND ${CMAKE_COMMAND} -E make_directory ${corpus} COMMAND ${name}_corpus ${corpus})
        add_executable(${name} ${folder}/${name}.c ${ARG_SOURCES})
        target_link_options(${name} PRIVATE -fsanitize=fuzzer)
        add_dependencies(${name} ${name}_corpus)
        add_test(NAME ${name} COMMAND ${name} -runs=${HUFU_FUZZ_RUNS} -seed=1 -timeout=10 -rss_limit_mb=4096 ${corpus})
        set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT 1800)
        list(APPEND programs ${name} ${name}_corpus)
    endif()
    foreach(program ${programs})
        target_link_libraries(${program} PRIVATE hufu_flags hufu_test_fuzz ${ARG_USES})
        set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    endforeach()
endfunction()

fuzz_target(fuzz_frame RUNS 200000 USES hufu_common)
fuzz_target(fuzz_handover RUNS 200000 USES hufu_common)
fuzz_target(fuzz_text RUNS 200000 USES hufu_common)
fuzz_target(fuzz_config RUNS 20000 USES hufu_program)
fuzz_target(fuzz_record RUNS 200000 USES hufu_hsm)
fuzz_target(fuzz_http_field RUNS 50000 USES hufu_http)
fuzz_target(fuzz_http_dpop RUNS 100000 USES hufu_http)
fuzz_target(fuzz_http_forwarded RUNS 100000 USES hufu_http)
fuzz_target(fuzz_sdk RUNS 100000 USES hufu OpenSSL::Crypto)
fuzz_target(fuzz_cosign_service RUNS 20000 SOURCES ${CMAKE_SOURCE_DIR}/tests/unit/cosign_pair.c
    USES hufu_cosign PkgConfig::CMOCKA)
fuzz_target(fuzz_cosign_device RUNS 20000 SOURCES ${CMAKE_SOURCE_DIR}/tests/unit/cosign_pair.c
    USES hufu_cosign PkgConfig::CMOCKA)
fuzz_target(fuzz_hsm_request RUNS 10000 STATEFUL SOURCES ${CMAKE_SOURCE_DIR}/tests/fuzz/fuzz_hsm_seed.c
    USES hufu_test_hsm_room PkgConfig::CMOCKA)

# Against a running process.
hufu_test(fuzz_hsm_socket SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_hsm_socket.c ${CMAKE_CURRENT_LIST_DIR}/fuzz_hsm_seed.c
    USES hufu_test_attack hufu_test_fuzz)
add_dependencies(fuzz_hsm_socket hufu-hsm)
set_tests_properties(fuzz_hsm_socket PROPERTIES LABELS fuzz TIMEOUT 900)
hufu_test(fuzz_http
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_http.c ${CMAKE_CURRENT_LIST_DIR}/fuzz_http_seed.c
            ${CMAKE_CURRENT_LIST_DIR}/fuzz_http_wire.c
    USES hufu_test_attack_service hufu_test_fuzz)
add_dependencies(fuzz_http hufu-command hufu-hsm hufu-server)
set_tests_properties(fuzz_http PROPERTIES LABELS "fuzz;service" TIMEOUT 1800)
hufu_take_turns(fuzz_hsm_socket fuzz_http)
