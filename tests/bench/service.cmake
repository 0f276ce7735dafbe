# SPDX-License-Identifier: Apache-2.0
# bench-service, and the load that the kill tests share with it.
add_library(hufu_test_load STATIC EXCLUDE_FROM_ALL
    ${CMAKE_CURRENT_LIST_DIR}/bench_service_crowd.c
    ${CMAKE_CURRENT_LIST_DIR}/bench_service_judge.c
    ${CMAKE_CURRENT_LIST_DIR}/bench_service_members.c
    ${CMAKE_CURRENT_LIST_DIR}/bench_service_report.c
    ${CMAKE_CURRENT_LIST_DIR}/bench_service_shot.c
    ${CMAKE_CURRENT_LIST_DIR}/bench_service_usage.c
    ${CMAKE_CURRENT_LIST_DIR}/bench_service_wire.c)
target_link_libraries(hufu_test_load PUBLIC hufu_test_client PRIVATE OpenSSL::SSL OpenSSL::Crypto Threads::Threads)

hufu_program(bench-service
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/bench_service.c
    USES hufu_test_load)
