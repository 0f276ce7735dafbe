# SPDX-License-Identifier: Apache-2.0
# The vectors of the protocol under Node, by the objects that freestanding_wasm32 has made.
if(NOT HUFU_SANITIZE AND NOT HUFU_VALGRIND)
    add_test(NAME wasm_vectors
        COMMAND ${CMAKE_CURRENT_LIST_DIR}/vectors.sh ${CMAKE_BINARY_DIR}/tests/freestanding/wasm32
            ${CMAKE_BINARY_DIR}/tests/wasm/cosign.wasm ${CMAKE_CURRENT_LIST_DIR}/../vectors/sm2-cosign.json)
    set_tests_properties(wasm_vectors PROPERTIES FIXTURES_REQUIRED wasm32_objects SKIP_RETURN_CODE 77)
endif()
