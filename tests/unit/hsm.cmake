# SPDX-License-Identifier: Apache-2.0
# The private-key process: its room on a real SoftHSM2 token, and the process itself.
add_library(hufu_test_hsm_room STATIC EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/hsm_room.c)
target_link_libraries(hufu_test_hsm_room PUBLIC hufu_flags hufu_hsm hufu_test_client PkgConfig::SODIUM
    PRIVATE PkgConfig::CMOCKA)


foreach(noun certificate handover operate record)
    hufu_test(test_hsm_${noun} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_hsm_${noun}.c USES hufu_test_hsm_room)
endforeach()
target_link_libraries(test_hsm_certificate PRIVATE OpenSSL::Crypto)
