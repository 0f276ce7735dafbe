# SPDX-License-Identifier: Apache-2.0
# cosign/ wants memcpy and memset and nothing else, on every kind of machine that a compiler here can make it for. The release
# build runs this; the flags of the others are not used.
if(NOT HUFU_SANITIZE AND NOT HUFU_VALGRIND)
    set(kinds aarch64 wasm32)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
        list(APPEND kinds x86_64 x86_64_clang x86_64_portable word32 i386 i386_clang)
    endif()
    foreach(kind ${kinds})
        add_test(NAME freestanding_${kind}
            COMMAND ${CMAKE_CURRENT_LIST_DIR}/link.sh ${kind} ${CMAKE_BINARY_DIR}/cosign/generator_table.c
                ${CMAKE_BINARY_DIR}/tests/freestanding/${kind})
        set_tests_properties(freestanding_${kind} PROPERTIES SKIP_RETURN_CODE 77)
    endforeach()
    # tests/wasm goes on with its objects.
    set_tests_properties(freestanding_wasm32 PROPERTIES FIXTURES_SETUP wasm32_objects)
endif()
