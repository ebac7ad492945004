// fake_directory - a customer_directory a test writes down as two maps.
#pragma once

#include "core/customer_directory.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace odmr::test
{

class fake_directory : public customer_directory
{
public:
    [[nodiscard]] owner owner_of(std::string_view domain) const override
    {
        if (silent.contains(domain))
            return {known::cannot_say, {}};
        const auto found = domains.find(domain);
        return found == domains.end() ? owner{} : owner{known::yes, found->second};
    }
    [[nodiscard]] known has_recipient(std::string_view local, std::string_view domain) const override
    {
        const std::string address = std::string(local) + '@' + std::string(domain);
        if (silent.contains(address))
            return known::cannot_say;
        return recipients.contains(address) ? known::yes : known::no;
    }

    std::map<std::string, customer_view, std::less<>> domains;
    std::set<std::string, std::less<>> recipients;
    std::set<std::string, std::less<>> silent;  ///< domains and addresses about which nothing can be said
};

}  // namespace odmr::test
