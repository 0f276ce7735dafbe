# SPDX-License-Identifier: Apache-2.0
foreach(noun route problem head field parameter queue server load group)
    hufu_test(test_http_${noun} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_http_${noun}.c USES hufu_http)
endforeach()
hufu_test(test_http_forwarded SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_http_forwarded.c USES hufu_http)
hufu_test(test_http_dpop SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_http_dpop.c USES hufu_http hufu_core)
foreach(noun server load group)
    target_sources(test_http_${noun} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/http_client.c ${CMAKE_CURRENT_LIST_DIR}/http_service.c)
endforeach()
hufu_concurrent(test_http_queue test_http_server test_http_load test_http_group)

hufu_test(test_identifier SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_identifier.c USES hufu_service Threads::Threads)
hufu_test(test_http_metrics SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_http_metrics.c USES hufu_service)
hufu_test(test_http_config SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_http_config.c USES hufu_service)

foreach(noun hsmc hsmc_operate hsmc_places)
    hufu_test(test_${noun} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_${noun}.c ${CMAKE_CURRENT_LIST_DIR}/hsm_peer.c
        USES hufu_hsmc Threads::Threads)
endforeach()
foreach(noun hsmc hsmc_places)
    target_sources(test_${noun} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/hsmc_caller.c)
endforeach()
hufu_concurrent(test_hsmc test_hsmc_operate test_hsmc_places)

hufu_test(test_cli SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_cli.c USES hufu_cli hufu_http)
hufu_test(test_confine SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_confine.c ${CMAKE_SOURCE_DIR}/server/confine.c USES hufu_program)
