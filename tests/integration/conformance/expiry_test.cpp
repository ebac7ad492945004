// Mail that nobody fetches is returned to its sender when the time is over, and not before: a line that is
// cut returns nothing.
#include "conformance_test.hpp"

namespace odmr::test
{
namespace
{

class expiry : public with_each_mail_system
{
protected:
    /// What waits is older than the mail system keeps mail.
    void its_time_is_over()
    {
        if (with_sendmail()) {  // the run that comes by itself every confODMR_INTERVAL, with a shorter
                                // lifetime
            (void)run_or_throw({{the_provider().sendmail().command().string(), "-OTimeout.queuereturn=1s",
                                 "-qGodmr", "-qf"}});
            return;
        }
        // odmrd lets go of what it must not hold any longer, and Postfix returns it.
        for (const char* lifetime : {"maximal_queue_lifetime", "bounce_queue_lifetime"})
            the_provider().postfix().set(lifetime, "1s");
    }

    const provider::setup quick = {.odmr = {often}, .extra_main_cf = "queue_run_delay = 1s\n"};
};

TEST_P(expiry, mail_whose_time_is_over_is_returned_to_its_sender)
{
    start_holding(quick);
    const sent_message message = held({"ann@example.org"});
    bounce_is_right("ann@example.org");
    EXPECT_TRUE(wait_until([&] {
        its_time_is_over();
        return wait_until([&] { return host().queue().empty(); }, milliseconds(2'000));
    }));
    EXPECT_TRUE(returned(message, "ann@example.org"));
}

TEST_P(expiry, a_line_cut_returns_nothing)
{
    start_holding(quick);
    const sent_message message = held({"ann@example.org"}, 50'000);
    EXPECT_EQ(fetch_with(server_script().end_in_content(10'000)), session_end::by_script);
    ASSERT_TRUE(wait_until([&] { return the_provider().at_rest(message); }));
    EXPECT_TRUE(the_provider().elsewhere().box().messages().empty());
    expect_that_the_next_session_gets({message});
    EXPECT_TRUE(the_provider().elsewhere().box().messages().empty());
}

INSTANTIATE_TEST_SUITE_P(, expiry, each_mail_system, name_of_parameter);

// Postfix keeps a mixed message as one, and tries it at once.
class sendmail_only_expiry : public expiry
{
};

TEST_P(sendmail_only_expiry, of_a_mixed_message_is_for_the_customer_alone)
{
    start_holding(quick);
    const sent_message message = send({"ann@example.org", someone});
    ASSERT_TRUE(arrives_elsewhere(message));
    bounce_is_right("ann@example.org");
    EXPECT_TRUE(wait_until([&] {
        its_time_is_over();
        return host().queue().empty();
    }));
    EXPECT_TRUE(returned(message, "ann@example.org"));
}

INSTANTIATE_TEST_SUITE_P(, sendmail_only_expiry, sendmail_alone, name_of_parameter);

}  // namespace
}  // namespace odmr::test
