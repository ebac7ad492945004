# odmr_precompiled(SET HEADERS... LINK targets...): what the targets that ask for it need not compile again and again.
# Only ODMR_PCH turns it on: every file includes what it uses, and builds without.
function(odmr_precompiled set)
  cmake_parse_arguments(arg "" "" "HEADERS;LINK" ${ARGN})
  if(ODMR_PCH)
    set(nothing ${CMAKE_BINARY_DIR}/precompiled/${set}.cpp)
    file(CONFIGURE OUTPUT ${nothing} CONTENT "// Headers alone.\n")
    add_library(odmr_precompiled_${set} STATIC ${nothing})
    target_link_libraries(odmr_precompiled_${set} PRIVATE odmr_flags ${arg_LINK})
    target_precompile_headers(odmr_precompiled_${set} PRIVATE ${arg_HEADERS})
  endif()
endfunction()

function(odmr_use_precompiled target set)
  if(ODMR_PCH)
    target_precompile_headers(${target} REUSE_FROM odmr_precompiled_${set})
  endif()
endfunction()

set(odmr_asio_headers
  <boost/asio/as_tuple.hpp> <boost/asio/awaitable.hpp> <boost/asio/buffer.hpp> <boost/asio/co_spawn.hpp>
  <boost/asio/detached.hpp> <boost/asio/generic/stream_protocol.hpp> <boost/asio/io_context.hpp>
  <boost/asio/ip/tcp.hpp> <boost/asio/local/stream_protocol.hpp> <boost/asio/ssl/stream.hpp>
  <boost/asio/steady_timer.hpp> <boost/asio/use_awaitable.hpp> <boost/asio/write.hpp> <nlohmann/json.hpp>)
