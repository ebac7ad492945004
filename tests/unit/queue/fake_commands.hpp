// fake_commands - queue commands that release nothing and remember what they were asked to do.
#pragma once

#include "queue/queue_commands.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::test
{

class fake_commands : public queue_commands
{
public:
    std::vector<std::string> on_hold = {};  ///< these are released, and others not
    std::string problem = {};               ///< what every command says in the end

    /// "release A B", "wake", "wake flush".
    [[nodiscard]] std::vector<std::string> calls() const
    {
        const std::lock_guard lock(mutex_);
        return calls_;
    }

    /// Eight digits, so that a plain id need not be valid.
    [[nodiscard]] bool valid_id(std::string_view id) const override
    {
        return id.size() == 8 && id.find_first_not_of("0123456789") == std::string_view::npos;
    }

    command_outcome release(const std::vector<std::string>& ids) override
    {
        std::string call = "release";
        command_outcome outcome;
        for (const std::string& id : ids) {
            call += ' ' + id;
            if (std::find(on_hold.begin(), on_hold.end(), id) != on_hold.end())
                outcome.released.push_back(id);
        }
        remember(call);
        outcome.problem = problem;
        return outcome;
    }

    command_outcome wake(bool flush_dead) override
    {
        remember(flush_dead ? "wake flush" : "wake");
        command_outcome outcome;
        outcome.problem = problem;
        return outcome;
    }

private:
    void remember(const std::string& call)
    {
        const std::lock_guard lock(mutex_);
        calls_.push_back(call);
    }
    mutable std::mutex mutex_;
    std::vector<std::string> calls_;
};

}  // namespace odmr::test
