# SPDX-License-Identifier: Apache-2.0
# The device's library against a service that is played in the same process, its adapters, and what it makes, judged by
# OpenSSL and BouncyCastle.
add_library(sdk_fixture STATIC
    ${CMAKE_CURRENT_LIST_DIR}/cosign_judge.c ${CMAKE_CURRENT_LIST_DIR}/sdk_ca.c ${CMAKE_CURRENT_LIST_DIR}/sdk_device.c ${CMAKE_CURRENT_LIST_DIR}/sdk_forger.c
    ${CMAKE_CURRENT_LIST_DIR}/sdk_operate.c ${CMAKE_CURRENT_LIST_DIR}/sdk_service.c)
target_link_libraries(sdk_fixture PUBLIC hufu_flags hufu_openssl hufu PkgConfig::CMOCKA OpenSSL::Crypto PkgConfig::SODIUM)

# Against the played service, with a cheap stand-in for Argon2id.
foreach(noun enrol sign refresh)
    hufu_test(test_sdk_${noun} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_sdk_${noun}.c USES sdk_fixture)
    target_link_options(test_sdk_${noun} PRIVATE -Wl,--wrap=crypto_pwhash)
endforeach()
