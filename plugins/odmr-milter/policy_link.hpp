// policy_link - a connection on which odmrd's policy service is asked, one question at a time.
#pragma once

#include "protocol/policy_client.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace odmr::milter
{

using duration = std::chrono::steady_clock::duration;
using time_point = std::chrono::steady_clock::time_point;

/// What became of a question.
enum class outcome {
    answered,
    broken,     ///< nobody is there, the line broke, or the answer was nonsense
    timed_out,  ///< odmrd is there and does not answer
};

class policy_link
{
public:
    virtual ~policy_link() = default;
    /// Asks a question as format_policy_request writes it, and waits up to limit for the answer; connects
    /// first where that has not been done. After anything but `answered` the link is of no more use.
    virtual outcome ask(const std::string& question, duration limit, policy_verdict& answer) = 0;
};

using link_maker = std::function<std::unique_ptr<policy_link>()>;
using steady_time = std::function<time_point()>;

}  // namespace odmr::milter
