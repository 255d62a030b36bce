# engine.cmake - defines the library ussl_engine, which holds the engine, mbedTLS and BearSSL. micropython.cmake and
# the component of ESP-IDF (CMakeLists.txt) include this file.
#
# It reads MBEDTLS, BEARSSL and the variables USSL_… of micropython.mk except USSL_HASHLIB. Each can be a variable of
# make, of CMake or of the environment. It sets USSL_FLAGS, the flags for files that include engine/ussl.h. In
# ESP-IDF it also sets USSL_IDF_OPTIONS and USSL_IDF_DEFINITIONS, the flags of IDF's components.

get_filename_component(USSL_DIR ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
set(USSL_VARIABLES USSL_PROFILE USSL_CFLAGS USSL_ROOTS USSL_CERT_NONE USSL_ARITH USSL_MBEDTLS_CONFIG)
foreach(USSL_NAME MBEDTLS BEARSSL ${USSL_VARIABLES})
    if("${${USSL_NAME}}" STREQUAL "" AND NOT "$ENV{${USSL_NAME}}" STREQUAL "")
        set(${USSL_NAME} "$ENV{${USSL_NAME}}" CACHE STRING "of ussl" FORCE)
    endif()
endforeach()
get_cmake_property(USSL_GIVEN CACHE_VARIABLES)
list(FILTER USSL_GIVEN INCLUDE REGEX "^USSL_")
list(REMOVE_ITEM USSL_GIVEN ${USSL_VARIABLES})
if(USSL_GIVEN)
    message(FATAL_ERROR "ussl: no variable ${USSL_GIVEN}: there are ${USSL_VARIABLES}")
endif()

# ---- mbedTLS ----
if(NOT MBEDTLS)
    set(MBEDTLS ${USSL_MBEDTLS_OF_PORT}) # MicroPython's; IDF's own mbedTLS has changes for IDF
endif()
if(NOT EXISTS ${MBEDTLS}/include/mbedtls/build_info.h)
    message(FATAL_ERROR "ussl: no mbedTLS at ${MBEDTLS}: set MBEDTLS=/path/to/mbedtls")
endif()
file(STRINGS ${MBEDTLS}/include/mbedtls/build_info.h USSL_VERSION REGEX "define MBEDTLS_VERSION_STRING ")
string(REGEX REPLACE ".*\"(.*)\".*" "\\1" USSL_VERSION "${USSL_VERSION}")
if(USSL_VERSION VERSION_LESS 3.6.7 OR NOT USSL_VERSION VERSION_LESS 3.7)
    message(FATAL_ERROR
        "ussl: mbedTLS ${USSL_VERSION} at ${MBEDTLS}: 3.6.7 or a later 3.6 is needed; set MBEDTLS=/path/to/it")
endif()

# ---- BearSSL: config/arith.mk ----
if("${USSL_ARITH}" STREQUAL "")
    if(BEARSSL)
        set(USSL_ARITH bearssl)
    else()
        set(USSL_ARITH mbedtls)
    endif()
endif()
if(USSL_ARITH STREQUAL "bearssl")
    if(NOT EXISTS ${BEARSSL}/inc/bearssl_ec.h)
        message(FATAL_ERROR "ussl: no BearSSL at ${BEARSSL}: set BEARSSL=/path/to/bearssl or USSL_ARITH=mbedtls")
    endif()
    file(STRINGS ${USSL_DIR}/config/bearssl_sources.txt USSL_BEARSSL)
    list(TRANSFORM USSL_BEARSSL PREPEND ${BEARSSL}/src/)
    set_source_files_properties(${USSL_BEARSSL} PROPERTIES COMPILE_OPTIONS "-w;-include;${USSL_DIR}/config/names.h;-include;${USSL_DIR}/engine/arith/masks.h")
elseif(NOT USSL_ARITH STREQUAL "mbedtls")
    message(FATAL_ERROR "ussl: USSL_ARITH=${USSL_ARITH}: bearssl or mbedtls")
endif()

# ---- flags ----
separate_arguments(USSL_FLAGS UNIX_COMMAND "${USSL_CFLAGS}")
if(USSL_PROFILE STREQUAL "device")
    file(STRINGS ${USSL_DIR}/config/device_without.txt USSL_WITHOUT)
    foreach(USSL_NAME ${USSL_WITHOUT})
        if(NOT "${USSL_CFLAGS}" MATCHES "-DUSSL_${USSL_NAME}=")
            list(APPEND USSL_FLAGS -DUSSL_${USSL_NAME}=0)
        endif()
    endforeach()
    if(NOT USSL_MBEDTLS_CONFIG)
        set(USSL_MBEDTLS_CONFIG config/mbedtls_device.h)
    endif()
elseif(USSL_PROFILE)
    message(FATAL_ERROR "ussl: USSL_PROFILE=${USSL_PROFILE}: there is only device")
endif()
if(NOT USSL_MBEDTLS_CONFIG)
    set(USSL_MBEDTLS_CONFIG config/mbedtls_full.h)
endif()
if(NOT "${USSL_CERT_NONE}" STREQUAL "")
    if(NOT USSL_CERT_NONE MATCHES "^(honour|overrule|refuse)$")
        message(FATAL_ERROR "ussl: USSL_CERT_NONE=${USSL_CERT_NONE}: honour, overrule or refuse")
    endif()
    string(TOUPPER ${USSL_CERT_NONE} USSL_CERT_NONE)
    list(APPEND USSL_FLAGS -DUSSL_CERT_NONE=USSL_CERT_NONE_${USSL_CERT_NONE})
endif()

# ---- what is compiled ----
file(GLOB USSL_ENGINE ${USSL_DIR}/engine/*.c ${USSL_DIR}/engine/*/*.c)
file(STRINGS ${USSL_DIR}/config/mbedtls_sources.txt USSL_MBEDTLS)
list(TRANSFORM USSL_MBEDTLS PREPEND ${MBEDTLS}/library/)
set_source_files_properties(${USSL_MBEDTLS} PROPERTIES COMPILE_OPTIONS "-w")
# The files of config/hot_sources.txt handle each record. They are compiled with -O2, except in the device profile.
if(NOT USSL_PROFILE STREQUAL "device")
    file(STRINGS ${USSL_DIR}/config/hot_sources.txt USSL_HOT)
    list(TRANSFORM USSL_HOT REPLACE "^library" ${MBEDTLS}/library)
    list(TRANSFORM USSL_HOT REPLACE "^engine" ${USSL_DIR}/engine)
    list(TRANSFORM USSL_HOT REPLACE "^src" ${BEARSSL}/src)
    set_property(SOURCE ${USSL_HOT} APPEND PROPERTY COMPILE_OPTIONS "-O2")
endif()

# These files are a library of their own, so that they find the headers of our mbedTLS before all others.
add_library(ussl_engine STATIC ${USSL_ENGINE} ${USSL_MBEDTLS} ${USSL_BEARSSL})
target_include_directories(ussl_engine PRIVATE ${USSL_DIR} ${MBEDTLS}/include)
if(USSL_BEARSSL)
    target_include_directories(ussl_engine PRIVATE ${BEARSSL}/inc ${BEARSSL}/src)
    target_compile_definitions(ussl_engine PRIVATE USSL_ARITH_BEARSSL=1)
endif()

# ---- ESP-IDF ----
# The engine is compiled with the options of IDF's components and, from IDF's own mbedTLS, with the headers of the AES
# engine only: as a normal dependency that library would also pass on its configuration of mbedTLS. It is only
# linked, because it defines the functions esp_aes_….
if(COMMAND idf_build_get_property)
    idf_build_get_property(USSL_IDF_OPTIONS COMPILE_OPTIONS GENERATOR_EXPRESSION)
    idf_build_get_property(USSL_IDF_C_OPTIONS C_COMPILE_OPTIONS GENERATOR_EXPRESSION)
    idf_build_get_property(USSL_IDF_DEFINITIONS COMPILE_DEFINITIONS GENERATOR_EXPRESSION)
    idf_build_get_property(USSL_IDF_CONFIG CONFIG_DIR)
    idf_component_get_property(USSL_IDF_MBEDTLS mbedtls COMPONENT_DIR)
    target_compile_options(ussl_engine PRIVATE ${USSL_IDF_OPTIONS} ${USSL_IDF_C_OPTIONS})
    target_compile_definitions(ussl_engine PRIVATE ${USSL_IDF_DEFINITIONS})
    target_include_directories(ussl_engine PRIVATE ${USSL_IDF_CONFIG} ${USSL_IDF_MBEDTLS}/port/include)
    target_link_libraries(ussl_engine PRIVATE idf::esp_common idf::hal INTERFACE $<LINK_ONLY:idf::mbedtls>)
endif()

target_compile_definitions(ussl_engine PRIVATE MBEDTLS_CONFIG_FILE="${USSL_MBEDTLS_CONFIG}")
target_compile_options(ussl_engine PRIVATE ${USSL_FLAGS})
