// The whole main job (RFC 2645 5): mail waits in the mail system's own queue, the customer connects,
// authenticates and says ATRN, and the mail system's copy goes down that connection.
#include "conformance_test.hpp"

namespace odmr::test
{
namespace
{

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class main_job : public with_each_mail_system
{
protected:
    /// What the customer received, when it is one message.
    received_message the_message()
    {
        const std::vector<received_message> messages = box_.messages();
        EXPECT_EQ(messages.size(), 1U);
        return messages.empty() ? received_message{} : messages.front();
    }
};

TEST_P(main_job, mail_for_an_offline_customer_waits_and_arrives_byte_for_byte)
{
    start();
    const sent_message message = waiting({"ann@example.org"});
    EXPECT_EQ(fetch("ATRN example.org"), session_end::quit);
    ASSERT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_EQ(the_message().sender, "sender@elsewhere.example");
    EXPECT_THAT(the_message().recipients, ElementsAre("ann@example.org"));
    // The mail system puts one Received header in front, and nothing else has changed a byte.
    const std::string& content = the_message().content;
    ASSERT_THAT(content, EndsWith(message.message.content));
    EXPECT_THAT(content.substr(0, content.size() - message.message.content.size()),
                MatchesRegex("Received: [^\r]*\r\n([ \t][^\r]*\r\n)*"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_P(main_job, the_provider_is_silent_until_the_customer_has_greeted)
{
    start();
    waiting({"ann@example.org"});
    scripted_customer& customer = turned();
    customer.line().set_limit(milliseconds(500));
    EXPECT_THROW(customer.line().read_some(), peer_silent);  // RFC 2645 5.3
    customer.line().set_limit(patience);
    customer.serve();
    EXPECT_EQ(customer.wait_for_end(), session_end::quit);
    EXPECT_THAT(customer.log().lines(), Contains("< EHLO provider.example.net"));
}

TEST_P(main_job, a_message_of_several_megabytes_arrives)
{
    start();
    const sent_message message = waiting({"ann@example.org"}, 8'000'000);
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
}

TEST_P(main_job, a_hundred_messages_arrive_in_one_session)
{
    start();
    const std::vector<sent_message> messages =
        the_provider().send_many(std::vector(100, std::vector<std::string>{"ann@example.org"}), 4'000);
    EXPECT_EQ(fetch(), session_end::quit);
    for (const sent_message& message : messages)
        EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_P(main_job, all_recipients_of_a_message_at_one_domain_share_one_transaction)
{
    start();
    waiting({"ann@example.org", "bob@example.org", "eve@example.org"});
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_THAT(the_message().recipients,
                UnorderedElementsAre("ann@example.org", "bob@example.org", "eve@example.org"));
}

TEST_P(main_job, a_bounce_keeps_its_empty_sender)
{
    start();
    report_for("ann@example.org");
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_THAT(the_message().mail, StartsWith("MAIL FROM:<>"));
}

TEST_P(main_job, size_and_8bitmime_are_passed_to_a_customer_that_offers_them)
{
    start();
    waiting({"ann@example.org"});
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_THAT(the_message().mail, HasSubstr(" BODY=8BITMIME"));
    EXPECT_THAT(the_message().mail, HasSubstr(" SIZE="));
}

TEST_P(main_job, a_customer_without_any_extension_gets_its_mail)
{
    start();
    // Nothing in it needs an extension.
    const std::string content =
        "From: <sender@elsewhere.example>\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\n"
        "Message-ID: <plain@elsewhere.example>\r\n\r\n.seven bits\r\n";
    host().inject({"sender@elsewhere.example", {"ann@example.org"}, content});
    scripted_customer& customer = turned();
    customer.script().features = {};
    customer.serve();
    EXPECT_EQ(customer.wait_for_end(), session_end::quit);
    EXPECT_THAT(the_message().content, EndsWith(content));
    EXPECT_EQ(the_message().mail, "MAIL FROM:<sender@elsewhere.example>");
    EXPECT_TRUE(queue_becomes_empty());
}

INSTANTIATE_TEST_SUITE_P(, main_job, each_mail_system, name_of_parameter);

}  // namespace
}  // namespace odmr::test
