// mail_source - fills the queue of a site with numbered mail.
#pragma once

#include "bench/site.hpp"

#include <cstddef>
#include <cstdint>

namespace odmr::bench
{

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
