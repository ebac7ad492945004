// unix_socket - stream sockets of the UNIX domain.
#pragma once

#include "support/file_descriptor.hpp"

#include <filesystem>

namespace odmr::bench
{

/// Throws std::system_error; std::runtime_error when the path is too long.
test::file_descriptor connect_to_unix(const std::filesystem::path& path);

/// Listens there for everybody, in the place of what was there. Throws the same.
test::file_descriptor listen_on_unix(const std::filesystem::path& path);

}  // namespace odmr::bench
