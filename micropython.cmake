# micropython.cmake - makes this repo a user C module of MicroPython's CMake ports (rp2).
#
#   make -C ports/rp2 BOARD=RPI_PICO_W USER_C_MODULES=/path/to/ussl/micropython.cmake MBEDTLS=/path/to/mbedtls
#
# The modules ssl and tls are ours; what the port has of mbedTLS, and hashlib and cryptolib, stay as they
# are, because our mbedTLS has other names (config/names.h). The linker leaves out what only the stock
# module used. The variables are those of micropython.mk but USSL_HASHLIB; each can be a variable of make,
# of CMake or of the environment.

set(USSL_DIR ${CMAKE_CURRENT_LIST_DIR})
set(USSL_VARIABLES USSL_PROFILE USSL_CFLAGS USSL_ROOTS USSL_CERT_NONE USSL_MBEDTLS_CONFIG)
foreach(USSL_NAME MBEDTLS ${USSL_VARIABLES})
    if(NOT ${USSL_NAME})
        set(${USSL_NAME} "$ENV{${USSL_NAME}}")
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
    set(MBEDTLS ${MICROPY_DIR}/lib/mbedtls)
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

# ---- flags ----
separate_arguments(USSL_FLAGS UNIX_COMMAND "${USSL_CFLAGS}")
if(USSL_PROFILE STREQUAL "device")
    foreach(USSL_NAME P521 X25519 CHACHA SESSIONS KEYLOG ENCRYPTED_KEYS LEGACY_WRAP PEM CRL EXPLAIN PSK SIGN DTLS)
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
if(USSL_CERT_NONE)
    if(NOT USSL_CERT_NONE MATCHES "^(honour|overrule|refuse)$")
        message(FATAL_ERROR "ussl: USSL_CERT_NONE=${USSL_CERT_NONE}: honour, overrule or refuse")
    endif()
    string(TOUPPER ${USSL_CERT_NONE} USSL_CERT_NONE)
    list(APPEND USSL_FLAGS -DUSSL_CERT_NONE=USSL_CERT_NONE_${USSL_CERT_NONE})
endif()

# ---- what is compiled ----
file(GLOB USSL_BINDING ${USSL_DIR}/binding/*.c)
file(GLOB USSL_ENGINE ${USSL_DIR}/engine/*.c ${USSL_DIR}/engine/*/*.c)
file(STRINGS ${USSL_DIR}/config/mbedtls_sources.txt USSL_MBEDTLS)
list(TRANSFORM USSL_MBEDTLS PREPEND ${MBEDTLS}/library/)
set_source_files_properties(${USSL_MBEDTLS} PROPERTIES COMPILE_OPTIONS "-w")
if(USSL_ROOTS)
    get_filename_component(USSL_ROOTS ${USSL_ROOTS} ABSOLUTE)
    set_source_files_properties(${USSL_DIR}/binding/ssl_roots.c PROPERTIES
        COMPILE_DEFINITIONS "USSL_ROOTS=\"${USSL_ROOTS}\"" OBJECT_DEPENDS ${USSL_ROOTS})
endif()

# The engine and mbedTLS hold no Python names: in a library of their own they are not searched for any, and
# see our mbedTLS's headers and no others.
add_library(ussl_engine STATIC ${USSL_ENGINE} ${USSL_MBEDTLS})
target_include_directories(ussl_engine PRIVATE ${USSL_DIR} ${MBEDTLS}/include)
target_compile_definitions(ussl_engine PRIVATE MBEDTLS_CONFIG_FILE="${USSL_MBEDTLS_CONFIG}")
target_compile_options(ussl_engine PRIVATE ${USSL_FLAGS})

add_library(usermod_ussl INTERFACE)
target_sources(usermod_ussl INTERFACE ${USSL_BINDING})
target_include_directories(usermod_ussl INTERFACE ${USSL_DIR})
target_compile_options(usermod_ussl INTERFACE ${USSL_FLAGS})
target_link_libraries(usermod_ussl INTERFACE ussl_engine)
target_link_libraries(usermod INTERFACE usermod_ussl)
