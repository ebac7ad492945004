// parameters - the ESMTP parameters of MAIL and RCPT (RFC 5321 4.1.2: Mail-parameters, Rcpt-parameters).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

struct esmtp_parameter {
    std::string keyword;               ///< in upper case
    std::optional<std::string> value;  ///< as received, without the '='

    friend bool operator==(const esmtp_parameter&, const esmtp_parameter&) = default;
};

using esmtp_parameters = std::vector<esmtp_parameter>;

/// Parses "KEY=value KEY ...". nullopt when the syntax is wrong or a keyword comes twice. An empty text is an
/// empty list. Values may hold UTF-8 (RFC 6531 3.3, item 5 adds it to esmtp-value).
std::optional<esmtp_parameters> parse_parameters(std::string_view text);

/// The parameter with that keyword (in upper case), or nullptr.
const esmtp_parameter* find_parameter(const esmtp_parameters& list, std::string_view keyword);

/// " KEY=value KEY ..." with a leading space for each, ready to follow a path.
std::string format_parameters(const esmtp_parameters& list);

/// A decimal number of up to 20 digits that fits (SIZE, RFC 1870 3), or nullopt.
std::optional<std::uint64_t> parse_number(std::string_view digits);

}  // namespace odmr
