# SPDX-License-Identifier: Apache-2.0
foreach(noun buf frame box encoding activation condition config channel destruction log)
    hufu_test(test_${noun} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_${noun}.c USES hufu_program)
endforeach()
target_link_libraries(test_channel PRIVATE Threads::Threads)
target_link_libraries(test_box PRIVATE PkgConfig::SODIUM)
target_link_libraries(test_log PRIVATE PkgConfig::JANSSON)

hufu_test(test_qr SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_qr.c USES hufu_qr)

# It includes secret.c, and the compiler may inline what it finds there.
hufu_test(test_secret SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_secret.c)
target_compile_options(test_secret PRIVATE -fno-semantic-interposition)
target_link_libraries(test_secret PRIVATE Threads::Threads)
