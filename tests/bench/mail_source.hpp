// mail_source - fills the queue of a site with numbered mail.
#pragma once

#include "bench/site.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace odmr::bench
{

/// Hands in so many numbered messages with bodies of about so many octets at that port, on site::senders
/// connections. recipient says for whom each is, counted from 0. Throws std::runtime_error when one is
/// refused.
void send_numbered(std::uint16_t port, std::uint64_t first, std::size_t messages, std::uint64_t octets,
                   const std::function<std::string(std::size_t)>& recipient);

class mail_source
{
public:
    /// provider outlives this.
    explicit mail_source(const site& provider) : provider_(provider) {}

    /// Puts so many messages with bodies of about so many octets on hold, for so many customers from that one
    /// on, each in turn. The number of the first. Throws std::runtime_error when they are not all on hold
    /// then.
    std::uint64_t hold(std::size_t messages, std::uint64_t octets, std::size_t customer = 0,
                       std::size_t customers = 1);

private:
    const site& provider_;
    std::uint64_t next_ = 1;
};

}  // namespace odmr::bench
