# SPDX-License-Identifier: Apache-2.0
# The private-key process: its room on a real SoftHSM2 token, and the process itself.
add_library(hufu_test_hsm_room STATIC EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/hsm_group.c
    ${CMAKE_CURRENT_LIST_DIR}/hsm_log.c ${CMAKE_CURRENT_LIST_DIR}/hsm_room.c)
target_link_libraries(hufu_test_hsm_room PUBLIC hufu_flags hufu_hsm hufu_test_client PkgConfig::SODIUM
    PRIVATE PkgConfig::CMOCKA)

foreach(noun certificate crl data destruction destruction_process entropy group group_form handover keygen operate policy process record request settings token)
    hufu_test(test_hsm_${noun} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_hsm_${noun}.c USES hufu_test_hsm_room)
endforeach()
foreach(noun handover policy)
    target_sources(test_hsm_${noun} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/hsm_second.c)
endforeach()
foreach(noun certificate crl)
    target_sources(test_hsm_${noun} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/hsm_chain.c)
    target_link_libraries(test_hsm_${noun} PRIVATE OpenSSL::Crypto)
endforeach()

# Verification with what this processor has, and with the lanes of P-256 over plain C, where the key process is built with lanes.
add_library(hufu_test_ecdsa STATIC EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/ecdsa_judge.c)
target_link_libraries(hufu_test_ecdsa PUBLIC hufu_test_hsm_room OpenSSL::Crypto Threads::Threads PRIVATE PkgConfig::CMOCKA)
hufu_test(test_hsm_ecdsa SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_hsm_ecdsa.c USES hufu_test_ecdsa)
hufu_test(test_hsm_ecdsa_together SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_hsm_ecdsa_together.c USES hufu_test_ecdsa)
if(TARGET hufu_hsm_lanes)
    add_library(p256_emulated OBJECT EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/hsm/p256/equation.c)
    target_compile_definitions(p256_emulated PRIVATE LANES_EMULATED)
    target_link_libraries(p256_emulated PRIVATE hufu_flags hufu_strict)
    foreach(noun ecdsa ecdsa_together)
        hufu_test(test_hsm_${noun}_emulated SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_hsm_${noun}.c
            ${CMAKE_CURRENT_LIST_DIR}/p256_emulated.c $<TARGET_OBJECTS:p256_emulated> USES hufu_test_ecdsa)
        target_compile_definitions(test_hsm_${noun}_emulated PRIVATE LANES_EMULATED)
    endforeach()
endif()

# X25519 in lanes: once more over plain C, for machines and checkers that do not know the instructions; and the field below
# it, as the test sees it, once in each form.
add_library(x25519_emulated STATIC ${CMAKE_SOURCE_DIR}/hsm/x25519_lanes.c)
target_compile_definitions(x25519_emulated PRIVATE LANES_EMULATED)
target_link_libraries(x25519_emulated PUBLIC hufu_hsm PkgConfig::SODIUM PRIVATE hufu_strict)
hufu_test(test_hsm_x25519 SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_hsm_x25519.c USES x25519_emulated)
if(NOT HUFU_SANITIZE) # its frames are larger than what is wiped
    hufu_test(test_hsm_x25519_stack SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_hsm_x25519_stack.c
        ${CMAKE_CURRENT_LIST_DIR}/own_stack.c USES x25519_emulated)
endif()

add_library(x25519_field_emulated STATIC ${CMAKE_CURRENT_LIST_DIR}/x25519_field.c)
target_compile_definitions(x25519_field_emulated PRIVATE LANES_EMULATED)
target_link_libraries(x25519_field_emulated PUBLIC hufu_cosign)
hufu_test(test_hsm_x25519_field SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_hsm_x25519_field.c
    USES x25519_field_emulated OpenSSL::Crypto)
if(TARGET hufu_hsm_lanes)
    add_library(x25519_field STATIC ${CMAKE_CURRENT_LIST_DIR}/x25519_field.c)
    target_link_libraries(x25519_field PUBLIC hufu_cosign)
    target_compile_options(x25519_field PRIVATE -mavx512f -mavx512ifma)
    target_link_libraries(test_hsm_x25519_field PRIVATE x25519_field)
endif()

# SoftHSM2 that fails on demand.
add_library(hsm_flaky_module MODULE ${CMAKE_CURRENT_LIST_DIR}/hsm_flaky_module.c)
target_link_libraries(hsm_flaky_module PRIVATE hufu_flags ${CMAKE_DL_LIBS})
target_include_directories(hsm_flaky_module SYSTEM PRIVATE ${P11KIT_INCLUDE_DIRS})
foreach(noun entropy token)
    target_sources(test_hsm_${noun} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/hsm_flaky.c)
    add_dependencies(test_hsm_${noun} hsm_flaky_module)
    target_compile_definitions(test_hsm_${noun} PRIVATE HSM_FLAKY_MODULE="$<TARGET_FILE:hsm_flaky_module>")
    target_link_libraries(test_hsm_${noun} PRIVATE Threads::Threads ${CMAKE_DL_LIBS})
endforeach()
target_link_libraries(test_hsm_process PRIVATE Threads::Threads)
add_dependencies(test_hsm_process hufu-hsm)
add_dependencies(test_hsm_destruction_process hufu-hsm)
hufu_concurrent(test_hsm_destruction_process test_hsm_token test_hsm_process)
