// host_mta - what the relay needs from the mail server that keeps the queue. postfix/ and (later) sendmail/
// implement it.
//
// The relay says which domains are online and what has come; how the MTA is made to hand its mail over is the
// adapter's business.
#pragma once

#include "net/asio.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace odmr
{

class host_mta
{
public:
    virtual ~host_mta() = default;

    /// A session serves the domain from now on: its mail may come.
    virtual void domain_online(const std::string& domain) = 0;
    /// Nobody serves it any more: nothing may come.
    virtual void domain_offline(const std::string& domain) = 0;

    /// A transaction for that domain has reached us by LMTP. queue_id is empty when the MTA does not tell.
    virtual void attempted(const std::string& domain, const std::string& queue_id) = 0;

    /// How many messages the MTA could deliver for these domains; nullopt when it did not say within the
    /// limit.
    virtual awaitable<std::optional<std::size_t>> waiting(std::vector<std::string> domains,
                                                          time_limit limit) = 0;

    /// How many of them have not been attempted since their domain came online, and are thus still to come.
    /// When there are any, the MTA is asked again to hand them over. nullopt when that cannot be known.
    virtual awaitable<std::optional<std::size_t>> still_to_come(std::vector<std::string> domains) = 0;
};

}  // namespace odmr
