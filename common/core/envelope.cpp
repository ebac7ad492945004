#include "core/envelope.hpp"

#include "protocol/command.hpp"

#include <algorithm>

namespace odmr
{

address_parts split_address(std::string_view address)
{
    // Without quoting there may be an '@' in the local part, never in the domain.
    const std::size_t at = address.rfind('@');
    if (at == std::string_view::npos || at == 0)
        return {to_lower(address), {}};
    std::string_view domain = address.substr(at + 1);
    if (domain.ends_with('.'))
        domain.remove_suffix(1);
    return {to_lower(address.substr(0, at)), to_lower(domain)};
}

void envelope::add(std::string_view customer, std::string_view domain)
{
    const auto found = std::find_if(shares_.begin(), shares_.end(), [&](const share& s) {
        return s.domain == domain && s.customer == customer;
    });
    if (found == shares_.end())
        shares_.push_back({std::string(customer), std::string(domain), 1});
    else
        ++found->recipients;
}

std::string_view envelope::sole_customer() const
{
    if (shares_.empty() || others_ > 0)
        return {};
    const std::string& first = shares_.front().customer;
    const bool alone =
        std::all_of(shares_.begin(), shares_.end(), [&](const share& s) { return s.customer == first; });
    return alone ? std::string_view(first) : std::string_view();
}

std::optional<envelope> sort_recipients(const customer_directory& directory,
                                        std::span<const std::string> recipients)
{
    envelope sorted;
    for (const std::string& recipient : recipients) {
        const std::string domain = split_address(recipient).domain;
        const customer_directory::owner owner = directory.owner_of(domain);
        if (owner.found == known::cannot_say)
            return std::nullopt;
        if (owner.found == known::yes)
            sorted.add(owner.customer.name, domain);
        else
            sorted.add_other();
    }
    return sorted;
}

}  // namespace odmr
