#include "core/stall_watch.hpp"

#include "core/release_window.hpp"

namespace odmr
{

bool stall_watch::concerned(std::size_t open) const
{
    return limit_.count() > 0 && open > release_window::few;
}

bool stall_watch::stalled(const sight& seen, clock_point now)
{
    const bool waits = concerned(seen.open) && seen.customers_turn;
    // More messages may have come; that is no progress.
    const bool moves = !last_ || seen.steps != last_->steps || seen.acknowledged != last_->acknowledged;
    if (waits && !moves)
        return now - since_ >= limit_;
    last_ = seen;
    since_ = now;
    return false;
}

}  // namespace odmr
