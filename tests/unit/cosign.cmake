# SPDX-License-Identifier: Apache-2.0
# The protocol, noun by noun, over the arithmetic that this machine gets and over both that others get. OpenSSL is the judge
# where there is one.
find_package(OpenSSL 3.0 REQUIRED)
foreach(variant "" _portable _word32)
    add_library(cosign_pair${variant} STATIC
        ${CMAKE_CURRENT_LIST_DIR}/cosign_pair.c ${CMAKE_CURRENT_LIST_DIR}/cosign_judge.c
        ${CMAKE_CURRENT_LIST_DIR}/group_judge.c)
    target_link_libraries(cosign_pair${variant}
        PUBLIC hufu_flags hufu_cosign${variant} OpenSSL::Crypto PkgConfig::CMOCKA)

    foreach(noun sm3 scalar group multiply hash draw proof keygen sign sign_attack sign_check
            sign_service sign_each decrypt refresh handover pin stack stack_use verify)
        hufu_test(test_cosign_${noun}${variant} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_cosign_${noun}.c
            USES cosign_pair${variant})
    endforeach()
    foreach(noun stack stack_use)
        target_sources(test_cosign_${noun}${variant} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/cosign_step.c
            ${CMAKE_CURRENT_LIST_DIR}/own_stack.c)
    endforeach()
endforeach()

if(HUFU_VALGRIND)
    find_program(VALGRIND valgrind REQUIRED)
    set(memcheck ${VALGRIND} --quiet --error-exitcode=9)
    foreach(variant "" _portable _word32)
        add_executable(ctime_cosign${variant} ${CMAKE_CURRENT_LIST_DIR}/ctime_cosign.c)
        target_link_libraries(ctime_cosign${variant} PRIVATE cosign_pair${variant})
        set_target_properties(ctime_cosign${variant} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
        add_test(NAME ctime_cosign${variant} COMMAND ${memcheck} $<TARGET_FILE:ctime_cosign${variant}> run)
    endforeach()
    add_dependencies(ctime_cosign ctime_cosign_portable ctime_cosign_word32)
    # Exactly memcheck's own exit status: any other failure would prove nothing.
    add_test(NAME ctime_cosign_finds_a_leak
        COMMAND sh -c "\"$@\"; test $? -eq 9" sh ${memcheck} $<TARGET_FILE:ctime_cosign> leak)
endif()
