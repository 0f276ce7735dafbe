# SPDX-License-Identifier: Apache-2.0
# The protocol, noun by noun. OpenSSL is the judge where there is one.
find_package(OpenSSL 3.0 REQUIRED)
add_library(cosign_pair STATIC ${CMAKE_CURRENT_LIST_DIR}/cosign_pair.c ${CMAKE_CURRENT_LIST_DIR}/cosign_judge.c)
target_link_libraries(cosign_pair PUBLIC hufu_flags hufu_cosign OpenSSL::Crypto PkgConfig::CMOCKA)

foreach(noun scalar group hash draw proof keygen sign sign_attack sign_service decrypt refresh handover pin verify)
    hufu_test(test_cosign_${noun} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_cosign_${noun}.c USES cosign_pair)
endforeach()
