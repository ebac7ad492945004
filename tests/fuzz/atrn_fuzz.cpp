// Input: what stands behind the letters ATRN. Compared with the ABNF of RFC 2645 5.2.1, written as an
// expression.
#include "fuzz.hpp"
#include "protocol/address.hpp"
#include "protocol/atrn.hpp"
#include "protocol/command.hpp"

#include <algorithm>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace
{

using namespace odmr;

bool matches_abnf(std::string_view tail)
{
    static const std::string sub_domain = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?";
    static const std::string domain = sub_domain + "(\\." + sub_domain + ")+";
    static const std::regex atrn("( " + domain + "(," + domain + ")*)?");
    return std::regex_match(tail.begin(), tail.end(), atrn);
}

/// A name or label longer than the DNS has, which the ABNF does not know.
bool too_long(std::string_view tail)
{
    std::size_t label = 0;
    std::size_t name = 0;
    for (const char c : tail) {
        const bool begins = c == ' ' || c == ',';
        name = begins ? 0 : name + 1;
        label = begins || c == '.' ? 0 : label + 1;
        if (label > 63 || name > 253)
            return true;
    }
    return false;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::size_t regex_bearable = 600;  // octets: std::regex recurses for each
    const std::string_view tail = fuzz::text_of(data, size);
    const std::optional<std::vector<std::string>> domains = parse_atrn(tail);
    if (size <= regex_bearable)
        fuzz::require(domains.has_value() == (matches_abnf(tail) && !too_long(tail)), "the ABNF decides");
    if (!domains)
        return 0;

    fuzz::require(domains->empty() == tail.empty(), "only a bare ATRN has no domains");
    fuzz::require(std::set<std::string>(domains->begin(), domains->end()).size() == domains->size(),
                  "each once");
    std::string written;
    for (const std::string& domain : *domains) {
        fuzz::require(valid_domain(domain) && to_lower(domain) == domain, "valid and in lower case");
        written += (written.empty() ? ' ' : ',') + domain;
    }
    fuzz::require(parse_atrn(written) == domains, "a written list parses to itself");
    return 0;
}
