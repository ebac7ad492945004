#include "support/temp_dir.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>

namespace odmr::test
{

temp_dir::temp_dir()
{
    std::string name = (std::filesystem::temp_directory_path() / "odmr-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr || ::chmod(name.c_str(), 0755) != 0)
        throw std::system_error(errno, std::generic_category(), "temporary directory " + name);
    path_ = name;
}

temp_dir::~temp_dir()
{
    std::error_code
        ignored;  // a daemon on its way out may still write here; what it leaves is not worth a failure
    std::filesystem::remove_all(path_, ignored);
}

void write_file(const std::filesystem::path& file, std::string_view content)
{
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << content;
    if (!out.flush())
        throw std::runtime_error("cannot write " + file.string());
}

std::string read_file(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace odmr::test
