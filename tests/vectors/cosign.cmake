# SPDX-License-Identifier: Apache-2.0
# The vectors of the protocol, reproduced by the program and, with every message changed in turn, refused by it.
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)

foreach(variant "" _portable _word32)
    add_library(hufu_vectors${variant} STATIC
        ${CMAKE_CURRENT_LIST_DIR}/vectors.c
        ${CMAKE_CURRENT_LIST_DIR}/vectors_decrypt.c
        ${CMAKE_CURRENT_LIST_DIR}/vectors_draw.c
        ${CMAKE_CURRENT_LIST_DIR}/vectors_field.c
        ${CMAKE_CURRENT_LIST_DIR}/vectors_head.c
        ${CMAKE_CURRENT_LIST_DIR}/vectors_keygen.c
        ${CMAKE_CURRENT_LIST_DIR}/vectors_pin.c
        ${CMAKE_CURRENT_LIST_DIR}/vectors_sign.c
        ${CMAKE_CURRENT_LIST_DIR}/vectors_split.c)
    target_link_libraries(hufu_vectors${variant}
        PUBLIC hufu_flags hufu_strict hufu_cosign${variant} PkgConfig::JANSSON PRIVATE PkgConfig::SODIUM)
endforeach()

hufu_program(cosign-vectors STRICT SOURCES ${CMAKE_CURRENT_LIST_DIR}/cosign_vectors.c USES hufu_vectors)

add_test(NAME cosign_vectors
    COMMAND cosign-vectors ${CMAKE_CURRENT_LIST_DIR}/sm2-cosign.json)

# Over the arithmetic that other machines get.
foreach(variant _portable _word32)
    add_executable(cosign_vectors${variant} ${CMAKE_CURRENT_LIST_DIR}/cosign_vectors.c)
    target_link_libraries(cosign_vectors${variant} PRIVATE hufu_vectors${variant})
    set_target_properties(cosign_vectors${variant} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    add_test(NAME cosign_vectors${variant}
        COMMAND cosign_vectors${variant} ${CMAKE_CURRENT_LIST_DIR}/sm2-cosign.json)
endforeach()

hufu_test(test_cosign_vectors SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_cosign_vectors.c USES hufu_vectors)
target_compile_definitions(test_cosign_vectors PRIVATE
    VECTORS_PROGRAM="$<TARGET_FILE:cosign-vectors>"
    VECTORS_FILE="${CMAKE_CURRENT_LIST_DIR}/sm2-cosign.json")
add_dependencies(test_cosign_vectors cosign-vectors)
