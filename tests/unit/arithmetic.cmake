# SPDX-License-Identifier: Apache-2.0
# The parts of the arithmetic that have tests of their own. OpenSSL is the judge.
find_package(OpenSSL 3.0 REQUIRED)

# Inversion with the words of this machine, and compiled once more with those of 32 bits; test_arithmetic_steps includes it.
set(inverse ${CMAKE_SOURCE_DIR}/cosign/arithmetic/inverse.c)
hufu_test(test_arithmetic_inverse SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_arithmetic_inverse.c
    USES hufu_cosign OpenSSL::Crypto)
hufu_test(test_arithmetic_inverse_32 SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_arithmetic_inverse.c
    USES hufu_cosign_word32 OpenSSL::Crypto)
foreach(words "" _32)
    hufu_test(test_arithmetic_steps${words} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_arithmetic_steps.c
        USES hufu_base OpenSSL::Crypto)
endforeach()
target_compile_definitions(test_arithmetic_steps_32 PRIVATE HUFU_WORD_32)

# The lanes once more over plain C, for machines and checkers that do not know the instructions: in a library of its own,
# since options of a source file hold for a whole folder.
add_library(lanes_emulated STATIC ${CMAKE_SOURCE_DIR}/cosign/arithmetic/lanes.c)
target_compile_definitions(lanes_emulated PRIVATE LANES_EMULATED)
target_link_libraries(lanes_emulated PUBLIC hufu_cosign PRIVATE hufu_strict)
hufu_test(test_arithmetic_lanes SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_arithmetic_lanes.c
    USES lanes_emulated OpenSSL::Crypto)
set_tests_properties(test_arithmetic_lanes PROPERTIES TIMEOUT 1800) # with HUFU_TEST_LONG: OpenSSL takes its time

# The field below them, of either curve, as the test sees it: once in each form.
get_target_property(cosign_definitions hufu_cosign INTERFACE_COMPILE_DEFINITIONS)
function(hufu_lanes_field_test name)
    hufu_test(test_arithmetic_${name} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_arithmetic_lanes_field.c USES hufu_cosign OpenSSL::Crypto)
    set(forms ${name}_emulated)
    if("HUFU_LANES=1" IN_LIST cosign_definitions)
        list(APPEND forms ${name})
    endif()
    foreach(form ${forms})
        add_library(${form} STATIC ${CMAKE_CURRENT_LIST_DIR}/lanes_field.c)
        target_link_libraries(${form} PUBLIC hufu_cosign)
        target_link_libraries(test_arithmetic_${name} PRIVATE ${form})
        target_compile_definitions(${form} PRIVATE ${ARGN})
        if(form STREQUAL name)
            target_compile_options(${form} PRIVATE -mavx512f -mavx512ifma)
        else()
            target_compile_definitions(${form} PRIVATE LANES_EMULATED)
        endif()
    endforeach()
    target_compile_definitions(test_arithmetic_${name} PRIVATE ${ARGN})
endfunction()
hufu_lanes_field_test(lanes_field)
hufu_lanes_field_test(lanes_field_p256 FIELD_P256)
