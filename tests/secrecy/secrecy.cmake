# SPDX-License-Identifier: Apache-2.0
# Where secrets must not be: dumps, logs, files, memory.
add_library(hufu_test_needles STATIC EXCLUDE_FROM_ALL
    ${CMAKE_CURRENT_LIST_DIR}/needles.c
    ${CMAKE_CURRENT_LIST_DIR}/needles_tree.c)
target_link_libraries(hufu_test_needles PUBLIC hufu_flags hufu_common)

hufu_test(test_needles
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_needles.c
    USES hufu_test_needles hufu_test_client)

if(TARGET hufu-hsm)
    add_test(NAME bound_at_start
        COMMAND ${CMAKE_CURRENT_LIST_DIR}/bound_at_start.sh $<TARGET_FILE:hufu-hsm> $<TARGET_FILE:hufu-server>
            $<TARGET_FILE:hufu-command> $<TARGET_FILE:hufu-phone> $<TARGET_FILE:hufu_shared>)
endif()

add_library(hufu_test_protocol_secrets STATIC EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/protocol_secrets.c)
target_link_libraries(hufu_test_protocol_secrets PUBLIC hufu_test_needles hufu_test_client PRIVATE OpenSSL::Crypto)

if(TARGET hufu-server AND TARGET hufu-hsm AND TARGET hufu-command)
    hufu_test(test_nothing_secret_lies_around
        SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_nothing_secret_lies_around.c
        USES hufu_test_protocol_secrets PkgConfig::SODIUM)
    add_dependencies(test_nothing_secret_lies_around hufu-command hufu-hsm hufu-server)
    set_tests_properties(test_nothing_secret_lies_around PROPERTIES LABELS service RUN_SERIAL ON TIMEOUT 600)
endif()
