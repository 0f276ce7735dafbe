# SPDX-License-Identifier: Apache-2.0
# The way to outside services, against a server that answers over real sockets.
hufu_test(test_adapter SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_adapter.c ${CMAKE_CURRENT_LIST_DIR}/sdk_web.c
    USES hufu_adapter OpenSSL::SSL Threads::Threads)
