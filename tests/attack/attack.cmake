# SPDX-License-Identifier: Apache-2.0
# The attacks that must fail, each a named test against the real processes. attack_hsm_* start a hufu-hsm of their own;
# attack_service_* the whole service.
add_library(hufu_test_attack STATIC EXCLUDE_FROM_ALL
    ${CMAKE_CURRENT_LIST_DIR}/bad_value.c
    ${CMAKE_CURRENT_LIST_DIR}/played_hsm.c)
target_link_libraries(hufu_test_attack PUBLIC hufu_test_client PkgConfig::CMOCKA)

foreach(theme channel frame handover keygen order record value)
    hufu_test(attack_hsm_${theme} SOURCES ${CMAKE_CURRENT_LIST_DIR}/attack_hsm_${theme}.c USES hufu_test_attack)
    add_dependencies(attack_hsm_${theme} hufu-hsm)
    set_tests_properties(attack_hsm_${theme} PROPERTIES LABELS attack TIMEOUT 600)
    hufu_take_turns(attack_hsm_${theme})
endforeach()

# The whole service, over HTTP.
add_library(hufu_test_attack_service STATIC EXCLUDE_FROM_ALL
    ${CMAKE_CURRENT_LIST_DIR}/played_loan.c
    ${CMAKE_CURRENT_LIST_DIR}/played_service.c)
target_link_libraries(hufu_test_attack_service PUBLIC hufu_test_attack Threads::Threads)
foreach(theme authorization collusion memory pin race record refresh request)
    hufu_test(attack_service_${theme} SOURCES ${CMAKE_CURRENT_LIST_DIR}/attack_service_${theme}.c
        USES hufu_test_attack_service)
    add_dependencies(attack_service_${theme} hufu-command hufu-hsm hufu-server)
    set_tests_properties(attack_service_${theme} PROPERTIES LABELS "attack;service" TIMEOUT 900)
    hufu_take_turns(attack_service_${theme})
endforeach()
target_link_libraries(attack_service_memory PRIVATE hufu_test_protocol_secrets)
