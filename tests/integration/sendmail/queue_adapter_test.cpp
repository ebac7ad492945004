// odmrd's queue adapter with the real Sendmail: mail is asked for by ETRN when a customer comes, when mail
// comes, and when a listing shows what nobody saw come; what a customer defers is left alone for a while; and
// nothing is left behind. What either mail system must do is in the conformance suite.
#include "provider_test.hpp"

namespace odmr::test
{
namespace
{

using ::testing::HasSubstr;
using ::testing::StartsWith;

class queue_adapter : public provider_test
{
protected:
    void start(provider::parameters odmr = {})
    {
        provider_test::start({.host = mail_system::sendmail, .odmr = std::move(odmr)});
    }
    /// A customer who stays on the line.
    scripted_customer& lingering(const std::string& atrn = "ATRN")
    {
        scripted_customer& customer = turned(atrn);
        customer.serve();
        EXPECT_TRUE(wait_until([&] { return the_provider().serves("example.org"); }));
        return customer;
    }
    [[nodiscard]] bool log_has(const std::string& text) const
    {
        return const_cast<queue_adapter*>(this)->the_provider().odmrd().log().find(text) != std::string::npos;
    }
};

TEST_F(queue_adapter, mail_waits_and_arrives)
{
    start();
    const sent_message message = waiting({"ann@example.org"});
    EXPECT_EQ(fetch("ATRN example.org"), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(queue_adapter, without_mail_the_answer_is_453)
{
    start();
    EXPECT_THAT(logged_in().say("ATRN"), StartsWith("453 "));
    const sent_message message = waiting({"ann@example.org"});
    EXPECT_THAT(logged_in().say("ATRN example.com"), StartsWith("453 "));
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_THAT(logged_in().say("ATRN"), StartsWith("453 "));
}

TEST_F(queue_adapter, mail_nobody_saw_come_is_found_while_the_customer_stays)
{
    start({{"linger", "1h"}});
    the_provider().milter().kill_9();
    lingering();
    const sent_message first = send({"ann@example.org"});
    EXPECT_TRUE(arrives(first, "ann@example.org"));
    const sent_message second = send({"ann@example.org", "bob@example.com"});
    EXPECT_TRUE(arrives(second, "ann@example.org"));
    EXPECT_TRUE(arrives(second, "bob@example.com"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(queue_adapter, mail_that_was_seen_to_come_needs_no_listing)
{
    start({{"linger", "1h"}, {"sendmail_command", "/bin/false"}});
    lingering();
    const sent_message message = send({"ann@example.org", "bob@example.com"});
    const auto came = [&] {
        return box_.count("ann@example.org", message.message.content) > 0 &&
               box_.count("bob@example.com", message.message.content) > 0;
    };
    // On a busy machine Sendmail may be asked before it has queued the message. The next one brings it along.
    for (int others = 0; others < 10 && !wait_until(came, milliseconds(2'000)); ++others)
        send({"ann@example.org", "bob@example.com"});
    EXPECT_TRUE(came());
    EXPECT_TRUE(log_has("queue-listing-failed"));
}

TEST_F(queue_adapter, a_control_port_that_does_not_answer_is_tried_again)
{
    start({{"linger", "1h"}, {"sendmail_control", "127.0.0.1:1"}});
    const sent_message message = waiting({"ann@example.org"});
    lingering();
    EXPECT_TRUE(wait_until([&] { return log_has("etrn-failed"); }));
    the_provider().set("sendmail_control",
                       "127.0.0.1:" + std::to_string(the_provider().sendmail().control_port()));
    the_provider().odmrd().reread_configuration();
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_TRUE(log_has("etrn-works-again"));
}

TEST_F(queue_adapter, what_the_customer_defers_is_not_asked_for_again_and_again)
{
    start();
    const sent_message deferred = waiting({"ann@example.org"});
    const sent_message delivered = waiting({"bob@example.org"});
    scripted_customer& customer = turned();
    customer.script().answer("RCPT TO:<ann@", "450 4.2.1 Mailbox busy");
    customer.serve();
    EXPECT_EQ(customer.wait_for_end(), session_end::quit);
    EXPECT_TRUE(arrives(delivered, "bob@example.org"));
    EXPECT_TRUE(still_waits(deferred, "ann@example.org"));
    EXPECT_LE(the_provider().host().attempts(deferred.queue_id),
              2U);  // Sendmail's child may hold it at first
    EXPECT_FALSE(log_has("mail-does-not-come"));
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(deferred, "ann@example.org"));
}

TEST_F(queue_adapter, what_the_customer_deferred_is_tried_again_while_he_stays)
{
    start({{"linger", "1h"}, {"reconcile_interval", "2s"}});
    const sent_message message = waiting({"ann@example.org"});
    scripted_customer& customer = turned();
    customer.script().answer("RCPT TO:<ann@", "450 4.2.1 Mailbox busy", 1);
    customer.serve();
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(queue_adapter, long_addresses_are_cut_in_the_listing_and_arrive)
{
    start({{"linger", "1h"}});
    lingering();
    const std::string local(64, 'x');
    const sent_message cut_in_the_domain = send({local + "@example.org"});
    EXPECT_TRUE(arrives(cut_in_the_domain, local + "@example.org"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(queue_adapter, mail_for_a_longer_name_is_not_taken_for_ones_own)
{
    start();
    the_provider().add_customer("carol", {"example.org.uk"});
    const sent_message other = waiting({"ann@example.org.uk"});
    EXPECT_THAT(logged_in().say("ATRN example.org"), StartsWith("453 "));
    const sent_message own = waiting({"ann@example.org"});
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(own, "ann@example.org"));
    EXPECT_TRUE(still_waits(other, "ann@example.org.uk"));
    EXPECT_EQ(fetch("ATRN", "carol"), session_end::quit);
    EXPECT_TRUE(arrives(other, "ann@example.org.uk"));
}

TEST_F(queue_adapter, mail_for_one_that_is_offline_stays_when_the_message_is_asked_for)
{
    start();
    the_provider().add_customer("carol", {"example.net"});
    const sent_message message = waiting({"ann@example.org", "bob@example.net"});
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_TRUE(still_waits(message, "bob@example.net"));
    EXPECT_EQ(fetch("ATRN", "carol"), session_end::quit);
    EXPECT_TRUE(arrives(message, "bob@example.net"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(queue_adapter, a_long_queue_is_drained_in_one_session_and_nothing_is_left)
{
    start();
    std::vector<std::vector<std::string>> recipients(300, {"ann@example.org"});
    the_provider().send_many(recipients);
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_EQ(box_.accepted().size(), recipients.size());
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(queue_adapter, the_ledger_knows_what_waits)
{
    start();
    waiting({"ann@example.org"});
    the_provider().odmrctl_or_throw({"reconcile"});
    EXPECT_THAT(the_provider().odmrctl_or_throw({"queue"}), HasSubstr("example.org"));
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(wait_until(
        [&] { return the_provider().odmrctl_or_throw({"queue"}).find("example.org") == std::string::npos; }));
}

TEST_F(queue_adapter, nothing_is_on_hold)
{
    start();
    waiting({"ann@example.org"});
    const auto result = the_provider().odmrctl({"release", "alice"});
    EXPECT_NE(result.status, 0);
    EXPECT_THAT(result.error, HasSubstr("nothing is on hold: Sendmail keeps"));
}

}  // namespace
}  // namespace odmr::test
