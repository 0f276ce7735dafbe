# SPDX-License-Identifier: Apache-2.0
# The private-key process: its room on a real SoftHSM2 token, and the process itself.
add_library(hufu_test_hsm_room STATIC EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/hsm_group.c
    ${CMAKE_CURRENT_LIST_DIR}/hsm_log.c ${CMAKE_CURRENT_LIST_DIR}/hsm_room.c)
target_link_libraries(hufu_test_hsm_room PUBLIC hufu_flags hufu_hsm hufu_test_client PkgConfig::SODIUM
    PRIVATE PkgConfig::CMOCKA)

foreach(noun certificate crl data destruction destruction_process ecdsa group group_form handover keygen operate process record request settings token)
    hufu_test(test_hsm_${noun} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_hsm_${noun}.c USES hufu_test_hsm_room)
endforeach()
foreach(noun certificate crl)
    target_sources(test_hsm_${noun} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/hsm_chain.c)
    target_link_libraries(test_hsm_${noun} PRIVATE OpenSSL::Crypto)
endforeach()
target_link_libraries(test_hsm_ecdsa PRIVATE OpenSSL::Crypto Threads::Threads)

# SoftHSM2 that fails on demand.
add_library(hsm_flaky_module MODULE ${CMAKE_CURRENT_LIST_DIR}/hsm_flaky_module.c)
target_link_libraries(hsm_flaky_module PRIVATE hufu_flags ${CMAKE_DL_LIBS})
target_include_directories(hsm_flaky_module SYSTEM PRIVATE ${P11KIT_INCLUDE_DIRS})
add_dependencies(test_hsm_token hsm_flaky_module)
target_compile_definitions(test_hsm_token PRIVATE HSM_FLAKY_MODULE="$<TARGET_FILE:hsm_flaky_module>")
target_link_libraries(test_hsm_token PRIVATE Threads::Threads ${CMAKE_DL_LIBS})
target_link_libraries(test_hsm_process PRIVATE Threads::Threads)
add_dependencies(test_hsm_process hufu-hsm)
add_dependencies(test_hsm_destruction_process hufu-hsm)
set_tests_properties(test_hsm_destruction_process test_hsm_token test_hsm_process PROPERTIES LABELS concurrent)
