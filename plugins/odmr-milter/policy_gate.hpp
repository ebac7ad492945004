// policy_gate - whether odmrd is worth a question now. While it is dead or slow, mail is not to wait for it:
// after a failure nobody asks for a while, then one question tries, and the others go on without until that
// one is answered.
//
// It has no lock and no clock of its own.
#pragma once

#include "milter/policy_link.hpp"

namespace odmr::milter
{

class policy_gate
{
public:
    static constexpr duration pause_when_dead = std::chrono::seconds(1);

    /// time_limit: of a question. A slow odmrd is left alone for twice as long, so that waiting for it takes
    /// a third of the time at most.
    explicit policy_gate(duration time_limit) : pause_when_slow_(2 * time_limit) {}

    /// Whether to ask; whoever is told so reports what became of it.
    bool may_ask(time_point now);

    /// True when it was a failure before: somebody should hear of the change.
    bool answered();
    bool failed(outcome how, time_point now);

private:
    duration pause_when_slow_;
    bool closed_ = false;
    time_point opens_{};  ///< for one question
};

}  // namespace odmr::milter
