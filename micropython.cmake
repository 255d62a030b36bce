# micropython.cmake - makes this repo a user C module of MicroPython's CMake ports (rp2, esp32).
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
# The port's glue defines the random source that we use, and configures an mbedTLS of its own again.
if(EXISTS ${MICROPY_PORT_DIR}/mbedtls/mbedtls_port.c)
    set_source_files_properties(
        ${MICROPY_PORT_DIR}/mbedtls/mbedtls_port.c mbedtls/mbedtls_port.c PROPERTIES COMPILE_OPTIONS "-w")
endif()

file(GLOB USSL_BINDING ${USSL_DIR}/binding/*.c)
file(GLOB USSL_ENGINE ${USSL_DIR}/engine/*.c)
file(STRINGS ${USSL_DIR}/config/mbedtls_sources.txt USSL_MBEDTLS)
list(TRANSFORM USSL_MBEDTLS PREPEND ${MBEDTLS}/library/)

# The engine and mbedTLS hold no Python names: a library of their own keeps them out of the search.
add_library(ussl_engine INTERFACE)
target_sources(ussl_engine INTERFACE ${USSL_ENGINE} ${USSL_MBEDTLS})
set_source_files_properties(${USSL_MBEDTLS} PROPERTIES COMPILE_OPTIONS "-w")

add_library(usermod_ussl INTERFACE)
target_sources(usermod_ussl INTERFACE ${USSL_BINDING})
target_include_directories(usermod_ussl INTERFACE ${USSL_DIR} ${MBEDTLS}/include)
target_compile_definitions(usermod_ussl INTERFACE
    MBEDTLS_CONFIG_FILE="${USSL_MBEDTLS_CONFIG}"
    MICROPY_PY_SSL=0
    "MICROPY_SSL_MBEDTLS=(1)"
    MICROPY_PY_HASHLIB_MD5=1
    MICROPY_PY_HASHLIB_SHA1=1
    MICROPY_PY_CRYPTOLIB=1
)
target_link_libraries(usermod_ussl INTERFACE ussl_engine)
target_link_libraries(usermod INTERFACE usermod_ussl)
