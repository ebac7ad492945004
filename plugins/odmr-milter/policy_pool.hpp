// policy_pool - the connections to odmrd that the mail system's SMTP sessions share. Each mail transaction
// has one to itself from its first question to its last: odmrd keeps what it has seen of a message by
// connection. Any number of threads may use it.
//
// A connection that has died since it was used last, because odmrd was restarted, is found out by the first
// question of a transaction, and replaced once. When it breaks later, the rest of the transaction goes
// without questions, as Postfix does it: odmrd has forgotten the recipients it had seen.
#pragma once

#include "milter/policy_gate.hpp"
#include "milter/policy_link.hpp"
#include "protocol/policy.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace odmr::milter
{

/// The questions of one mail transaction.
class policy_line
{
public:
    virtual ~policy_line() = default;
    /// Nothing when odmrd was not asked or did not answer: from then on it is not asked any more.
    virtual std::optional<policy_verdict> ask(const policy_request& question) = 0;
};

class policy_pool
{
public:
    static constexpr std::size_t max_idle = 20;

    /// time_limit: for all the questions of one transaction together.
    policy_pool(link_maker make, duration time_limit, steady_time now = std::chrono::steady_clock::now);

    /// For one transaction; the pool outlives it. Nothing is connected before the first question.
    std::unique_ptr<policy_line> begin();

private:
    class borrowed_line;

    [[nodiscard]] bool may_ask();
    /// A link that was used before, or nothing.
    std::unique_ptr<policy_link> take_idle();
    void give_back(std::unique_ptr<policy_link> link);
    /// One idle link is dead, so all are.
    void drop_idle();
    void report(outcome how);

    link_maker make_;
    duration time_limit_;
    steady_time now_;

    std::mutex mutex_;  // of what follows
    policy_gate gate_;
    std::vector<std::unique_ptr<policy_link>> idle_;
};

}  // namespace odmr::milter
