#include "core/presence.hpp"

#include <algorithm>
#include <utility>

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
    std::vector<std::pair<std::string, bool>> left;  // domain, and whether it is offline now
    for (auto& [domain, routes] : domains_)
        if (std::erase(routes, &route) > 0)
            left.emplace_back(domain, routes.empty());
    // Nobody hears of it before all of it is true: a listener may ask about any domain.
    std::erase_if(domains_, [](const auto& entry) { return entry.second.empty(); });
    for (const auto& [domain, offline] : left) {
        if (offline)
            listener_.domain_offline(domain);
        else
            listener_.routes_changed(domain);
    }
}

mail_route* presence::route_to(std::string_view domain) const
{
    return route_to(domain, [](const capabilities&) { return true; });
}

mail_route* presence::route_to(std::string_view domain, const condition& will_do) const
{
    const auto found = domains_.find(domain);
    if (found == domains_.end())
        return nullptr;
    mail_route* best = nullptr;
    for (mail_route* route : found->second)
        if (will_do(route->offers()) && (best == nullptr || route->load() < best->load()))
            best = route;
    return best;
}

std::optional<capabilities> presence::offers(std::string_view domain) const
{
    const auto found = domains_.find(domain);
    if (found == domains_.end())
        return std::nullopt;
    capabilities all = found->second.front()->offers();
    for (const mail_route* route : found->second)
        all = either(all, route->offers());
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
