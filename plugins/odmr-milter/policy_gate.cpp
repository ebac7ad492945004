#include "milter/policy_gate.hpp"

#include <utility>

namespace odmr::milter
{

bool policy_gate::may_ask(time_point now)
{
    if (!closed_)
        return true;
    if (now < opens_)
        return false;
    opens_ = now + pause_when_slow_;  // should this one never report
    return true;
}

bool policy_gate::answered()
{
    return std::exchange(closed_, false);
}

bool policy_gate::failed(outcome how, time_point now)
{
    opens_ = now + (how == outcome::timed_out ? pause_when_slow_ : pause_when_dead);
    return !std::exchange(closed_, true);
}

}  // namespace odmr::milter
