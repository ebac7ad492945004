// policy_pulse - asks odmrd about a stranger's recipient a thousand times a second, as Postfix would, and
// notes how long it waits for the answer: no longer than the event loop stands still.
#pragma once

#include "support/wait.hpp"

#include <string>
#include <thread>
#include <vector>

namespace odmr::bench
{

class policy_pulse
{
public:
    static constexpr test::milliseconds interval{1};

    /// Begins at once; odmrd must be there.
    explicit policy_pulse(const std::string& policy_socket);

    /// Asks no more. Milliseconds from when each question was due to its answer. Throws std::runtime_error
    /// when odmrd has closed the connection.
    std::vector<double> end();

private:
    void run(const std::stop_token& stop, const std::string& policy_socket);

    std::vector<double> waits_;
    std::string problem_;
    std::jthread thread_;
};

}  // namespace odmr::bench
