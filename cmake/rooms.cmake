# odmr_room(NAME SOURCES... [LINK targets...] [PRIVATE_LINK targets...])
#
# Makes the library odmr_NAME out of the current folder. Its headers are reached as
# "NAME/header.hpp" through a folder that holds nothing but a link to this room, so a
# room that is not linked cannot be included: the one-way dependencies of the design are
# what the compiler sees, not a convention.
add_library(odmr_flags INTERFACE)
target_compile_options(odmr_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wsuggest-override -Werror
  # GCC 12 sees overlapping copies in std::string where there are none (GCC bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)
if(ODMR_SANITIZE)
  target_compile_options(odmr_flags INTERFACE
    -fsanitize=${ODMR_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    # A null pointer shows without, and these two in front of every access double what is compiled.
    -fno-sanitize=null,alignment)
  target_link_options(odmr_flags INTERFACE -fsanitize=${ODMR_SANITIZE})
endif()
if(ODMR_FUZZ)
  target_compile_options(odmr_flags INTERFACE
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(odmr_flags INTERFACE -fsanitize=address,undefined)
endif()
if(ODMR_COVERAGE)
  target_compile_options(odmr_flags INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(odmr_flags INTERFACE --coverage)
endif()

function(odmr_room name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  set(door ${CMAKE_BINARY_DIR}/rooms/${name})
  file(MAKE_DIRECTORY ${door})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${door}/${name} SYMBOLIC)
  add_library(odmr_${name} STATIC ${arg_SOURCES})
  target_include_directories(odmr_${name} PUBLIC ${door})
  target_link_libraries(odmr_${name} PUBLIC ${arg_LINK} PRIVATE odmr_flags ${arg_PRIVATE_LINK})
endfunction()

# odmr_program(NAME SOURCES... LINK targets...): a program in bin/.
function(odmr_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE odmr_flags ${arg_LINK})
endfunction()
