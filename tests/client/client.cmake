# SPDX-License-Identifier: Apache-2.0
# Devices, phones and operators played against the real processes. Attack tests, fuzzers, benchmarks and the tests that
# kill processes link it.
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)

add_library(hufu_test_client STATIC EXCLUDE_FROM_ALL
    ${CMAKE_CURRENT_LIST_DIR}/authorized_user.c
    ${CMAKE_CURRENT_LIST_DIR}/certificate_request.c
    ${CMAKE_CURRENT_LIST_DIR}/command.c
    ${CMAKE_CURRENT_LIST_DIR}/device_key.c
    ${CMAKE_CURRENT_LIST_DIR}/device_operation.c
    ${CMAKE_CURRENT_LIST_DIR}/device_request.c
    ${CMAKE_CURRENT_LIST_DIR}/dpop.c
    ${CMAKE_CURRENT_LIST_DIR}/hsm_frames.c
    ${CMAKE_CURRENT_LIST_DIR}/hsm_link.c
    ${CMAKE_CURRENT_LIST_DIR}/hsm_process.c
    ${CMAKE_CURRENT_LIST_DIR}/operator.c
    ${CMAKE_CURRENT_LIST_DIR}/phone.c
    ${CMAKE_CURRENT_LIST_DIR}/phone_handover.c
    ${CMAKE_CURRENT_LIST_DIR}/place.c
    ${CMAKE_CURRENT_LIST_DIR}/process_memory.c
    ${CMAKE_CURRENT_LIST_DIR}/randomness.c
    ${CMAKE_CURRENT_LIST_DIR}/signing_nonces.c
    ${CMAKE_CURRENT_LIST_DIR}/sql_link.c
    ${CMAKE_CURRENT_LIST_DIR}/stack.c
    ${CMAKE_CURRENT_LIST_DIR}/web_client.c)
target_compile_definitions(hufu_test_client PRIVATE
    HUFU_TEST_BIN_DEFAULT="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}"
    HUFU_TEST_STACK_SCRIPT="${CMAKE_SOURCE_DIR}/tools/stack.sh")
target_link_libraries(hufu_test_client PUBLIC hufu_flags hufu_cosign hufu_program PkgConfig::JANSSON
    PRIVATE PkgConfig::CURL PkgConfig::PQ OpenSSL::Crypto Threads::Threads)
