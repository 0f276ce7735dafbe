# SPDX-License-Identifier: Apache-2.0
# Constant time, path by path: with secrets marked under valgrind (HUFU_VALGRIND) or MSan (HUFU_MSAN), and by statistics
# wherever programs run at their own speed.
set(ctime ${CMAKE_CURRENT_LIST_DIR})

# hufu_ctime(NAME SOURCES … USES …): a program of marks.h; it passes, and each of its leaks is found. A leak's exit status is
# exactly the one that the watcher was told to use: any other failure would prove nothing.
function(hufu_ctime name)
    cmake_parse_arguments(ARG "" "ENGINE" "SOURCES;USES" ${ARGN})
    list(TRANSFORM ARG_SOURCES PREPEND ${ctime}/)
    add_executable(${name} ${ctime}/marks.c ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE hufu_flags hufu_strict ${ARG_USES})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    if(ARG_ENGINE)
        target_compile_definitions(${name} PRIVATE CTIME_ENGINE=${ARG_ENGINE})
    endif()
    add_dependencies(ctime ${name})
    add_test(NAME ${name} COMMAND ${watcher} $<TARGET_FILE:${name}> run)
    foreach(leak branch table)
        add_test(NAME ${name}_finds_a_${leak}
            COMMAND sh -c "\"$@\"; test $? -eq 9" sh ${watcher} $<TARGET_FILE:${name}> leak-${leak})
    endforeach()
endfunction()

if(HUFU_VALGRIND OR HUFU_MSAN)
    if(HUFU_VALGRIND)
        find_program(VALGRIND valgrind REQUIRED)
        set(watcher ${VALGRIND} --quiet --error-exitcode=9)
    else()
        set(watcher ${CMAKE_COMMAND} -E env MSAN_OPTIONS=exitcode=9)
    endif()
    add_custom_target(ctime)
    hufu_ctime(ctime_arithmetic_portable SOURCES ctime_arithmetic.c ENGINE engine_portable USES hufu_cosign_portable)
    hufu_ctime(ctime_arithmetic_word32 SOURCES ctime_arithmetic.c ENGINE engine_portable USES hufu_cosign_word32)
    hufu_ctime(ctime_halves_portable SOURCES ctime_halves.c exchange.c USES hufu_cosign_portable)
    hufu_ctime(ctime_halves_word32 SOURCES ctime_halves.c exchange.c USES hufu_cosign_word32)

    # For either library, so without one; tests/unit has another, which MSan's build does not.
    add_library(lanes_marked OBJECT ${CMAKE_SOURCE_DIR}/cosign/arithmetic/lanes.c)
    target_link_libraries(lanes_marked PRIVATE hufu_flags hufu_strict)
    target_compile_definitions(lanes_marked PRIVATE LANES_EMULATED)
    hufu_ctime(ctime_lanes SOURCES ctime_lanes.c USES lanes_marked hufu_cosign_portable)

    # hsm/ is not part of MSan's build; these files need nothing else of it.
    add_library(x25519_lanes_marked OBJECT ${CMAKE_SOURCE_DIR}/hsm/x25519_lanes.c)
    target_link_libraries(x25519_lanes_marked PRIVATE hufu_flags hufu_strict)
    target_compile_definitions(x25519_lanes_marked PRIVATE LANES_EMULATED)
    add_library(x25519_marked OBJECT ${CMAKE_SOURCE_DIR}/hsm/x25519.c)
    target_link_libraries(x25519_marked PRIVATE hufu_flags hufu_strict)
    target_compile_definitions(x25519_marked PRIVATE HUFU_LANES=1)
    hufu_ctime(ctime_x25519 SOURCES ctime_x25519.c cpu_x25519.c USES x25519_marked x25519_lanes_marked hufu_common)

    # MSan is blind to assembly, and the lanes of the library are instructions.
    get_target_property(parts hufu_cosign COMPILE_DEFINITIONS)
    if(HUFU_VALGRIND AND "HUFU_ENGINE_ADX=1" IN_LIST parts)
        hufu_ctime(ctime_arithmetic_adx SOURCES ctime_arithmetic.c cpu_adx.c ENGINE engine_adx USES hufu_cosign)
        hufu_ctime(ctime_halves_adx SOURCES ctime_halves.c exchange.c cpu_adx.c USES hufu_cosign)
        hufu_ctime(ctime_halves_lanes SOURCES ctime_halves.c exchange.c cpu_lanes.c USES lanes_marked hufu_cosign)

        # Every operation on these two paths as well: valgrind's own CPUID leads to the portable one.
        add_executable(ctime_cosign_adx ${CMAKE_SOURCE_DIR}/tests/unit/ctime_cosign.c ${ctime}/cpu_adx.c)
        add_executable(ctime_cosign_lanes ${CMAKE_SOURCE_DIR}/tests/unit/ctime_cosign.c ${ctime}/cpu_lanes.c)
        target_link_libraries(ctime_cosign_lanes PRIVATE lanes_marked)
        foreach(path adx lanes)
            target_link_libraries(ctime_cosign_${path} PRIVATE cosign_pair)
            set_target_properties(ctime_cosign_${path} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
            add_dependencies(ctime ctime_cosign_${path})
            add_test(NAME ctime_cosign_${path} COMMAND ${watcher} $<TARGET_FILE:ctime_cosign_${path}> run)
        endforeach()
    endif()
endif()

# Times of instrumented code say nothing.
if(NOT HUFU_VALGRIND AND NOT HUFU_MSAN AND NOT HUFU_SANITIZE)
    add_executable(dudect_cosign ${ctime}/dudect_cosign.c ${ctime}/dudect.c ${ctime}/exchange.c)
    target_link_libraries(dudect_cosign PRIVATE hufu_flags hufu_cosign hufu_hsm m)
    set_target_properties(dudect_cosign PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    add_test(NAME dudect_cosign COMMAND dudect_cosign)
    set_tests_properties(dudect_cosign PROPERTIES RUN_SERIAL ON TIMEOUT 2400)
endif()
