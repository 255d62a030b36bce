# micropython.cmake - builds this repository as a user C module of MicroPython ports that use CMake (rp2, esp32).
#
#   make -C ports/rp2 BOARD=RPI_PICO_W USER_C_MODULES=/path/to/ussl/micropython.cmake MBEDTLS=/path/to/mbedtls
#
# The modules ssl and tls come from this repository. The port's own mbedTLS, hashlib and cryptolib stay as they
# are, because the symbols of our mbedTLS have other names (config/names.h). The linker leaves out what only the
# stock module used. The variables are those of config/engine.cmake.

set(USSL_MBEDTLS_OF_PORT ${MICROPY_DIR}/lib/mbedtls)
include(${CMAKE_CURRENT_LIST_DIR}/config/engine.cmake)

# On esp32 the binding is compiled twice: in the main component, and in the program that is linked with it. The
# second compilation belongs to the folder of the project and lacks IDF's flags. Both need the same settings.
file(GLOB USSL_BINDING ${USSL_DIR}/binding/*.c)
if(USSL_ROOTS)
    get_filename_component(USSL_ROOTS ${USSL_ROOTS} ABSOLUTE)
    set_source_files_properties(${USSL_DIR}/binding/ssl_roots.c DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_SOURCE_DIR}
        PROPERTIES COMPILE_DEFINITIONS "USSL_ROOTS=\"${USSL_ROOTS}\"" OBJECT_DEPENDS ${USSL_ROOTS})
endif()

# Only the binding is searched for Python names (qstrs): the engine has none.
add_library(usermod_ussl INTERFACE)
target_sources(usermod_ussl INTERFACE ${USSL_BINDING})
target_include_directories(usermod_ussl INTERFACE ${USSL_DIR})
target_compile_definitions(usermod_ussl INTERFACE ${USSL_IDF_DEFINITIONS})
target_compile_options(usermod_ussl INTERFACE ${USSL_IDF_OPTIONS} ${USSL_FLAGS})
target_link_libraries(usermod_ussl INTERFACE ussl_engine)
target_link_libraries(usermod INTERFACE usermod_ussl)
