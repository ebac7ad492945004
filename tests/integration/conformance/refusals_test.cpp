// Mail that is refused as it arrives, at RCPT of the port that is open to the Internet: recipients a customer
// does not have, customers who are disabled, and customers for whom enough waits. Nobody else's mail is.
#include "conformance_test.hpp"
#include "support/smtp_sender.hpp"

namespace odmr::test
{
namespace
{

using namespace std::chrono_literals;
using ::testing::StartsWith;

constexpr const char* accepted = "250 2.1.5 ";
constexpr const char* unknown = "550 5.1.1 ";
constexpr const char* disabled = "450 4.2.1 ";
constexpr const char* full = "452 4.2.2 ";

class refusals : public with_each_mail_system
{
protected:
    /// The mail system's answer to RCPT.
    std::string rcpt(const std::string& recipient, const std::string& mail_parameters = "")
    {
        return answer_to_rcpt(host().port(), recipient, mail_parameters);
    }
    /// True when the answer begins so before long.
    bool comes_to_be(const std::string& recipient, const std::string& answer)
    {
        return wait_until([&] { return rcpt(recipient).starts_with(answer); }, 5s);
    }
    void list(const std::string& recipients)
    {
        the_provider().odmrctl_or_throw({"recipients", "example.org", "set", "-"}, recipients);
    }
};

TEST_P(refusals, recipients_that_are_not_on_the_list_are_unknown)
{
    start();
    EXPECT_THAT(rcpt("bob@example.org"), StartsWith(accepted));  // there is no list
    list("ann\n");
    EXPECT_TRUE(comes_to_be("bob@example.org", unknown));
    for (const char* known :
         {"ann@example.org", "ANN@Example.ORG", "ann+lists@example.org", "postmaster@example.org"})
        EXPECT_THAT(rcpt(known), StartsWith(accepted)) << known;
    EXPECT_THAT(rcpt("bob@example.com"), StartsWith(accepted));  // the customer's other domain
    the_provider().odmrctl_or_throw({"recipients", "example.org", "add", "bob"});
    EXPECT_TRUE(comes_to_be("bob@example.org", accepted));
}

TEST_P(refusals, an_empty_list_leaves_only_the_postmaster)
{
    start();
    list("");
    EXPECT_TRUE(comes_to_be("ann@example.org", unknown));
    EXPECT_THAT(rcpt("postmaster@example.org"), StartsWith(accepted));
}

TEST_P(refusals, a_refused_recipient_does_not_keep_the_others_from_their_mail)
{
    start();
    list("ann\n");
    EXPECT_TRUE(comes_to_be("bob@example.org", unknown));
    smtp_sender sender(host().port());
    outgoing_message message{
        "sender@elsewhere.example", {"ann@example.org", "x@elsewhere.example"}, make_content("three")};
    sender.must("MAIL FROM:<sender@elsewhere.example>");
    EXPECT_THAT(sender.say("RCPT TO:<ann@example.org>"), StartsWith(accepted));
    EXPECT_THAT(sender.say("RCPT TO:<bob@example.org>"), StartsWith(unknown));
    EXPECT_THAT(sender.say("RCPT TO:<x@elsewhere.example>"), StartsWith(accepted));
    sender.must("DATA", '3');
    the_provider().book({host().accepted_id(sender.content(message.content)), message});
    EXPECT_TRUE(arrives_elsewhere(the_provider().sent().back(), "x@elsewhere.example"));
}

TEST_P(refusals, other_domains_are_none_of_its_business)
{
    start();
    list("");
    the_provider().odmrctl_or_throw({"customer", "disable", "alice"});
    EXPECT_TRUE(comes_to_be("postmaster@example.org", disabled));
    for (const char* other :
         {"ann@elsewhere.example", "ann@sub.example.org", "ann@example.org.elsewhere.example"})
        EXPECT_THAT(rcpt(other), StartsWith(accepted)) << other;
}

TEST_P(refusals, a_disabled_customers_mail_is_to_be_tried_later)
{
    start();
    EXPECT_THAT(rcpt("ann@example.org"), StartsWith(accepted));
    the_provider().odmrctl_or_throw({"customer", "disable", "alice"});
    EXPECT_TRUE(comes_to_be("ann@example.org", disabled));
    the_provider().odmrctl_or_throw({"customer", "enable", "alice"});
    EXPECT_TRUE(comes_to_be("ann@example.org", accepted));
}

TEST_P(refusals, a_customer_for_whom_enough_messages_wait_gets_no_more)
{
    start({.odmr = {{"max_waiting_messages", "2"}}});
    the_provider().add_customer("bob", {"bob.example"}, {"--cram-md5", "--max-messages", "1"});
    the_provider().add_customer("carl", {"carl.example"}, {"--cram-md5", "--max-messages", "3"});
    for (const char* customers : {"ann@example.org", "x@bob.example", "x@carl.example"})
        EXPECT_TRUE(comes_to_be(customers, accepted));
    for (const char* recipient : {"ann@example.org", "x@bob.example", "x@carl.example", "ann@example.com"})
        waiting({recipient});
    waiting({"x@carl.example"});
    EXPECT_THAT(rcpt("ann@example.org"), StartsWith(full));
    EXPECT_THAT(rcpt("x@bob.example"), StartsWith(full));
    EXPECT_THAT(rcpt("x@carl.example"), StartsWith(accepted));
    waiting({"x@carl.example"});
    EXPECT_THAT(rcpt("x@carl.example"), StartsWith(full));
    EXPECT_THAT(rcpt("x@elsewhere.example"), StartsWith(accepted));
    // What was accepted comes, and then there is room again.
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(comes_to_be("ann@example.org", accepted));
}

TEST_P(refusals, a_customer_for_whom_enough_octets_wait_gets_no_more)
{
    start({.odmr = {{"max_waiting_size", "20K"}}});
    waiting({"ann@example.org"}, 10'000);
    EXPECT_THAT(rcpt("ann@example.org", "SIZE=15000"), StartsWith(full));  // as announced
    EXPECT_THAT(rcpt("ann@example.org", "SIZE=5000"), StartsWith(accepted));
    waiting({"ann@example.org"}, 12'000);  // not announced: it fits as far as is known
    EXPECT_THAT(rcpt("ann@example.org"), StartsWith(full));
    EXPECT_THAT(rcpt("ann@example.org", "SIZE=1"), StartsWith(full));
    the_provider().odmrctl_or_throw({"customer", "set", "alice", "--max-size", "1M"});
    EXPECT_TRUE(comes_to_be("ann@example.org", accepted));
}

INSTANTIATE_TEST_SUITE_P(, refusals, each_mail_system, name_of_parameter);

}  // namespace
}  // namespace odmr::test
