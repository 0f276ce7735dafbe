# SPDX-License-Identifier: Apache-2.0
# Where secrets must not be: dumps, logs, files, memory.
add_library(hufu_test_needles STATIC EXCLUDE_FROM_ALL
    ${CMAKE_CURRENT_LIST_DIR}/needles.c
    ${CMAKE_CURRENT_LIST_DIR}/needles_tree.c)
target_link_libraries(hufu_test_needles PUBLIC hufu_flags hufu_common)

hufu_test(test_needles
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_needles.c
    USES hufu_test_needles hufu_test_client)
