// units - see units.hpp. Every value is checked for overflow before it is multiplied.
#include "core/units.hpp"

#include "protocol/address.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <span>

namespace odmr
{

namespace
{

struct unit {
    std::string_view name;
    std::uint64_t size;
};

// The largest first: format_in_units() takes the first that fits.
constexpr unit duration_units[] = {{"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}};
constexpr unit size_units[] = {{"G", 1U << 30U}, {"M", 1U << 20U}, {"K", 1U << 10U}, {"", 1}};

/// Digits followed by the name of one of the units; the product must stay below `limit`.
std::optional<std::uint64_t> parse_in_units(std::string_view text, std::span<const unit> units,
                                            std::uint64_t limit)
{
    const auto name_at = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = parse_count(text.substr(0, name_at));
    for (const auto& u : units) {
        if (number && u.name == text.substr(name_at) && *number <= limit / u.size)
            return *number * u.size;
    }
    return std::nullopt;
}

std::string format_in_units(std::uint64_t value, std::span<const unit> units)
{
    for (const auto& u : units) {
        if (value != 0 && value % u.size == 0)
            return std::to_string(value / u.size) + std::string(u.name);
    }
    return "0";
}

std::string_view trim(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The address literals of RFC 5321 4.1.3 are just the numeric addresses we want, so their parser is asked.
bool numeric_address(std::string_view address)
{
    const bool v6 = address.find(':') != std::string_view::npos;
    const std::string literal = "x@[" + std::string(v6 ? "IPv6:" : "") + std::string(address) + "]";
    return address.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos &&
           parse_mailbox(literal, utf8::refused).has_value();
}

}  // namespace

std::optional<seconds> parse_duration(std::string_view text)
{
    if (text == "0")
        return seconds(0);
    constexpr auto limit = static_cast<std::uint64_t>(seconds::max().count());
    const auto value = parse_in_units(text, duration_units, limit);
    if (!value)
        return std::nullopt;
    return seconds(static_cast<seconds::rep>(*value));
}

std::string format_duration(seconds value)
{
    return format_in_units(static_cast<std::uint64_t>(value.count()), duration_units);
}

std::optional<std::uint64_t> parse_size(std::string_view text)
{
    return parse_in_units(text, size_units, std::numeric_limits<std::uint64_t>::max());
}

std::string format_size(std::uint64_t octets)
{
    return format_in_units(octets, size_units);
}

std::optional<std::uint64_t> parse_count(std::string_view text)
{
    std::uint64_t value = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end)
        return std::nullopt;
    return value;
}

std::optional<endpoint_setting> parse_endpoint(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    auto address = text.substr(0, colon);
    const auto port = parse_count(text.substr(colon + 1));
    if (!port || *port > std::numeric_limits<std::uint16_t>::max())
        return std::nullopt;

    // IPv6 stands in brackets (RFC 3986 3.2.2), so that its last group is not mistaken for the port.
    const bool v6 = address.find(':') != std::string_view::npos;
    const bool bracketed = address.size() > 2 && address.front() == '[' && address.back() == ']';
    if (v6 != bracketed)
        return std::nullopt;
    if (bracketed)
        address = address.substr(1, address.size() - 2);
    if (!numeric_address(address))
        return std::nullopt;
    return endpoint_setting{std::string(address), static_cast<std::uint16_t>(*port)};
}

std::string format_endpoint(const endpoint_setting& endpoint)
{
    const bool v6 = endpoint.address.find(':') != std::string::npos;
    return (v6 ? "[" + endpoint.address + "]" : endpoint.address) + ":" + std::to_string(endpoint.port);
}

std::optional<std::vector<endpoint_setting>> parse_endpoints(std::string_view text)
{
    std::vector<endpoint_setting> endpoints;
    while (!trim(text).empty()) {
        const auto comma = text.find(',');
        auto endpoint = parse_endpoint(trim(text.substr(0, comma)));
        if (!endpoint)
            return std::nullopt;
        endpoints.push_back(*std::move(endpoint));
        if (comma == std::string_view::npos)
            return endpoints;
        text.remove_prefix(comma + 1);
        if (trim(text).empty())
            return std::nullopt;  // a comma with nothing behind it
    }
    return endpoints;
}

}  // namespace odmr
