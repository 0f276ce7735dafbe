# SPDX-License-Identifier: Apache-2.0
# The protocol, noun by noun. OpenSSL is the judge where there is one.
find_package(OpenSSL 3.0 REQUIRED)
add_library(cosign_pair STATIC ${CMAKE_CURRENT_LIST_DIR}/cosign_pair.c ${CMAKE_CURRENT_LIST_DIR}/cosign_judge.c)
target_link_libraries(cosign_pair PUBLIC hufu_flags hufu_cosign OpenSSL::Crypto PkgConfig::CMOCKA)

foreach(noun sm3 scalar group hash draw proof keygen sign sign_attack sign_check
        sign_service decrypt refresh handover pin stack verify)
    hufu_test(test_cosign_${noun} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_cosign_${noun}.c USES cosign_pair)
endforeach()

# Inversion with the words of this machine, and compiled once more with those of 32 bits; test_arithmetic_steps includes it.
set(inverse ${CMAKE_SOURCE_DIR}/cosign/arithmetic/inverse.c)
hufu_test(test_arithmetic_inverse SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_arithmetic_inverse.c
    USES hufu_cosign OpenSSL::Crypto)
hufu_test(test_arithmetic_inverse_32 SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_arithmetic_inverse.c ${inverse}
    USES hufu_base OpenSSL::Crypto)
foreach(words "" _32)
    hufu_test(test_arithmetic_steps${words} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_arithmetic_steps.c
        USES hufu_base OpenSSL::Crypto)
endforeach()
foreach(test test_arithmetic_inverse_32 test_arithmetic_steps_32)
    target_compile_definitions(${test} PRIVATE HUFU_WORD_32)
endforeach()
# The same source over plain C, in a library of its own: options of a source file hold for a whole folder.
add_library(lanes_emulated STATIC ${CMAKE_SOURCE_DIR}/cosign/arithmetic/lanes.c)
target_compile_definitions(lanes_emulated PRIVATE LANES_EMULATED)
target_link_libraries(lanes_emulated PUBLIC hufu_cosign PRIVATE hufu_strict)
hufu_test(test_arithmetic_lanes SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_arithmetic_lanes.c
    USES lanes_emulated OpenSSL::Crypto)
set_tests_properties(test_arithmetic_lanes PROPERTIES TIMEOUT 1800) # with HUFU_TEST_LONG: OpenSSL takes its time

# The field below it, as the test sees it: once in each form.
add_library(lanes_field_emulated STATIC ${CMAKE_CURRENT_LIST_DIR}/lanes_field.c)
target_compile_definitions(lanes_field_emulated PRIVATE LANES_EMULATED)
target_link_libraries(lanes_field_emulated PUBLIC hufu_cosign)
hufu_test(test_arithmetic_lanes_field SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_arithmetic_lanes_field.c
    USES lanes_field_emulated OpenSSL::Crypto)
get_target_property(cosign_definitions hufu_cosign INTERFACE_COMPILE_DEFINITIONS)
if("HUFU_LANES=1" IN_LIST cosign_definitions)
    add_library(lanes_field STATIC ${CMAKE_CURRENT_LIST_DIR}/lanes_field.c)
    target_link_libraries(lanes_field PUBLIC hufu_cosign)
    target_compile_options(lanes_field PRIVATE -mavx512f -mavx512ifma)
    target_link_libraries(test_arithmetic_lanes_field PRIVATE lanes_field)
endif()

if(HUFU_VALGRIND)
    find_program(VALGRIND valgrind REQUIRED)
    add_executable(ctime_cosign ${CMAKE_CURRENT_LIST_DIR}/ctime_cosign.c)
    target_link_libraries(ctime_cosign PRIVATE cosign_pair)
    set_target_properties(ctime_cosign PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    set(memcheck ${VALGRIND} --quiet --error-exitcode=9 --suppressions=${CMAKE_CURRENT_LIST_DIR}/ctime_cosign.supp)
    add_test(NAME ctime_cosign COMMAND ${memcheck} $<TARGET_FILE:ctime_cosign> run)
    # Exactly memcheck's own exit status: any other failure would prove nothing.
    add_test(NAME ctime_cosign_finds_a_leak
        COMMAND sh -c "\"$@\"; test $? -eq 9" sh ${memcheck} $<TARGET_FILE:ctime_cosign> leak)

    set(memcheck ${VALGRIND} --quiet --error-exitcode=9)
    foreach(words "" _32)
        add_executable(ctime_inverse${words} ${CMAKE_CURRENT_LIST_DIR}/ctime_inverse.c ${inverse})
        target_link_libraries(ctime_inverse${words} PRIVATE hufu_flags hufu_base)
        set_target_properties(ctime_inverse${words} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
        add_test(NAME ctime_inverse${words} COMMAND ${memcheck} $<TARGET_FILE:ctime_inverse${words}> run)
        add_test(NAME ctime_inverse${words}_finds_a_leak
            COMMAND sh -c "\"$@\"; test $? -eq 9" sh ${memcheck} $<TARGET_FILE:ctime_inverse${words}> leak)
    endforeach()
    target_compile_definitions(ctime_inverse_32 PRIVATE HUFU_WORD_32)
    add_executable(ctime_lanes ${CMAKE_CURRENT_LIST_DIR}/ctime_lanes.c)
    target_link_libraries(ctime_lanes PRIVATE lanes_emulated)
    set_target_properties(ctime_lanes PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    set(memcheck ${VALGRIND} --quiet --error-exitcode=9)
    add_test(NAME ctime_lanes COMMAND ${memcheck} $<TARGET_FILE:ctime_lanes> run)
    add_test(NAME ctime_lanes_finds_a_leak
        COMMAND sh -c "\"$@\"; test $? -eq 9" sh ${memcheck} $<TARGET_FILE:ctime_lanes> leak)
endif()
