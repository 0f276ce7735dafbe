# SPDX-License-Identifier: Apache-2.0
# What the service keeps when its processes are killed, stopped or busy for long. Each starts the real stack.
add_library(hufu_test_crew STATIC EXCLUDE_FROM_ALL
    ${CMAKE_CURRENT_LIST_DIR}/caller.c
    ${CMAKE_CURRENT_LIST_DIR}/crew.c
    ${CMAKE_CURRENT_LIST_DIR}/insistent.c
    ${CMAKE_CURRENT_LIST_DIR}/records.c)
target_link_libraries(hufu_test_crew PUBLIC hufu_test_load Threads::Threads)

# kill_test(NAME): needs the programs of the service beside it, and the machine for itself.
function(kill_test name)
    hufu_test(${name} SOURCES ${CMAKE_CURRENT_LIST_DIR}/${name}.c USES hufu_test_crew)
    add_dependencies(${name} hufu-command hufu-hsm hufu-server)
    set_tests_properties(${name} PROPERTIES LABELS "kill;service" RUN_SERIAL ON TIMEOUT 2400)
endfunction()

if(TARGET hufu-server AND TARGET hufu-hsm AND TARGET hufu-command)
    kill_test(test_kill)
    kill_test(test_away)
    kill_test(test_authorized)
    # A sanitizer keeps freed memory for a while: how much a process occupies then says nothing.
    if(NOT HUFU_SANITIZE)
        kill_test(test_memory)
    endif()
endif()
