// The tests' own tools against each other, and sendmail/odmr.m4 against the real Sendmail: a private Sendmail
// between a sender, the sink that is "elsewhere", and a sink in the place of odmrd.
#include "support/private_sendmail.hpp"

#include "support/smtp_sink.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace odmr::test
{
namespace
{

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

const auto empty = [](const auto& queue) { return queue.empty(); };

class private_sendmail_test : public ::testing::Test
{
protected:
    outgoing_message to(const std::vector<std::string>& recipients)
    {
        return {"ann@elsewhere.example", recipients, content, "BODY=8BITMIME"};
    }

    const std::string content = make_content("hello", 100'000);
    const temp_dir dir;
    const smtp_sink elsewhere;
    private_sendmail sendmail{dir.path(), elsewhere.port()};
};

TEST(private_sendmail, starts_in_less_than_a_second_and_a_half)
{
    const temp_dir dir;
    const auto begin = clock::now();
    const private_sendmail sendmail(dir.path(), 1);
    EXPECT_LT(clock::now() - begin, milliseconds(1'500));
}

TEST_F(private_sendmail_test, sends_mail_for_other_domains_elsewhere_byte_for_byte)
{
    sendmail.inject(to({"bob@other.example"}));
    ASSERT_TRUE(wait_until([&] { return elsewhere.box().count("bob@other.example", content) == 1; }));
    EXPECT_TRUE(sendmail.wait_for_queue(empty));
}

TEST_F(private_sendmail_test, keeps_mail_of_customers_and_never_tries_to_deliver_it)
{
    const smtp_sink customers(sendmail.lmtp_socket());
    sendmail.set_domains({"example.org"});
    const std::string id = sendmail.inject(to({"bob@example.org"}));
    sendmail.flush();
    const std::vector<queued_message> queue = sendmail.queue();
    ASSERT_EQ(queue.size(), 1U);
    EXPECT_EQ(queue.front().queue_name, "odmr");
    EXPECT_EQ(queue.front().queue_id, id);
    EXPECT_EQ(queue.front().sender, "ann@elsewhere.example");
    ASSERT_EQ(queue.front().recipients.size(), 1U);
    EXPECT_EQ(queue.front().recipients.front().address, "bob@example.org");
    EXPECT_EQ(customers.log().text(), "");
    EXPECT_THAT(sendmail.log_of(id), Contains(HasSubstr("mailer=odmr, pri=")));
    EXPECT_THAT(sendmail.log(), Not(HasSubstr("stat=Deferred")));
}

TEST_F(private_sendmail_test, splits_a_message_for_customers_and_others)
{
    sendmail.set_domains({"example.org", "example.com"});
    const std::string id = sendmail.inject(to({"bob@example.org", "eve@example.com", "joe@other.example"}));
    ASSERT_TRUE(wait_until([&] { return elsewhere.box().count("joe@other.example", content) == 1; }));
    ASSERT_TRUE(sendmail.wait_for_queue([](const auto& queue) { return queue.size() == 1; }));
    const queued_message customers = sendmail.queue().front();
    EXPECT_NE(customers.queue_id, id);
    EXPECT_EQ(customers.accepted_as, id);
    EXPECT_THAT(customers.recipients, SizeIs(2));
    EXPECT_THAT(sendmail.log_of(id),
                Contains(HasSubstr("to=<eve@example.com>, delay=00:00:00, mailer=odmr")));
}

TEST_F(private_sendmail_test, knows_etrn_on_its_control_port_alone)
{
    sendmail.set_domains({"example.org"});
    EXPECT_THAT(smtp_sender(sendmail.port()).say("ETRN example.org"), StartsWith("502 "));
    EXPECT_THAT(smtp_sender(sendmail.control_port()).say("ETRN example.org"), StartsWith("250 "));
}

TEST_F(private_sendmail_test, hands_over_what_waits_for_a_domain_byte_for_byte)
{
    sendmail.set_domains({"example.org", "example.com"});
    sendmail.inject(to({"bob@example.org"}));
    const std::string other = sendmail.inject(to({"eve@example.com"}));
    const smtp_sink customers(sendmail.lmtp_socket());
    sendmail.release("example.org");
    ASSERT_TRUE(sendmail.wait_for_queue([&](const auto& queue) { return queue.size() == 1; }));
    EXPECT_EQ(customers.box().count("bob@example.org", content), 1);
    EXPECT_EQ(sendmail.queue().front().queue_id, other);
}

TEST_F(private_sendmail_test, adds_no_header_a_message_does_not_have)
{
    sendmail.set_domains({"example.org"});
    const std::string bare = "Subject: nothing else\r\n\r\n" + std::string(10'000, 'x') + "\r\n";
    sendmail.inject({"ann@elsewhere.example", {"bob@example.org"}, bare});
    const smtp_sink customers(sendmail.lmtp_socket());
    sendmail.release("example.org");
    ASSERT_TRUE(sendmail.wait_for_queue(empty));
    const std::string received = customers.box().messages().front().content;
    EXPECT_THAT(received, EndsWith("\r\n" + bare));
    for (const char* name : {"\r\nDate:", "\r\nFrom:", "\r\nMessage-Id:"})
        EXPECT_THAT(received, Not(HasSubstr(name)));
}

TEST_F(private_sendmail_test, keeps_its_queue_when_it_is_restarted)
{
    sendmail.set_domains({"example.org"});
    const std::string id = sendmail.inject(to({"bob@example.org"}));
    sendmail.restart();
    ASSERT_EQ(sendmail.queue().size(), 1U);
    EXPECT_EQ(sendmail.queue().front().queue_id, id);
    sendmail.inject(to({"joe@other.example"}));
    EXPECT_TRUE(wait_until([&] { return elsewhere.box().count("joe@other.example", content) == 1; }));
}

TEST_F(private_sendmail_test, lists_its_queue_with_the_command_of_odmr_conf)
{
    sendmail.set_domains({"example.org"});
    const std::string id = sendmail.inject(to({"bob@example.org"}));
    const auto parameters = sendmail.parameters();
    EXPECT_THAT(run_or_throw({{parameters.at("sendmail_command"), "-C", parameters.at("sendmail_config"),
                               "-bp", "-qGodmr", "-qR@example.org"}}),
                HasSubstr(id));
}

TEST(private_sendmail, returns_expired_mail_elsewhere)
{
    const temp_dir dir;
    const smtp_sink elsewhere;
    const private_sendmail sendmail(dir.path(), elsewhere.port(), "define(`confTO_QUEUERETURN', `1s')dnl\n");
    sendmail.set_domains({"example.org"});
    sendmail.inject({"ann@elsewhere.example", {"bob@example.org"}, make_content("old")});
    ASSERT_TRUE(wait_until([&] {
        (void)run_or_throw({{sendmail.command().string(), "-qGodmr", "-qf"}});
        return sendmail.queue().empty();
    }));
    ASSERT_TRUE(wait_until([&] { return elsewhere.box().accepted().size() == 1; }));
    EXPECT_THAT(elsewhere.box().accepted().front().content, HasSubstr("bob@example.org"));
    EXPECT_THAT(elsewhere.box().accepted().front().recipients, ElementsAre("ann@elsewhere.example"));
}

}  // namespace
}  // namespace odmr::test
