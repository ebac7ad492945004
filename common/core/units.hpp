// units - how an administrator writes durations, sizes and addresses, and how they are written back.
//
// Pure functions over text; they are used for the configuration file and by odmrctl. Each parser takes the
// value only when the whole text is one.
#pragma once

#include "core/settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

/// A number and its unit: "30s", "5min", "2h", "7d". Only 0 may stand without a unit.
std::optional<seconds> parse_duration(std::string_view text);

/// The same with the largest unit that leaves a whole number: 90s, 5min, 1d, 0.
std::string format_duration(seconds value);

/// Octets as "4096", or in units of 1024: "256K", "10M", "1G".
std::optional<std::uint64_t> parse_size(std::string_view text);

/// The same with the largest unit that leaves a whole number.
std::string format_size(std::uint64_t octets);

/// Decimal digits only, no sign.
std::optional<std::uint64_t> parse_count(std::string_view text);

/// "127.0.0.1:366" or "[::1]:366": a numeric address, for names would need a resolver at start, and a port.
std::optional<endpoint_setting> parse_endpoint(std::string_view text);

std::string format_endpoint(const endpoint_setting& endpoint);

/// Endpoints separated by commas; an empty text is an empty list.
std::optional<std::vector<endpoint_setting>> parse_endpoints(std::string_view text);

}  // namespace odmr
