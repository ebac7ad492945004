// decoy - secrets for accounts that do not exist, so that an AUTH exchange does not tell which do (RFC 5802
// 9).
//
// The same account is always given the same salt, as a real one is, until the program is restarted.
#pragma once

#include "auth/sasl.hpp"
#include "auth/secrets.hpp"

#include <string>
#include <string_view>

namespace odmr
{

class decoy
{
public:
    decoy();

    /// Keys of the shape and iteration count that make_credentials gives; no password that anyone knows fits
    /// them.
    [[nodiscard]] scram_keys keys(scram_hash hash, std::string_view account) const;

    /// A password that nobody knows.
    [[nodiscard]] const std::string& password() const { return password_; }

private:
    std::string password_;
};

}  // namespace odmr
