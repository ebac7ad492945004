// presence - which customer session, if any, takes the mail of a domain now.
//
// A route is whatever can take a transaction for a customer: today a session of this process; a front end on
// another host can stand behind the same interface. Nobody outside may assume that it is local.
#pragma once

#include "protocol/capabilities.hpp"
#include "protocol/transaction.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

class mail_route
{
public:
    virtual ~mail_route() = default;
    [[nodiscard]] virtual const std::string& customer() const = 0;
    /// What the customer's server said it can take.
    [[nodiscard]] virtual const capabilities& offers() const = 0;
    /// How much stands before a new transaction: octets under way, and more when a sign of life is owed.
    [[nodiscard]] virtual std::uint64_t load() const = 0;
    /// Asks the customer for a sign of life; without one the route ends.
    virtual void probe() = 0;
    /// Takes the transaction; every recipient of it will be settled, come what may.
    virtual void submit(std::shared_ptr<transaction> message) = 0;
};

class presence
{
public:
    /// Called when a domain gets its first route (online) and when it has lost its last.
    struct listener {
        virtual ~listener() = default;
        virtual void domain_online(const std::string& domain) = 0;
        virtual void domain_offline(const std::string& domain) = 0;
        /// One more route joined a domain that was online already, or left it so.
        virtual void routes_changed(const std::string& domain) = 0;
    };

    explicit presence(listener& l) : listener_(l) {}

    /// The route takes mail for these domains (in lower case) from now on; once for each route. It must leave
    /// before it is destroyed.
    void enter(mail_route& route, const std::vector<std::string>& domains);
    void leave(mail_route& route);

    /// The domain's route with the least load; nullptr when the domain is offline.
    [[nodiscard]] mail_route* route_to(std::string_view domain) const;
    /// The same among those that serve all of these domains, one or more, and whose offers will do; nullptr
    /// when there is none. `will_do` is asked about every route that serves them.
    using condition = std::function<bool(const capabilities&)>;
    [[nodiscard]] mail_route* route_to(std::span<const std::string> domains, const condition& will_do) const;
    /// What at least one route of the domain offers: a message goes to one that can take it. nullopt when the
    /// domain is offline.
    [[nodiscard]] std::optional<capabilities> offers(std::string_view domain) const;
    /// What every route of every customer offers, their limits of size apart; nullopt when nobody is online.
    [[nodiscard]] std::optional<capabilities> offered_by_all() const;
    /// All routes of that customer.
    [[nodiscard]] std::vector<mail_route*> routes_of(std::string_view customer) const;

private:
    struct membership {
        mail_route* route = nullptr;
        std::vector<std::string> domains;
        capabilities offers;  ///< as counted
    };

    void forget(mail_route& route, const std::vector<std::string>& domains);

    listener& listener_;
    std::map<std::string, std::vector<mail_route*>, std::less<>> domains_;
    /// The same by customer: nobody's coming and going costs more the more others there are.
    std::map<std::string, std::vector<membership>, std::less<>> customers_;
    /// How many routes offer the same, limits of size apart: there are few such sets, however many routes.
    std::map<capabilities, std::size_t> offers_;
};

}  // namespace odmr
