# SPDX-License-Identifier: Apache-2.0
# bench-service, and the load that the kill tests share with it.
add_library(hufu_test_load STATIC EXCLUDE_FROM_ALL
    ${CMAKE_CURRENT_LIST_DIR}/bench_service_crowd.c
    ${CMAKE_CURRENT_LIST_DIR}/bench_service_filling.c
    ${CMAKE_CURRENT_LIST_DIR}/bench_service_firing.c
    ${CMAKE_CURRENT_LIST_DIR}/bench_service_judge.c
    ${CMAKE_CURRENT_LIST_DIR}/bench_service_load.c
    ${CMAKE_CURRENT_LIST_DIR}/bench_service_members.c
    ${CMAKE_CURRENT_LIST_DIR}/bench_service_plans.c
    ${CMAKE_CURRENT_LIST_DIR}/bench_service_report.c
    ${CMAKE_CURRENT_LIST_DIR}/bench_service_shot.c
    ${CMAKE_CURRENT_LIST_DIR}/bench_service_usage.c
    ${CMAKE_CURRENT_LIST_DIR}/bench_service_wire.c)
target_link_libraries(hufu_test_load PUBLIC hufu_test_client PRIVATE OpenSSL::SSL OpenSSL::Crypto Threads::Threads)

hufu_program(bench-service
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/bench_service.c
    USES hufu_test_load)

hufu_test(bench_service_test
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/bench_service_test.c
    USES hufu_test_load)

hufu_test(bench_service_wire_test
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/bench_service_wire_test.c
    USES hufu_test_load Threads::Threads)

# A smoke run: that it works, not how fast.
if(TARGET hufu-server AND TARGET hufu-hsm AND TARGET hufu-command)
    add_dependencies(bench-service hufu-command hufu-hsm hufu-server)
    add_test(NAME bench_service_smoke COMMAND bench-service --seconds 2 --clients 4
        WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    add_test(NAME bench_service_smoke_authorized COMMAND bench-service --seconds 2 --clients 2 --authorized 1000000
        --filling 1000 --plans /dev/null WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    add_test(NAME bench_service_smoke_batch COMMAND bench-service --seconds 2 --clients 2 --batch 64 --http
        WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set(smokes bench_service_smoke bench_service_smoke_authorized bench_service_smoke_batch)
    hufu_take_turns(${smokes}) # that they work is what is tested, not what they measure
    set_tests_properties(${smokes} PROPERTIES LABELS "bench;service" TIMEOUT 300)
endif()
