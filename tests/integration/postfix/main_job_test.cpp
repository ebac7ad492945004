// The whole main job (RFC 2645 5): mail waits in Postfix's own queue, the customer connects, authenticates
// and says ATRN, and Postfix's copy goes down that connection.
#include "provider_test.hpp"

namespace odmr::test
{
namespace
{

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

class main_job : public provider_test
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

TEST_F(main_job, mail_for_an_offline_customer_waits_and_arrives_byte_for_byte)
{
    start();
    const sent_message message = waiting({"ann@example.org"});
    EXPECT_EQ(fetch("ATRN example.org"), session_end::quit);
    ASSERT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_EQ(the_message().sender, "sender@elsewhere.example");
    EXPECT_THAT(the_message().recipients, ElementsAre("ann@example.org"));
    // Postfix puts one Received header in front, and nothing else has changed a byte.
    const std::string& content = the_message().content;
    ASSERT_THAT(content, EndsWith(message.message.content));
    EXPECT_THAT(content.substr(0, content.size() - message.message.content.size()),
                MatchesRegex("Received: [^\r]*\r\n([ \t][^\r]*\r\n)*"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(main_job, mail_that_a_flush_of_the_domain_does_not_know_is_asked_for_by_queue_id)
{
    // As for mail that was deferred before its domain was among fast_flush_domains.
    start({.extra_main_cf = "fast_flush_domains =\n"});
    const sent_message message = waiting({"ann@example.org"});
    EXPECT_EQ(fetch("ATRN example.org"), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(main_job, works_under_starttls)
{
    start({.tls = true});
    const sent_message first = waiting({"ann@example.org"}, 100'000);
    const sent_message second = waiting({"ann@example.org"}, 100'000);
    scripted_customer& customer = connected();
    EXPECT_THAT(customer.start_tls(the_provider().certificate_file()), StartsWith("220 2.0.0 "));
    EXPECT_THAT(customer.ehlo(), StartsWith("250-"));
    EXPECT_THAT(customer.authenticate("CRAM-MD5", "alice", provider::password), StartsWith("235 "));
    EXPECT_THAT(customer.say("ATRN example.org"), StartsWith("250 "));
    customer.serve();
    EXPECT_EQ(customer.wait_for_end(), session_end::quit);
    EXPECT_TRUE(arrives(first, "ann@example.org"));
    EXPECT_TRUE(arrives(second, "ann@example.org"));
}

TEST_F(main_job, works_with_tls_from_the_first_octet)
{
    start({.tls = true});
    const sent_message message = waiting({"ann@example.org"}, 100'000);
    scripted_customer& customer = new_customer();
    EXPECT_THAT(customer.connect_tls(the_provider().tls_port(), the_provider().certificate_file()),
                StartsWith("220 "));
    EXPECT_THAT(customer.ehlo(), StartsWith("250-"));
    EXPECT_THAT(customer.authenticate("SCRAM-SHA-256", "alice", provider::password), StartsWith("235 "));
    EXPECT_THAT(customer.say("ATRN example.org"), StartsWith("250 "));
    customer.serve();
    EXPECT_EQ(customer.wait_for_end(), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
}

TEST_F(main_job, the_provider_is_silent_until_the_customer_has_greeted)
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

TEST_F(main_job, a_message_of_several_megabytes_arrives)
{
    start();
    const sent_message message = waiting({"ann@example.org"}, 8'000'000);
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
}

TEST_F(main_job, a_hundred_messages_arrive_in_one_session)
{
    start();
    std::vector<sent_message> messages;
    for (int i = 0; i < 100; ++i)
        messages.push_back(send({"ann@example.org"}, 4'000));
    EXPECT_EQ(fetch(), session_end::quit);
    for (const sent_message& message : messages)
        EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(main_job, all_recipients_of_a_message_at_one_domain_share_one_transaction)
{
    start();
    waiting({"ann@example.org", "bob@example.org", "eve@example.org"});
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_THAT(the_message().recipients,
                ElementsAre("ann@example.org", "bob@example.org", "eve@example.org"));
}

TEST_F(main_job, a_bounce_keeps_its_empty_sender)
{
    start();
    the_provider().postfix().inject({"", {"ann@example.org"}, make_content("a report")});
    ASSERT_TRUE(the_provider().postfix().wait_for_queue(
        [](const auto& queue) { return queue.size() == 1 && queue.front().queue_name == "hold"; }));
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_THAT(the_message().mail, StartsWith("MAIL FROM:<>"));
}

TEST_F(main_job, size_and_8bitmime_are_passed_to_a_customer_that_offers_them)
{
    start();
    waiting({"ann@example.org"});
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_THAT(the_message().mail, HasSubstr(" BODY=8BITMIME"));
    EXPECT_THAT(the_message().mail, HasSubstr(" SIZE="));
}

TEST_F(main_job, a_customer_without_any_extension_gets_its_mail)
{
    start();
    // Nothing in it needs an extension.
    const std::string content =
        "From: <sender@elsewhere.example>\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\n"
        "Message-ID: <plain@elsewhere.example>\r\n\r\n.seven bits\r\n";
    the_provider().postfix().inject({"sender@elsewhere.example", {"ann@example.org"}, content});
    scripted_customer& customer = turned();
    customer.script().features = {};
    customer.serve();
    EXPECT_EQ(customer.wait_for_end(), session_end::quit);
    EXPECT_THAT(the_message().content, EndsWith(content));
    EXPECT_EQ(the_message().mail, "MAIL FROM:<sender@elsewhere.example>");
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(main_job, the_socket_of_a_domain_exists_while_a_session_serves_it)
{
    start();
    const auto served = [this](const char* domain) {
        return std::filesystem::exists(the_provider().socket_of(domain));
    };
    waiting({"ann@example.org"});
    EXPECT_FALSE(served("example.org"));
    scripted_customer& customer = turned("ATRN example.org");
    customer.script().stall_at("MAIL");
    customer.serve();
    ASSERT_TRUE(customer.wait_until_stalled());
    EXPECT_TRUE(served("example.org"));
    EXPECT_FALSE(served("example.com"));
    customer.go_on();
    EXPECT_EQ(customer.wait_for_end(), session_end::quit);
    EXPECT_TRUE(wait_until([&] { return !served("example.org"); }));
}

}  // namespace
}  // namespace odmr::test
