# How a module, a program, a test and a fuzz target are made. The table of what is made stands in CMakeLists.txt.
include(CTest)
include(GNUInstallDirs)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(TILLSIDE_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")
option(TILLSIDE_FUZZ "For the fuzz targets; build the target fuzz_targets" OFF)

foreach(pair UV=libuv CJSON=libcjson INIH=inih SQLITE=sqlite3 MICROHTTPD=libmicrohttpd SERIALPORT=libserialport
             USB=libusb-1.0 XKB=xkbcommon ZLIB=zlib PANGO=pangocairo FONTCONFIG=fontconfig
             PANGOFT2=pangoft2 PNG=libpng QRENCODE=libqrencode)
  string(REPLACE "=" ";" pair ${pair})
  list(GET pair 0 name)
  list(GET pair 1 package)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${package})
endforeach()

add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
  -fno-common -D_GNU_SOURCE=1)
add_compile_definitions(TILLSIDE_VERSION="${PROJECT_VERSION}")
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-format-truncation)
endif()
if(TILLSIDE_SANITIZE)
  add_compile_options(-fsanitize=${TILLSIDE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TILLSIDE_SANITIZE})
endif()
if(TILLSIDE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -O1)
  add_link_options(-fsanitize=address,undefined)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fPIE)
  add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64")
    add_compile_options(-fcf-protection)
  endif()
endif()

function(module name)
  cmake_parse_arguments(M "" "" "SEES;LIBS;FILES" ${ARGN})
  add_library(${name} OBJECT ${M_FILES})
  foreach(layer ${M_SEES})
    # A door is included as "layer/door.h": each layer's doors stand behind a folder of their own.
    target_include_directories(${name} PRIVATE ${CMAKE_BINARY_DIR}/doors/${layer})
  endforeach()
  target_link_libraries(${name} PRIVATE ${M_LIBS})
  set_property(TARGET ${name} PROPERTY module_libs "${M_LIBS}")
endfunction()

# The include folders of one layer hold a link to that layer's doors and nothing else.
foreach(layer base pure loop edge driver shop)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/doors/${layer})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/include/${layer} ${CMAKE_BINARY_DIR}/doors/${layer}/${layer} SYMBOLIC)
endforeach()

# Everything that a target made of modules needs: their objects, and the libraries that they named.
function(link_modules target)
  foreach(m ${ARGN})
    get_property(libs TARGET ${m} PROPERTY module_libs)
    target_link_libraries(${target} PRIVATE $<TARGET_OBJECTS:${m}> ${libs})
    add_dependencies(${target} ${m})
  endforeach()
  target_link_libraries(${target} PRIVATE Threads::Threads)
endfunction()

# program(name SEES layer... MODULES module... LIBS target... FILES file...)
function(program name)
  cmake_parse_arguments(P "" "" "SEES;MODULES;LIBS;FILES" ${ARGN})
  add_executable(${name} ${P_FILES})
  foreach(layer ${P_SEES})
    target_include_directories(${name} PRIVATE ${CMAKE_BINARY_DIR}/doors/${layer})
  endforeach()
  target_link_libraries(${name} PRIVATE ${P_LIBS})
  link_modules(${name} ${P_MODULES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
endfunction()

# embed(module FOLDER folder PATTERN glob... SYMBOL name): files built into a module as bytes, in a table
# `const struct embedded_file NAME[]` ended by a row without a name. See embed.cmake.
function(embed target)
  cmake_parse_arguments(E "" "FOLDER;SYMBOL" "PATTERN" ${ARGN})
  set(globs)
  foreach(p ${E_PATTERN})
    list(APPEND globs ${PROJECT_SOURCE_DIR}/${E_FOLDER}/${p})
  endforeach()
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${globs})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded/${E_SYMBOL}.c)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DSYMBOL=${E_SYMBOL} -DFOLDER=${PROJECT_SOURCE_DIR}/${E_FOLDER} "-DFILES=${files}"
            -P ${PROJECT_SOURCE_DIR}/packaging/cmake/embed.cmake
    DEPENDS ${files} ${PROJECT_SOURCE_DIR}/packaging/cmake/embed.cmake VERBATIM)
  target_sources(${target} PRIVATE ${out})
  target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/doors/base)
endfunction()

# unit_test(name MODULES module... LIBS target... FILES file...): a cmocka program that sees every door.
function(unit_test name)
  cmake_parse_arguments(T "" "" "MODULES;LIBS;FILES;ENVIRONMENT" ${ARGN})
  pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
  add_executable(${name} ${T_FILES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE TESTS_FOLDER="${PROJECT_SOURCE_DIR}/tests" SOURCE_FOLDER="${PROJECT_SOURCE_DIR}"
    BUILD_FOLDER="${CMAKE_BINARY_DIR}")
  target_link_libraries(${name} PRIVATE PkgConfig::CMOCKA ${T_LIBS})
  link_modules(${name} ${T_MODULES})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES ENVIRONMENT
    "ASAN_OPTIONS=allow_user_segv_handler=0:detect_leaks=1;UBSAN_OPTIONS=print_stacktrace=1;${T_ENVIRONMENT}" TIMEOUT 300)
endfunction()

# device_test(name FILES file...): drivers unchanged against devices that umockdev pretends to have.
function(device_test name)
  cmake_parse_arguments(T "" "" "FILES" ${ARGN})
  pkg_check_modules(UMOCKDEV REQUIRED IMPORTED_TARGET umockdev-1.0)
  unit_test(${name} MODULES base event loop device wires scanners LIBS PkgConfig::UMOCKDEV
    FILES ${T_FILES} devices/device_test.c)
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77)
  set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT
    "ASAN_OPTIONS=verify_asan_link_order=0:allow_user_segv_handler=0:detect_leaks=0")
  set_property(TARGET ${name} PROPERTY CROSSCOMPILING_EMULATOR umockdev-wrapper)
endfunction()

# process_test(name SCRIPT [argument...]): a script of tests/ against the programs of this build.
function(process_test name script)
  add_test(NAME ${name} COMMAND python3 ${PROJECT_SOURCE_DIR}/tests/${script} ${ARGN})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 ENVIRONMENT "TILLSIDE_BUILD=${CMAKE_BINARY_DIR}" TIMEOUT 600)
endfunction()

# fuzz_target(name MODULES module... FILES file...): run by `packaging/test` for a minute each, its corpus beside it.
function(fuzz_target name)
  cmake_parse_arguments(F "" "" "MODULES;LIBS;FILES" ${ARGN})
  if(NOT TILLSIDE_FUZZ)
    add_test(NAME ${name} COMMAND ${PROJECT_SOURCE_DIR}/tests/fuzz/run ${PROJECT_SOURCE_DIR}/build/fuzz/tests/${name})
    set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 400 LABELS fuzz)
    return()
  endif()
  add_executable(${name} ${F_FILES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(${name} PRIVATE ${F_LIBS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  if(NOT TARGET fuzz_targets)
    add_custom_target(fuzz_targets)
  endif()
  add_dependencies(fuzz_targets ${name})
  link_modules(${name} ${F_MODULES})
endfunction()
