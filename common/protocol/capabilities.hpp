// capabilities - what a server offers in its EHLO or LHLO reply (RFC 5321 4.1.1.1).
#pragma once

#include "protocol/reply.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace odmr
{

struct capabilities {
    bool pipelining = false;       ///< RFC 2920
    bool chunking = false;         ///< RFC 3030
    bool eight_bit_mime = false;   ///< RFC 6152
    bool smtputf8 = false;         ///< RFC 6531
    bool dsn = false;              ///< RFC 3461
    bool enhanced_codes = false;   ///< RFC 2034
    bool size = false;             ///< RFC 1870
    std::uint64_t size_limit = 0;  ///< octets; 0 = no fixed limit

    friend auto operator<=>(const capabilities&, const capabilities&) = default;
};

/// Reads the lines after the first of an EHLO reply; keywords in any case, unknown ones ignored.
capabilities parse_capabilities(const reply& ehlo);

/// What at least one of two servers takes.
capabilities either(const capabilities& a, const capabilities& b);

/// What both of two servers take.
capabilities both(const capabilities& a, const capabilities& b);

/// The keyword lines of an LHLO reply that offers these (without PIPELINING and ENHANCEDSTATUSCODES,
/// which an LMTP server always has: RFC 2033 5).
std::vector<std::string> capability_lines(const capabilities& offered);

}  // namespace odmr
