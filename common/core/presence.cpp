#include "core/presence.hpp"

#include <algorithm>
#include <utility>

namespace odmr
{

namespace
{

capabilities without_size(capabilities offers)
{
    offers.size = false;
    offers.size_limit = 0;
    return offers;
}

}  // namespace

void presence::enter(mail_route& route, const std::vector<std::string>& domains)
{
    const capabilities offers = without_size(route.offers());
    customers_[route.customer()].push_back({&route, domains, offers});
    ++offers_[offers];
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
    const auto of_customer = customers_.find(route.customer());
    if (of_customer == customers_.end())
        return;
    auto& members = of_customer->second;
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const membership& member) { return member.route == &route; });
    if (found == members.end())
        return;
    const std::vector<std::string> domains = std::move(found->domains);
    if (const auto same = offers_.find(found->offers); --same->second == 0)
        offers_.erase(same);
    members.erase(found);
    if (members.empty())
        customers_.erase(of_customer);
    forget(route, domains);
}

/// Nobody hears of it before all of it is true: a listener may ask about any domain.
void presence::forget(mail_route& route, const std::vector<std::string>& domains)
{
    std::vector<std::pair<std::string, bool>> left;  // domain, and whether it is offline now
    for (const std::string& domain : domains) {
        const auto found = domains_.find(domain);
        if (found == domains_.end() || std::erase(found->second, &route) == 0)
            continue;
        left.emplace_back(domain, found->second.empty());
        if (found->second.empty())
            domains_.erase(found);
    }
    for (const auto& [domain, offline] : left) {
        if (offline)
            listener_.domain_offline(domain);
        else
            listener_.routes_changed(domain);
    }
}

mail_route* presence::route_to(std::string_view domain) const
{
    const std::string only(domain);
    return route_to(std::span(&only, 1), [](const capabilities&) { return true; });
}

mail_route* presence::route_to(std::span<const std::string> domains, const condition& will_do) const
{
    const auto found = domains_.find(domains.front());
    if (found == domains_.end())
        return nullptr;
    const auto serves_the_others = [&](const mail_route* route) {
        return std::ranges::all_of(domains.subspan(1), [&](const std::string& domain) {
            const auto also = domains_.find(domain);
            return also != domains_.end() && std::ranges::find(also->second, route) != also->second.end();
        });
    };
    mail_route* best = nullptr;
    for (mail_route* route : found->second)
        if (serves_the_others(route) && will_do(route->offers()) &&
            (best == nullptr || route->load() < best->load()))
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

std::optional<capabilities> presence::offered_by_all() const
{
    if (offers_.empty())
        return std::nullopt;
    capabilities all = offers_.begin()->first;
    for (const auto& [offers, routes] : offers_)
        all = both(all, offers);
    return all;
}

std::vector<mail_route*> presence::routes_of(std::string_view customer) const
{
    std::vector<mail_route*> found;
    if (const auto of_customer = customers_.find(customer); of_customer != customers_.end())
        for (const membership& member : of_customer->second)
            found.push_back(member.route);
    return found;
}

}  // namespace odmr
