#include "core/lmtp_admission.hpp"

#include "core/acceptance.hpp"
#include "protocol/command.hpp"

#include <algorithm>

namespace odmr
{

lmtp_admission::lmtp_admission(const std::string& domain, const presence& online, open_messages& open,
                               const settings& config)
    : online_(online), open_(open), config_(config), scope_(scope_of(domain, online, config))
{
}

std::optional<capabilities> lmtp_admission::promise()
{
    offered_ = scope_->offers();
    if (!offered_)
        return std::nullopt;
    return promise_to_mta(*offered_, config_.eight_bit);
}

bool lmtp_admission::promise_broken() const
{
    return offered_ && scope_->broken(*offered_);
}

std::optional<reply> lmtp_admission::refuse(const transaction& message, const recipient& to)
{
    if (message.recipients.empty())
        over();  // of a transaction that was reset
    const std::string domain = to_lower(to.path.domain);
    // The socket alone never decides who gets mail.
    if (!scope_->includes(domain))
        return reply(450, "4.4.1", "recipient's domain is not served on this socket");
    if (!online_.route_to(domain))
        return reply(450, "4.4.1", "customer is offline");
    std::vector<std::string> domains = domains_;
    if (std::ranges::find(domains, domain) == domains.end())
        domains.push_back(domain);
    std::optional<reply> refusal = reply(450, "4.5.3", "no session serves this and the former recipients");
    const auto will_do = [&](const capabilities& offers) {
        refusal = cannot_take(offers, message, to, config_.eight_bit);
        return !refusal;
    };
    const mail_route* const route = online_.route_to(domains, will_do);
    if (!route && refusal->permanent() && promise_broken())  // on a new connection the MTA may find a way
        return reply(451, "4.3.3", "customer has another session now: " + refusal->lines.front());
    if (!route)
        return refusal;
    // Said of one message, this costs the domain's others nothing; a refused connection would count against
    // the domain as a whole.
    if (!place_)
        place_ = open_.take(route->customer(), config_.max_open_messages);
    if (!place_)
        return reply(450, "4.4.5", "as many messages as may be are under way to this customer");
    domains_ = std::move(domains);
    return std::nullopt;
}

mail_route* lmtp_admission::route_for(const transaction& message) const
{
    const auto route_by = [&](eight_bit_content rule) {
        return online_.route_to(domains_,
                                [&](const capabilities& offers) { return can_take(offers, message, rule); });
    };
    mail_route* best = route_by(eight_bit_content::refuse);
    return best == nullptr && config_.eight_bit == eight_bit_content::pass ? route_by(config_.eight_bit)
                                                                           : best;
}

/// Every recipient was taken, so there was a session for it at that time: what has changed since?
reply lmtp_admission::no_route_for(const transaction& message) const
{
    const auto served = [&](const presence::condition& will_do) {
        return online_.route_to(domains_, will_do) != nullptr;
    };
    if (!served([](const capabilities&) { return true; }))
        return {451, "4.4.1", "customer is offline"};
    // Larger than was declared, if it was: the MTA could not know. It is not to come again.
    const std::uint64_t size = known_size(message);
    if (!promise_broken() && !served([size](const capabilities& offers) { return !too_large(offers, size); }))
        return too_large_reply();
    return {451, "4.3.3", "no session of the customer can take this message now"};
}

void lmtp_admission::over()
{
    domains_.clear();
    place_ = nullptr;
}

}  // namespace odmr
