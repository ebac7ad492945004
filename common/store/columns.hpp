// columns - what odmr knows of customers as values of the database's columns, and back. Not for other rooms.
#pragma once

#include "auth/sasl.hpp"
#include "core/settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace odmr
{

// Names are keys in lower case. These throw store_refusal when it is no name.
std::string customer_key(std::string_view name);
std::string domain_key(std::string_view domain);

/// A whole number; nullopt is NULL.
using number = std::optional<long long>;

// These throw store_refusal, in which `what` names the value, when it is negative or too large.
number from_duration(std::optional<seconds> value, const char* what);
number from_count(std::optional<std::uint64_t> value, const char* what);

std::optional<seconds> to_duration(const number& value);
std::optional<std::uint64_t> to_count(const number& value);

/// What is kept of a password.
struct secret_columns {
    std::optional<std::string> sha1, sha256, cram_md5;
};

secret_columns columns_of(const credentials& secrets);

/// Throws database_failure when the keys are unreadable; `name` says whose they are.
credentials credentials_of(const secret_columns& columns, bool enabled, const std::string& name);

}  // namespace odmr
