#include "core/pipeline_caution.hpp"

#include <algorithm>

namespace odmr
{

std::string_view name_of(pipeline_trust trust)
{
    switch (trust) {
        case pipeline_trust::full:
            return "full";
        case pipeline_trust::one:
            return "one message at a time";
        case pipeline_trust::lockstep:
            break;
    }
    return "one command at a time";
}

pipeline_trust pipeline_caution::trust_in(std::string_view customer, clock_point now) const
{
    const auto found = doubts_.find(customer);
    return found == doubts_.end() || found->second.until <= now ? pipeline_trust::full : found->second.trust;
}

bool pipeline_caution::broke(const std::string& customer, pipeline_trust ran_with, smtp_client::ahead how_far,
                             std::uint64_t answered, clock_point now)
{
    std::erase_if(doubts_, [&](const auto& entry) { return entry.second.until <= now; });
    if (how_far == smtp_client::ahead::not_at_all || answered >= proof_)
        return false;
    const pipeline_trust next =
        ran_with == pipeline_trust::full ? pipeline_trust::one : pipeline_trust::lockstep;
    const pipeline_trust before = trust_in(customer, now);
    doubts_.insert_or_assign(customer, doubt{std::max(next, before), now + pause_});
    return next > before;
}

smtp_client::settings with_trust(smtp_client::settings s, pipeline_trust trust)
{
    if (trust != pipeline_trust::full) {
        s.depth = 1;
        s.chunking = false;
    }
    if (trust == pipeline_trust::lockstep)
        s.pipelining = false;
    return s;
}

}  // namespace odmr
