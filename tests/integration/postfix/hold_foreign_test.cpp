// What somebody else has put on hold, an administrator or a filter, is not odmr's to release.
#include "hold_test.hpp"

namespace odmr::test
{
namespace
{

class hold_foreign : public hold_test
{
protected:
    static constexpr const char* filter =
        "header_checks = regexp:{ {/^Subject: to filtered/ HOLD looks like spam} }\n";

    /// As an administrator must: what is in deferred, the queue manager has let go of.
    void administrator_holds(const sent_message& message)
    {
        ASSERT_TRUE(comes_to_be(message, "deferred"));
        the_provider().postfix().postsuper({"-h", message.queue_id, "deferred"});
        ASSERT_TRUE(on_hold(message));
    }

    void expect_that_a_session_does_not_release(const sent_message& foreign)
    {
        const auto lines = the_provider().postfix().log_of(foreign.queue_id);
        const sent_message own = held({"bob@example.org"});
        EXPECT_EQ(fetch(), session_end::quit);
        EXPECT_TRUE(arrives(own, "bob@example.org"));
        EXPECT_TRUE(on_hold(foreign));
        EXPECT_EQ(the_provider().postfix().log_of(foreign.queue_id), lines);  // nobody touched it
    }
};

TEST_F(hold_foreign, what_the_administrator_held_before_odmrd_saw_it_is_left_alone)
{
    prepare();
    const sent_message message = send({"ann@example.org"});
    administrator_holds(message);
    start_odmrd_holding();
    expect_that_a_session_does_not_release(message);
}

TEST_F(hold_foreign, what_the_administrator_held_after_it_was_let_go_is_left_alone)
{
    start_holding({.odmr = {often}});
    const sent_message message = held({"ann@example.org"});
    scripted_customer& customer = turned();
    customer.script().end_at("MAIL");
    customer.serve();
    EXPECT_EQ(customer.wait_for_end(), session_end::by_script);
    administrator_holds(message);
    expect_that_a_session_does_not_release(message);
}

TEST_F(hold_foreign, what_the_administrator_held_after_a_restart_is_left_alone)
{
    start_holding();
    const sent_message message = held({"ann@example.org"});
    scripted_customer& customer = turned();
    customer.script().stall_at("MAIL");
    customer.serve();
    ASSERT_TRUE(customer.wait_until_stalled());
    the_provider().odmrd().kill_9();
    administrator_holds(message);
    start_odmrd_holding();
    expect_that_a_session_does_not_release(message);
}

TEST_F(hold_foreign, what_a_header_check_held_while_the_customer_was_there_is_left_alone)
{
    start_holding({.odmr = {stay}, .extra_main_cf = filter});
    const sent_message first = held({"ann@example.org"});
    scripted_customer& customer = turned("ATRN example.org");
    customer.serve();
    ASSERT_TRUE(arrives(first, "ann@example.org"));
    ASSERT_TRUE(queue_becomes_empty());  // the provider has seen the reply, too: nothing of it comes again
    const sent_message message = send({"filtered@example.org"});
    EXPECT_TRUE(comes_to_be(message, "hold"));
    customer.cut();
    ASSERT_TRUE(
        wait_until([&] { return !std::filesystem::exists(the_provider().socket_of("example.org")); }));
    const sent_message own = held({"bob@example.org"});
    scripted_customer& next = turned("ATRN example.org");
    next.serve();
    EXPECT_TRUE(arrives(own, "bob@example.org"));
    EXPECT_TRUE(on_hold(message));
}

TEST_F(hold_foreign, what_a_header_check_held_of_a_mixed_envelope_is_left_alone)
{
    start_holding({.extra_main_cf = filter});
    const sent_message message = send({"filtered@example.org", "someone@elsewhere.example"});
    EXPECT_TRUE(comes_to_be(message, "hold"));
    expect_that_a_session_does_not_release(message);
}

TEST_F(hold_foreign, adopted_mail_is_released)
{
    prepare();
    const sent_message message = send({"ann@example.org"});
    administrator_holds(message);
    start_odmrd_holding();
    the_provider().odmrctl_or_throw({"reconcile"});  // so that odmrd has seen it
    the_provider().odmrctl_or_throw({"release", "--adopt", "alice"});
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_TRUE(queue_becomes_empty());
}

}  // namespace
}  // namespace odmr::test
