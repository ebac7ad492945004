// capabilities - the keywords of an EHLO or LHLO reply (RFC 5321 4.1.1.1).
#include "protocol/capabilities.hpp"

#include "protocol/command.hpp"
#include "protocol/parameters.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace odmr
{

namespace
{

struct keyword {
    std::string_view name;
    bool capabilities::* flag;
};

constexpr std::array<keyword, 7> keywords{{
    {"PIPELINING", &capabilities::pipelining},
    {"ENHANCEDSTATUSCODES", &capabilities::enhanced_codes},
    {"8BITMIME", &capabilities::eight_bit_mime},
    {"SMTPUTF8", &capabilities::smtputf8},
    {"DSN", &capabilities::dsn},
    {"CHUNKING", &capabilities::chunking},
    {"SIZE", &capabilities::size},
}};

/// A server that does not offer SIZE has said nothing of a limit.
bool limited(const capabilities& c)
{
    return c.size && c.size_limit != 0;
}

}  // namespace

capabilities parse_capabilities(const reply& ehlo)
{
    capabilities result;
    for (std::size_t i = 1; i < ehlo.lines.size(); ++i) {
        const command line = split_command(ehlo.lines[i]);
        const keyword* known = find_verb(std::span<const keyword>(keywords), line.verb);
        if (known != nullptr)
            result.*known->flag = true;
        if (line.verb == "SIZE")
            result.size_limit =
                parse_number(line.argument).value_or(0);  // RFC 1870 4: the number is optional
    }
    return result;
}

capabilities either(const capabilities& a, const capabilities& b)
{
    capabilities result;
    for (const keyword& k : keywords)
        result.*k.flag = a.*k.flag || b.*k.flag;
    result.size_limit = limited(a) && limited(b) ? std::max(a.size_limit, b.size_limit) : 0;
    return result;
}

capabilities both(const capabilities& a, const capabilities& b)
{
    capabilities result;
    for (const keyword& k : keywords)
        result.*k.flag = a.*k.flag && b.*k.flag;
    if (limited(a) && limited(b))
        result.size_limit = std::min(a.size_limit, b.size_limit);
    else
        result.size_limit = limited(a) ? a.size_limit : b.size_limit;
    result.size = result.size || limited(a) || limited(b);
    return result;
}

std::vector<std::string> capability_lines(const capabilities& offered)
{
    std::vector<std::string> lines;
    for (const keyword& k : keywords) {
        if (!(offered.*k.flag) || k.name == "PIPELINING" || k.name == "ENHANCEDSTATUSCODES")
            continue;
        lines.emplace_back(k.name);
        if (k.name == "SIZE" && offered.size_limit != 0)
            lines.back() += ' ' + std::to_string(offered.size_limit);
    }
    return lines;
}

}  // namespace odmr
