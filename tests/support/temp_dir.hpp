// temp_dir - a directory of the test's own that goes away with it.
#pragma once

#include <filesystem>
#include <string_view>

namespace odmr::test
{

class temp_dir
{
public:
    /// Makes a directory below the system's temporary one, mode 0755: daemons that run as somebody else
    /// must reach the sockets in it. Throws std::system_error.
    temp_dir();
    ~temp_dir();
    temp_dir(const temp_dir&) = delete;
    temp_dir& operator=(const temp_dir&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

void write_file(const std::filesystem::path& file, std::string_view content);

/// The whole file; empty when there is none.
std::string read_file(const std::filesystem::path& file);

}  // namespace odmr::test
