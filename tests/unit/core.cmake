# SPDX-License-Identifier: Apache-2.0
# The store on a real PostgreSQL of the test's own, and the rules above it.
add_library(hufu_test_database STATIC EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/database.c
    ${CMAKE_CURRENT_LIST_DIR}/people.c)
target_link_libraries(hufu_test_database PUBLIC hufu_store hufu_flags PRIVATE PkgConfig::CMOCKA PkgConfig::PQ PkgConfig::SODIUM)

foreach(noun schema rights row race pages)
    hufu_test(test_store_${noun} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_store_${noun}.c
        USES hufu_test_database Threads::Threads)
endforeach()
foreach(noun operation situation together)
    hufu_test(test_store_${noun} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_store_${noun}.c ${CMAKE_CURRENT_LIST_DIR}/deciding.c
        USES hufu_test_database Threads::Threads)
endforeach()
hufu_concurrent(test_store_race)

# The rules, with stand-ins for server/hsmc (a private-key process) and server/adapter (outside services for messages): their
# objects come before those libraries.
add_library(hufu_test_office OBJECT EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/office.c
    ${CMAKE_CURRENT_LIST_DIR}/key_process.c ${CMAKE_CURRENT_LIST_DIR}/post_office.c)
target_link_libraries(hufu_test_office PUBLIC hufu_test_database hufu_core PkgConfig::CMOCKA)

hufu_test(test_core_certificate_view SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_core_certificate_view.c USES hufu_core)
hufu_test(test_core_handwriting SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_core_handwriting.c USES hufu_core)
hufu_test(test_core_notice_text SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_core_notice_text.c USES hufu_core)
hufu_test(test_core_machine SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_core_machine.c USES hufu_core)
foreach(noun password methods)
    hufu_test(test_core_${noun} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_core_${noun}.c USES hufu_core Threads::Threads)
endforeach()
foreach(noun activation authentication code destruction keygen notice operation people personal project service together turn)
    hufu_test(test_core_${noun} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_core_${noun}.c USES hufu_test_office OpenSSL::Crypto)
endforeach()
foreach(noun device handover promotion)
    hufu_test(test_core_${noun} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_core_${noun}.c ${CMAKE_CURRENT_LIST_DIR}/two_devices.c
        USES hufu_test_office OpenSSL::Crypto Threads::Threads)
endforeach()
foreach(noun authorization authorization_lock authorization_reminder policy)
    hufu_test(test_core_${noun} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_core_${noun}.c ${CMAKE_CURRENT_LIST_DIR}/two_devices.c
        ${CMAKE_CURRENT_LIST_DIR}/lending.c USES hufu_test_office OpenSSL::Crypto Threads::Threads)
endforeach()
foreach(noun authentication notice)
    target_link_libraries(test_core_${noun} PRIVATE Threads::Threads)
endforeach()
hufu_concurrent(test_core_authentication test_core_notice)
hufu_test(test_core_api SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_core_api.c USES hufu_api OpenSSL::Crypto)
