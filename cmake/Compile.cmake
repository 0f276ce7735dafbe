# SPDX-License-Identifier: Apache-2.0
# How everything is compiled. `hufu_flags` is linked by every target; `hufu_strict` in addition by the rooms where a
# silent conversion could cost a key (common, cosign, hsm).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)

add_library(hufu_flags INTERFACE)
target_include_directories(hufu_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(hufu_flags INTERFACE _GNU_SOURCE HUFU_VERSION="${PROJECT_VERSION}")
target_compile_options(hufu_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wswitch-enum -Wvla -Wformat=2
    -Wundef -Wwrite-strings -Werror -fno-common -fstack-protector-strong -fPIC)
# What is bound at its first call has all vector registers saved on the stack by the dynamic linker, and they may hold secrets.
target_link_options(hufu_flags INTERFACE -Wl,-z,relro,-z,now)

add_library(hufu_strict INTERFACE)
target_compile_options(hufu_strict INTERFACE -Wconversion -Wsign-conversion)

if(HUFU_SANITIZE)
    target_compile_options(hufu_flags INTERFACE -fsanitize=${HUFU_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(hufu_flags INTERFACE -fsanitize=${HUFU_SANITIZE})
    target_compile_definitions(hufu_flags INTERFACE HUFU_SANITIZED=1)
else()
    target_compile_definitions(hufu_flags INTERFACE HUFU_SANITIZED=0)
    target_compile_options(hufu_flags INTERFACE $<$<CONFIG:Release>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
    target_link_options(hufu_flags INTERFACE -Wl,-z,noexecstack)
endif()
if(HUFU_VALGRIND)
    target_compile_definitions(hufu_flags INTERFACE HUFU_VALGRIND=1)
else()
    target_compile_definitions(hufu_flags INTERFACE HUFU_VALGRIND=0)
endif()
if(HUFU_MSAN)
    target_compile_definitions(hufu_flags INTERFACE HUFU_MSAN=1)
    target_compile_options(hufu_flags INTERFACE -fsanitize=memory -fsanitize-memory-track-origins -fno-omit-frame-pointer)
    target_link_options(hufu_flags INTERFACE -fsanitize=memory)
else()
    target_compile_definitions(hufu_flags INTERFACE HUFU_MSAN=0)
endif()

include(CheckPIESupported)
check_pie_supported(LANGUAGES C)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# hufu_room(NAME SOURCES … USES …): the static library of one room.
function(hufu_room name)
    cmake_parse_arguments(ARG "STRICT" "" "SOURCES;USES;PRIVATE_USES" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC hufu_flags ${ARG_USES} PRIVATE ${ARG_PRIVATE_USES})
    if(ARG_STRICT)
        target_link_libraries(${name} PRIVATE hufu_strict)
    endif()
endfunction()

# hufu_program(NAME SOURCES … USES …): a program in build/bin/.
function(hufu_program name)
    cmake_parse_arguments(ARG "STRICT" "" "SOURCES;USES" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE hufu_flags ${ARG_USES})
    if(ARG_STRICT)
        target_link_libraries(${name} PRIVATE hufu_strict)
    endif()
endfunction()

# hufu_test(NAME SOURCES … USES …): a cmocka program that ctest runs.
function(hufu_test name)
    cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE hufu_flags ${ARG_USES} PkgConfig::CMOCKA)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endfunction()

# hufu_concurrent(TEST…): threads meet in them, so that they run under TSan too; the target `concurrent` is all of them.
add_custom_target(concurrent)
function(hufu_concurrent)
    set_tests_properties(${ARGN} PROPERTIES LABELS concurrent)
    add_dependencies(concurrent ${ARGN})
endfunction()

# hufu_take_turns(TEST…): they start the service or its key process, and wait half of the time. One of them at a time, and they first, so
# that the many small tests run beside them.
function(hufu_take_turns)
    set_tests_properties(${ARGN} PROPERTIES RESOURCE_LOCK service COST 100)
endfunction()
