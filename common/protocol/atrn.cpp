// atrn - the argument of ATRN (RFC 2645 5.2.1).
#include "protocol/atrn.hpp"

#include "protocol/address.hpp"
#include "protocol/command.hpp"

#include <set>
#include <utility>

namespace odmr
{

std::optional<std::vector<std::string>> parse_atrn(std::string_view line_tail)
{
    std::vector<std::string> domains;
    if (line_tail.empty())
        return domains;
    if (!line_tail.starts_with(' '))
        return std::nullopt;
    std::set<std::string> seen;
    std::size_t comma = 0;  // the space counts as one: something stands before every domain
    while (comma != std::string_view::npos) {
        line_tail.remove_prefix(comma + 1);
        comma = line_tail.find(',');
        const std::string_view domain = line_tail.substr(0, comma);
        if (!valid_domain(domain))
            return std::nullopt;
        std::string name = to_lower(domain);
        if (seen.insert(name).second)
            domains.push_back(std::move(name));
    }
    return domains;
}

}  // namespace odmr
