# micropython.cmake - makes this repo a user C module of MicroPython's CMake ports (rp2, esp32).
#
#   make -C ports/rp2 BOARD=RPI_PICO_W USER_C_MODULES=/path/to/ussl/micropython.cmake MBEDTLS=/path/to/mbedtls
#
# The modules ssl and tls are ours; what the port has of mbedTLS, and hashlib and cryptolib, stay as they
# are, because our mbedTLS has other names (config/names.h). The linker leaves out what only the stock
# module used. The variables are those of config/engine.cmake.

set(USSL_MBEDTLS_OF_PORT ${MICROPY_DIR}/lib/mbedtls)
include(${CMAKE_CURRENT_LIST_DIR}/config/engine.cmake)

# On esp32 the binding is compiled twice: in the main component and, without IDF's flags and in the folder of the
# project, in the program that is linked with it. Both need the same.
file(GLOB USSL_BINDING ${USSL_DIR}/binding/*.c)
if(USSL_ROOTS)
    get_filename_component(USSL_ROOTS ${USSL_ROOTS} ABSOLUTE)
    set_source_files_properties(${USSL_DIR}/binding/ssl_roots.c DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_SOURCE_DIR}
        PROPERTIES COMPILE_DEFINITIONS "USSL_ROOTS=\"${USSL_ROOTS}\"" OBJECT_DEPENDS ${USSL_ROOTS})
endif()

# The binding alone is searched for Python names: the engine holds none.
add_library(usermod_ussl INTERFACE)
target_sources(usermod_ussl INTERFACE ${USSL_BINDING})
target_include_directories(usermod_ussl INTERFACE ${USSL_DIR})
target_compile_definitions(usermod_ussl INTERFACE ${USSL_IDF_DEFINITIONS})
target_compile_options(usermod_ussl INTERFACE ${USSL_IDF_OPTIONS} ${USSL_FLAGS})
target_link_libraries(usermod_ussl INTERFACE ussl_engine)
target_link_libraries(usermod INTERFACE usermod_ussl)
