// A recipient's fate is the customer's own reply: 2xx delivers, 5xx returns to the sender, 4xx keeps in the
// queue, and each only that recipient.
#include "conformance_test.hpp"

#include <algorithm>

namespace odmr::test
{
namespace
{

using ::testing::HasSubstr;

class per_recipient : public with_each_mail_system
{
protected:
    /// What the sender hears about a recipient that was returned, once it does.
    std::string bounce_to_sender()
    {
        const auto bounces = [this] { return the_provider().elsewhere().box().messages(); };
        EXPECT_TRUE(wait_until([&] { return !bounces().empty(); }));
        return bounces().empty() ? "" : bounces().front().content;
    }
};

TEST_P(per_recipient, a_550_returns_that_one_to_the_sender_and_delivers_the_other)
{
    start();
    const sent_message message = waiting({"ann@example.org", "bob@example.org"});
    bounce_is_right("bob@example.org");
    EXPECT_EQ(fetch_with(server_script().answer("RCPT TO:<bob@", "550 5.1.1 No bob here")),
              session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_THAT(bounce_to_sender(), HasSubstr("550 5.1.1 No bob here"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_P(per_recipient, a_450_keeps_that_one_and_delivers_the_other)
{
    start();
    const sent_message message = waiting({"ann@example.org", "bob@example.org"});
    EXPECT_EQ(fetch_with(server_script().answer("RCPT TO:<bob@", "450 4.2.2 Mailbox full")),
              session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_TRUE(still_waits(message, "bob@example.org"));
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(message, "bob@example.org"));
}

TEST_P(per_recipient, the_queue_shows_the_customers_own_words_for_what_it_keeps)
{
    start();
    waiting({"bob@example.org"});
    EXPECT_EQ(fetch_with(server_script().answer("RCPT TO:<bob@", "450 4.2.2 Mailbox full")),
              session_end::quit);
    EXPECT_TRUE(host().wait_for_queue([](const auto& queue) {
        return queue.size() == 1 && queue.front().recipients.size() == 1 &&
               queue.front().recipients.front().delay_reason.find("450 4.2.2 Mailbox full") !=
                   std::string::npos;
    }));
}

TEST_P(per_recipient, one_accepted_one_refused_and_one_deferred_have_three_fates)
{
    start();
    const sent_message message = waiting({"ann@example.org", "bob@example.org", "eve@example.org"});
    bounce_is_right("bob@example.org");
    server_script script;
    script.answer("RCPT TO:<bob@", "550 5.1.1 No bob here").answer("RCPT TO:<eve@", "452 4.2.2 Later");
    EXPECT_EQ(fetch_with(script), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_TRUE(still_waits(message, "eve@example.org"));
}

TEST_P(per_recipient, when_all_recipients_are_refused_the_next_message_is_delivered)
{
    start();
    waiting({"bob@example.org"});
    const sent_message next = waiting({"ann@example.org"});
    bounce_is_right("bob@example.org");
    EXPECT_EQ(fetch_with(server_script().answer("RCPT TO:<bob@", "550 5.1.1 No bob here")),
              session_end::quit);
    EXPECT_TRUE(arrives(next, "ann@example.org"));
}

TEST_P(per_recipient, a_354_although_all_recipients_were_refused_delivers_nothing)
{
    start();
    waiting({"bob@example.org"});
    bounce_is_right("bob@example.org");
    server_script script;
    script.answer("RCPT", "550 5.1.1 No bob here")
        .answer("DATA", "354 Go ahead all the same")
        .answer(".", "554 5.5.1 No");
    scripted_customer& customer = turned();
    customer.script() = script;
    customer.serve();
    EXPECT_EQ(customer.wait_for_end(), session_end::quit);  // RFC 2920 3.1: a lone dot ends it
    EXPECT_TRUE(box_.messages().empty());
}

TEST_P(per_recipient, a_sender_refused_with_5xx_returns_the_message)
{
    start();
    waiting({"ann@example.org", "bob@example.org"});
    bounce_is_right("ann@example.org");
    bounce_is_right("bob@example.org");
    EXPECT_EQ(fetch_with(server_script().answer("MAIL", "550 5.7.1 Not from you")), session_end::quit);
    EXPECT_THAT(bounce_to_sender(), HasSubstr("550 5.7.1 Not from you"));
}

TEST_P(per_recipient, a_sender_refused_with_4xx_keeps_the_message)
{
    start();
    const sent_message message = waiting({"ann@example.org"});
    EXPECT_EQ(fetch_with(server_script().answer("MAIL", "451 4.7.1 Greylisted")), session_end::quit);
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
}

TEST_P(per_recipient, data_refused_with_4xx_keeps_the_message)
{
    start();
    const sent_message message = waiting({"ann@example.org"});
    EXPECT_EQ(fetch_with(server_script().answer("DATA", "451 4.3.0 Disk full")), session_end::quit);
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
}

TEST_P(per_recipient, content_refused_with_5xx_returns_the_message)
{
    start();
    waiting({"ann@example.org"});
    bounce_is_right("ann@example.org");
    EXPECT_EQ(fetch_with(server_script().answer(".", "554 5.7.1 It is spam")), session_end::quit);
    EXPECT_THAT(bounce_to_sender(), HasSubstr("554 5.7.1 It is spam"));
}

TEST_P(per_recipient, content_refused_with_4xx_keeps_the_message_and_the_next_is_tried)
{
    start();
    const sent_message first = waiting({"ann@example.org"});
    const sent_message second = waiting({"bob@example.org"});
    EXPECT_EQ(fetch_with(server_script().answer(".", "452 4.3.1 Not now")), session_end::quit);
    EXPECT_TRUE(still_waits(first, "ann@example.org"));
    EXPECT_TRUE(still_waits(second, "bob@example.org"));
    const auto tried = [this](const char* recipient) {
        return std::ranges::any_of(
            box_.messages(), [&](const received_message& m) { return m.recipients.front() == recipient; });
    };
    EXPECT_TRUE(tried("ann@example.org"));
    EXPECT_TRUE(tried("bob@example.org"));
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_P(per_recipient, a_421_in_the_middle_keeps_the_rest)
{
    start();
    const sent_message first = waiting({"ann@example.org"});
    const sent_message second = waiting({"bob@example.org"});
    EXPECT_EQ(fetch_with(server_script().end_at("MAIL", "421 4.3.2 Enough for today", 2)),
              session_end::by_script);
    EXPECT_TRUE(wait_until([&] { return box_.accepted().size() == 1; }));
    EXPECT_NE(still_waits(first, "ann@example.org"), still_waits(second, "bob@example.org"));
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_P(per_recipient, a_421_greeting_keeps_everything)
{
    start();
    const sent_message message = waiting({"ann@example.org"});
    scripted_customer& customer = turned();
    customer.script().greeting = "421 4.3.2 Busy";
    customer.serve();
    EXPECT_NE(customer.wait_for_end(), std::nullopt);
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
}

TEST_P(per_recipient, a_server_that_refuses_ehlo_is_greeted_with_helo)
{
    start();
    host().inject({"sender@elsewhere.example", {"ann@example.org"}, "Subject: 7 bits\r\n\r\nHello\r\n"});
    EXPECT_EQ(fetch_with(server_script().answer("EHLO", "502 5.5.1 EHLO is too modern")), session_end::quit);
    EXPECT_TRUE(queue_becomes_empty());
    EXPECT_EQ(box_.accepted().size(), 1U);
}

TEST_P(per_recipient, a_server_that_refuses_ehlo_and_helo_gets_nothing_and_nothing_is_lost)
{
    start();
    const sent_message message = waiting({"ann@example.org"});
    server_script script;
    script.answer("EHLO", "550 5.7.1 Go away").answer("HELO", "550 5.7.1 Go away");
    EXPECT_NE(fetch_with(script), std::nullopt);
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
}

INSTANTIATE_TEST_SUITE_P(, per_recipient, each_mail_system, name_of_parameter);

}  // namespace
}  // namespace odmr::test
