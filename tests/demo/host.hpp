// host - what differs from one mail system to the other in the demo's story.
#pragma once

#include "support/provider.hpp"

#include <memory>
#include <string>
#include <vector>

namespace odmr::demo
{

class host
{
public:
    virtual ~host() = default;

    [[nodiscard]] virtual std::string name() const = 0;
    /// Where it has what odmr needs: "main.cf".
    [[nodiscard]] virtual std::string configuration() const = 0;
    /// To be shown; it runs already.
    [[nodiscard]] virtual std::vector<std::string> start_command() const = 0;
    [[nodiscard]] virtual std::vector<std::string> list_command() const = 0;
    /// The command of what stands between it and odmrd; it runs already, too.
    virtual void show_what_goes_with_it() const = 0;

    /// The three messages of the story wait as they should: of each nothing but the customer's copy.
    [[nodiscard]] virtual bool all_wait(const std::vector<test::queued_message>& queue) const = 0;
    /// The same in words that can be checked.
    [[nodiscard]] virtual std::string what_waits() const = 0;
    /// In sentences that end before the queue is shown.
    [[nodiscard]] virtual std::string how_they_wait() const = 0;
};

/// For this provider's mail system. isp outlives it.
std::unique_ptr<host> make_host(const test::provider& isp);

}  // namespace odmr::demo
