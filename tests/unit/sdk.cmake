# SPDX-License-Identifier: Apache-2.0
# The device's library against a service that is played in the same process, its adapters, and what it makes, judged by
# OpenSSL and BouncyCastle.
add_library(sdk_fixture STATIC
    ${CMAKE_CURRENT_LIST_DIR}/cosign_judge.c ${CMAKE_CURRENT_LIST_DIR}/sdk_biometric.c ${CMAKE_CURRENT_LIST_DIR}/sdk_ca.c
    ${CMAKE_CURRENT_LIST_DIR}/sdk_device.c ${CMAKE_CURRENT_LIST_DIR}/sdk_devices.c ${CMAKE_CURRENT_LIST_DIR}/sdk_enrolled.c
    ${CMAKE_CURRENT_LIST_DIR}/sdk_forger.c ${CMAKE_CURRENT_LIST_DIR}/sdk_lending.c ${CMAKE_CURRENT_LIST_DIR}/sdk_lent.c ${CMAKE_CURRENT_LIST_DIR}/sdk_newcomer.c
    ${CMAKE_CURRENT_LIST_DIR}/sdk_operate.c ${CMAKE_CURRENT_LIST_DIR}/sdk_proof.c ${CMAKE_CURRENT_LIST_DIR}/sdk_service.c
    ${CMAKE_CURRENT_LIST_DIR}/sdk_session.c ${CMAKE_CURRENT_LIST_DIR}/sdk_signup.c)
target_link_libraries(sdk_fixture PUBLIC hufu_flags hufu_openssl hufu PkgConfig::CMOCKA OpenSSL::Crypto PkgConfig::SODIUM)

# Against the played service, with a cheap stand-in for Argon2id.
foreach(noun account_request authorization authorized authorized_pin bind decrypt der document enrol kept_pin pin_change promotion record refresh refresh_due session sign signup)
    hufu_test(test_sdk_${noun} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_sdk_${noun}.c USES sdk_fixture)
    target_link_options(test_sdk_${noun} PRIVATE -Wl,--wrap=crypto_pwhash)
endforeach()

foreach(noun address captcha handover pin)
    hufu_test(test_sdk_${noun} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_sdk_${noun}.c USES hufu)
endforeach()

# The adapters. Every call by which storage changes a file can be its last.
hufu_test(test_sdk_home SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_sdk_home.c USES hufu_openssl)
target_link_options(test_sdk_home PRIVATE -Wl,--wrap=fsync -Wl,--wrap=renameat -Wl,--wrap=unlinkat -Wl,--wrap=write)
hufu_test(test_sdk_transport
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_sdk_transport.c ${CMAKE_CURRENT_LIST_DIR}/sdk_web.c
    USES hufu_openssl OpenSSL::SSL)

add_test(NAME sdk_surface
    COMMAND ${CMAKE_CURRENT_LIST_DIR}/sdk_surface.sh ${CMAKE_CURRENT_LIST_DIR}/../.. $<TARGET_FILE:hufu_shared>)

# OpenSSL's and BouncyCastle's programs judge what the library made; skipped where they are not installed.
add_executable(sdk_sample ${CMAKE_CURRENT_LIST_DIR}/../judge/sdk_sample.c)
target_link_libraries(sdk_sample PRIVATE sdk_fixture)
target_link_options(sdk_sample PRIVATE -Wl,--wrap=crypto_pwhash)
set_target_properties(sdk_sample PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME judge_sdk COMMAND ${CMAKE_CURRENT_LIST_DIR}/../judge/judge.sh $<TARGET_FILE:sdk_sample>)
set_tests_properties(judge_sdk PROPERTIES SKIP_RETURN_CODE 77)

# The phone in a terminal against the running service.
if(TARGET hufu-server)
    add_test(NAME phone_service COMMAND ${CMAKE_CURRENT_LIST_DIR}/../judge/phone.sh $<TARGET_FILE_DIR:hufu-phone>)
    set_tests_properties(phone_service PROPERTIES LABELS service)
    hufu_take_turns(phone_service)
endif()
