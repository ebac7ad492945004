#include "core/presence.hpp"

#include <algorithm>

namespace odmr
{

void presence::enter(mail_route& route, const std::vector<std::string>& domains)
{
    for (const std::string& domain : domains) {
        auto& routes = domains_[domain];
        routes.push_back(&route);
        if (routes.size() == 1)
            listener_.domain_online(domain);
        else
            listener_.routes_changed(domain);
    }
}

void presence::leave(mail_route& route)
{
    std::vector<std::string> changed;
    for (auto& [domain, routes] : domains_)
        if (std::erase(routes, &route) > 0)
            changed.push_back(domain);
    for (const std::string& domain : changed) {
        const auto found = domains_.find(domain);
        if (!found->second.empty()) {
            listener_.routes_changed(domain);
            continue;
        }
        domains_.erase(found);
        listener_.domain_offline(domain);
    }
}

mail_route* presence::route_to(std::string_view domain) const
{
    const auto found = domains_.find(domain);
    if (found == domains_.end())
        return nullptr;
    return *std::min_element(found->second.begin(), found->second.end(),
                             [](const mail_route* a, const mail_route* b) { return a->load() < b->load(); });
}

std::optional<capabilities> presence::offers(std::string_view domain) const
{
    const auto found = domains_.find(domain);
    if (found == domains_.end())
        return std::nullopt;
    capabilities all = found->second.front()->offers();
    for (const mail_route* route : found->second)
        all = common(all, route->offers());
    return all;
}

std::vector<mail_route*> presence::routes_of(std::string_view customer) const
{
    std::vector<mail_route*> found;
    for (const auto& [domain, routes] : domains_)
        for (mail_route* route : routes)
            if (route->customer() == customer && std::find(found.begin(), found.end(), route) == found.end())
                found.push_back(route);
    return found;
}

}  // namespace odmr
