# micropython.cmake - makes this repo a user C module of MicroPython's CMake ports (rp2).
#
#   make -C ports/rp2 USER_C_MODULES=/path/to/ussl/micropython.cmake
#
# Takes the place of the stock ssl and tls modules, and brings mbedTLS for hashlib and cryptolib.
# Set MBEDTLS (a CMake or environment variable) to a checkout of mbedTLS 3.6.7 or newer unless
# MicroPython's own lib/mbedtls is there.

set(USSL_DIR ${CMAKE_CURRENT_LIST_DIR})
if(NOT MBEDTLS)
    set(MBEDTLS "$ENV{MBEDTLS}")
endif()
if(NOT MBEDTLS)
    set(MBEDTLS ${MICROPY_DIR}/lib/mbedtls)
endif()
if(NOT EXISTS ${MBEDTLS}/library/ssl_tls.c)
    message(FATAL_ERROR "ussl: no mbedTLS at ${MBEDTLS}: set MBEDTLS=/path/to/mbedtls")
endif()
if(NOT USSL_MBEDTLS_CONFIG)
    set(USSL_MBEDTLS_CONFIG config/mbedtls_full.h)
endif()

# extmod.cmake has already put the stock module's mbedTLS, with another configuration, into a library
# that the port links: leave it empty.
if(TARGET micropy_lib_mbedtls)
    set_target_properties(micropy_lib_mbedtls PROPERTIES
        INTERFACE_SOURCES "" INTERFACE_COMPILE_DEFINITIONS "" INTERFACE_INCLUDE_DIRECTORIES "")
endif()
list(REMOVE_ITEM MICROPY_INC_CORE ${MICROPY_DIR}/lib/mbedtls/include)
# The port's glue defines the random source that we use, and configures an mbedTLS of its own again.
if(EXISTS ${MICROPY_PORT_DIR}/mbedtls/mbedtls_port.c)
    set_source_files_properties(
        ${MICROPY_PORT_DIR}/mbedtls/mbedtls_port.c mbedtls/mbedtls_port.c PROPERTIES COMPILE_OPTIONS "-w")
endif()

file(GLOB USSL_BINDING ${USSL_DIR}/binding/*.c)
file(GLOB USSL_ENGINE ${USSL_DIR}/engine/*.c ${USSL_DIR}/engine/*/*.c)
file(STRINGS ${USSL_DIR}/config/mbedtls_sources.txt USSL_MBEDTLS)
list(TRANSFORM USSL_MBEDTLS PREPEND ${MBEDTLS}/library/)

# A root store for the firmware: USSL_ROOTS=/path/to/roots.ussl (tools/make-roots).
if(NOT USSL_ROOTS)
    set(USSL_ROOTS "$ENV{USSL_ROOTS}")
endif()
if(USSL_ROOTS)
    set_source_files_properties(${USSL_DIR}/binding/ssl_roots.c PROPERTIES
        COMPILE_DEFINITIONS "USSL_ROOTS=\"${USSL_ROOTS}\"" OBJECT_DEPENDS ${USSL_ROOTS})
endif()

# What CERT_NONE does at a client: USSL_CERT_NONE=honour, overrule or refuse.
if(NOT USSL_CERT_NONE)
    set(USSL_CERT_NONE "$ENV{USSL_CERT_NONE}")
endif()
if(USSL_CERT_NONE)
    string(TOUPPER ${USSL_CERT_NONE} USSL_CERT_NONE)
    add_compile_definitions(USSL_CERT_NONE=USSL_CERT_NONE_${USSL_CERT_NONE})
endif()

# The engine and mbedTLS hold no Python names: in a library of their own they are not searched for any.
add_library(ussl_engine STATIC ${USSL_ENGINE} ${USSL_MBEDTLS})
target_include_directories(ussl_engine PRIVATE ${USSL_DIR} ${MBEDTLS}/include)
set_source_files_properties(${USSL_MBEDTLS} PROPERTIES COMPILE_OPTIONS "-w")

add_library(usermod_ussl INTERFACE)
target_sources(usermod_ussl INTERFACE ${USSL_BINDING})
target_include_directories(usermod_ussl INTERFACE ${USSL_DIR} ${MBEDTLS}/include)
# For every file of the firmware, and for the search for Python names, which does not see what a
# library hands on: the stock module is off, and hashlib and cryptolib find our mbedTLS.
add_compile_options($<$<COMPILE_LANGUAGE:C>:-include${USSL_DIR}/config/builtins.h>)
add_compile_definitions(MICROPY_PY_SSL=0 MBEDTLS_CONFIG_FILE="${USSL_MBEDTLS_CONFIG}")
target_link_libraries(usermod_ussl INTERFACE ussl_engine)
target_link_libraries(usermod INTERFACE usermod_ussl)
