// Input: what stands behind the letters ATRN. Compared with a second reading of the ABNF (RFC 2645 5.2.1).
#include "fuzz.hpp"
#include "protocol/address.hpp"
#include "protocol/ascii.hpp"
#include "protocol/atrn.hpp"
#include "protocol/command.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace
{

using namespace odmr;

/// What may follow what, octet by octet: the ABNF without its recursion.
bool matches_abnf(std::string_view tail)
{
    if (tail.empty())
        return true;
    char before = ' ';
    bool dotted = false;  // at least two labels
    for (const char c : std::string(tail.substr(1)) + ',') {
        const bool label_may_end = is_let_dig(before);
        const bool in_label = label_may_end || before == '-';
        const bool may_follow = is_let_dig(c) || (c == '-' && in_label) || (c == '.' && label_may_end) ||
                                (c == ',' && label_may_end && dotted);
        if (!may_follow)
            return false;
        dotted = c == '.' || (dotted && c != ',');
        before = c;
    }
    return tail.front() == ' ';
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
    const std::string_view tail = fuzz::text_of(data, size);
    const std::optional<std::vector<std::string>> domains = parse_atrn(tail);
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
