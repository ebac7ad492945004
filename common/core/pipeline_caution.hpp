// pipeline_caution - how far ahead of its replies a customer's server is trusted to keep up.
//
// Some servers offer PIPELINING or CHUNKING (RFC 2920, RFC 3030) and cannot do it: they lose what they have
// not read yet, or answer nothing any more. What a session that broke while it ran ahead has not delivered
// comes again in the next, which would break in the same place. So the next ones go back a step for a while.
#pragma once

#include "protocol/smtp_client.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace odmr
{

enum class pipeline_trust {
    full,      ///< whatever is offered
    one,       ///< one transaction at a time, in groups of commands; no CHUNKING
    lockstep,  ///< one command at a time
};

std::string_view name_of(pipeline_trust trust);

class pipeline_caution
{
public:
    using clock_point = std::chrono::steady_clock::time_point;  ///< given by the caller

    /// proof: so many messages answered while others were under way show that the server can do it; when a
    /// session breaks after them, something else was wrong. What is not trusted is tried again after `pause`.
    explicit pipeline_caution(std::uint64_t proof = 100, std::chrono::minutes pause = std::chrono::hours(1))
        : proof_(proof), pause_(pause)
    {
    }

    /// How the next session of that customer is to be run.
    [[nodiscard]] pipeline_trust trust_in(std::string_view customer, clock_point now) const;

    /// A session of that customer, run with such trust, ended by the server's doing: so far ahead of the
    /// replies, and after so many that came while it was ahead by transactions. Says whether there is less
    /// trust than before.
    bool broke(const std::string& customer, pipeline_trust ran_with, smtp_client::ahead how_far,
               std::uint64_t answered, clock_point now);

private:
    struct doubt {
        pipeline_trust trust;
        clock_point until;
    };
    std::uint64_t proof_;
    std::chrono::minutes pause_;
    std::map<std::string, doubt, std::less<>> doubts_;
};

/// The settings of the engine for such trust, from those for full trust.
smtp_client::settings with_trust(smtp_client::settings s, pipeline_trust trust);

}  // namespace odmr
