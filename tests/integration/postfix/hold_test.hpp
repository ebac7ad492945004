// hold_test - what the tests of holding share: an odmrd that holds mail already, and mail that is on hold.
#pragma once

#include "provider_test.hpp"
#include "support/smtp_sender.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace odmr::test
{

class hold_test : public provider_test
{
protected:
    /// The policy service as it stands in main.cf.fragment, for restriction lists of a test's own.
    static constexpr const char* policy =
        "check_policy_service { unix:odmr/policy, timeout=10s, try_limit=1, default_action=DUNNO }";

    /// provider_test::start, and makes sure that mail for offline customers is put on hold.
    void start_holding(const provider::setup& how = {});
    /// Starts odmrd (again), and the same.
    void start_odmrd_holding();

    /// A message that is on hold now.
    sent_message held(const std::vector<std::string>& recipients, std::size_t octets = 0);
    /// So many messages for one recipient that are all on hold now.
    std::vector<sent_message> many_held(const std::string& recipient, std::size_t messages,
                                        std::size_t octets = 0);
    /// Hands in a message in the test's own words (`say` ends with the answer to the content); it is entered
    /// in the books with these recipients.
    template <class Say>
    sent_message sent_by_hand(const std::vector<std::string>& recipients, Say say)
    {
        smtp_sender sender(the_provider().postfix().port());
        outgoing_message message{"sender@elsewhere.example", recipients, make_content("by hand")};
        sent_message sent{queue_id_in(say(sender, message.content)), message};
        the_provider().book(sent);
        return sent;
    }

    [[nodiscard]] bool on_hold(const sent_message& message) { return in(message, "hold"); }
    [[nodiscard]] bool deferred(const sent_message& message) { return in(message, "deferred"); }
    /// True when it gets into that queue within patience.
    [[nodiscard]] bool comes_to_be(const sent_message& message, const std::string& queue)
    {
        return wait_until([&] { return in(message, queue); });
    }

    /// A session that asks for mail and gets what there is. How it ended; nothing when there was no mail
    /// (453).
    std::optional<session_end> visit();

    /// What must come of a message to ann@example.org and someone: it is not a customer's alone.
    void expect_that_only_the_customer_waits(const sent_message& message);
    /// A message to ann@example.org, and nothing is left then.
    void expect_that_the_next_session_gets(const sent_message& message);

    /// Runs through the whole deferred queue; seen by this message, which is in it and stays.
    void queue_run(const sent_message& in_deferred);

private:
    [[nodiscard]] bool in(const sent_message& message, const std::string& queue)
    {
        return the_provider().queue_of(message) == queue;
    }
};

}  // namespace odmr::test
