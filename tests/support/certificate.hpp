// certificate - a self-signed certificate for 127.0.0.1.
#pragma once

#include <filesystem>

namespace odmr::test
{

struct certificate {
    std::filesystem::path certificate_file;  ///< PEM
    std::filesystem::path key_file;          ///< PEM
};

/// Makes one in that directory. Throws std::runtime_error.
certificate make_certificate(const std::filesystem::path& directory);

}  // namespace odmr::test
