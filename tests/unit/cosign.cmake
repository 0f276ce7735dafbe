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
endif()
