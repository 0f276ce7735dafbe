# SPDX-License-Identifier: Apache-2.0
# The arithmetic of cosign/ against OpenSSL's, in every form that it has. HUFU_TEST_LONG=1 makes these tests long.
add_library(differential_judge STATIC ${CMAKE_CURRENT_LIST_DIR}/differential_dice.c ${CMAKE_CURRENT_LIST_DIR}/differential_judge.c)
target_link_libraries(differential_judge PUBLIC hufu_flags OpenSSL::Crypto PkgConfig::CMOCKA)

# hufu_differential_test(NAME SOURCES … USES …)
function(hufu_differential_test name)
    cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
    hufu_test(${name} SOURCES ${ARG_SOURCES} USES differential_judge ${ARG_USES})
    set_tests_properties(${name} PROPERTIES LABELS differential TIMEOUT 14400)
endfunction()

# field.h is inline functions, which the test compiles itself, with the flags that cosign/CMakeLists.txt gives them.
function(hufu_differential_field variant definitions)
    set(name test_differential_field_${variant})
    hufu_differential_test(${name}
        SOURCES ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/test_differential_field.c
            ${CMAKE_SOURCE_DIR}/cosign/arithmetic/inverse.c ${CMAKE_SOURCE_DIR}/cosign/arithmetic/cpu.c
        USES hufu_base)
    target_compile_definitions(${name} PRIVATE VARIANT="${variant}" ${definitions})
    target_compile_options(${name} PRIVATE -fno-tree-vectorize ${ARGN})
endfunction()

hufu_differential_field(portable HUFU_FIELD_ADX=0)
hufu_differential_field(word32 "HUFU_FIELD_ADX=0;HUFU_WORD_32=1")
if(TARGET hufu_cosign_engine_adx)
    hufu_differential_field(adx HUFU_FIELD_ADX=1 -mbmi2 -madx -mavx2)
endif()

foreach(variant "" _word32)
    hufu_differential_test(test_differential_scalar${variant}
        SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_differential_scalar.c USES hufu_cosign${variant})
endforeach()

# The curve: in the library that has every engine and lane, and by words of 32 bits. Of the portable library only group.h is not
# among these, which the laws go through.
set(nouns law multiply point table)
set(nouns_word32 ${nouns})
set(nouns_portable law)
foreach(variant "" _word32 _portable)
    add_library(differential_engines${variant} STATIC ${CMAKE_CURRENT_LIST_DIR}/differential_engines.c)
    target_link_libraries(differential_engines${variant} PUBLIC hufu_cosign${variant} differential_judge)
    foreach(noun ${nouns${variant}})
        hufu_differential_test(test_differential_${noun}${variant}
            SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_differential_${noun}.c USES differential_engines${variant})
    endforeach()
endforeach()
