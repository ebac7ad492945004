// Envelopes that go several ways: what is for somebody else does not wait, what is for a customer does, and
// each gets it once.
#include "conformance_test.hpp"

namespace odmr::test
{
namespace
{

using ::testing::SizeIs;

class envelopes : public with_each_mail_system
{
protected:
    /// The recipient gets it, and then nothing is left.
    void expect_that_the_next_session_gets_only(const std::string& recipient, const sent_message& message)
    {
        EXPECT_EQ(fetch(), session_end::quit);
        EXPECT_TRUE(arrives(message, recipient));
        EXPECT_TRUE(queue_becomes_empty());
    }
};

TEST_P(envelopes, a_recipient_elsewhere_does_not_wait_for_a_customer)
{
    start_holding();
    const sent_message message = send({"ann@example.org", someone});
    EXPECT_TRUE(arrives_elsewhere(message));
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
    expect_that_the_next_session_gets_only("ann@example.org", message);
}

TEST_P(envelopes, a_recipient_elsewhere_who_comes_first_does_not_wait_either)
{
    start_holding();
    const sent_message message = send({someone, "ann@example.org"});
    EXPECT_TRUE(arrives_elsewhere(message));
    expect_that_the_next_session_gets_only("ann@example.org", message);
}

TEST_P(envelopes, of_two_customers_each_gets_a_copy_in_its_own_session)
{
    start_holding();
    the_provider().add_customer("bob", {"example.net"});
    const sent_message message = waiting({"ann@example.org", "bob@example.net"});
    EXPECT_EQ(fetch("ATRN", "bob"), session_end::quit);
    EXPECT_TRUE(arrives(message, "bob@example.net"));
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
    expect_that_the_next_session_gets_only("ann@example.org", message);
    for (const received_message& received : box_.accepted())
        EXPECT_THAT(received.recipients, SizeIs(1));
}

TEST_P(envelopes, of_two_customers_and_somebody_elsewhere_only_the_customers_wait)
{
    start_holding();
    the_provider().add_customer("bob", {"example.net"});
    const sent_message message = send({"ann@example.org", someone, "bob@example.net"});
    EXPECT_TRUE(arrives_elsewhere(message));
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
    EXPECT_TRUE(still_waits(message, "bob@example.net"));
    EXPECT_EQ(fetch("ATRN", "alice"), session_end::quit);
    EXPECT_EQ(fetch("ATRN", "bob"), session_end::quit);
    EXPECT_TRUE(arrives(message, "bob@example.net"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_P(envelopes, one_customer_on_the_line_and_one_who_is_not)
{
    start_holding({.odmr = {stay}});
    the_provider().add_customer("bob", {"example.net"});
    serving();
    const sent_message message = send({"ann@example.org", "bob@example.net"});
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_TRUE(still_waits(message, "bob@example.net"));
}

TEST_P(envelopes, fifty_recipients_at_a_customer_and_one_elsewhere)
{
    start_holding();
    std::vector<std::string> recipients;
    for (int i = 0; i < 50; ++i)
        recipients.push_back("user" + std::to_string(i) + "@example.org");
    recipients.insert(recipients.begin() + 25, someone);
    const sent_message message = send(recipients);
    EXPECT_TRUE(arrives_elsewhere(message));
    expect_that_the_next_session_gets_only("user0@example.org", message);
    EXPECT_THAT(box_.accepted(), SizeIs(1));
}

INSTANTIATE_TEST_SUITE_P(, envelopes, each_mail_system, name_of_parameter);

}  // namespace
}  // namespace odmr::test
