// The real fetchmail in ODMR mode as the customer, with an SMTP server of the customer's behind it.
#include "support/fetchmail.hpp"

#include "provider_test.hpp"

namespace odmr::test
{
namespace
{

using ::testing::HasSubstr;

class fetchmail : public provider_test
{
protected:
    command_result run(const std::string& domains, const std::string& password = provider::password)
    {
        return run_fetchmail({.odmr_port = the_provider().port(),
                              .user = "alice",
                              .password = password,
                              .domains = domains,
                              .smtp_port = home_.port()});
    }

    /// Into the books goes what the customer's own server has.
    void take_in()
    {
        for (const received_message& message : home_.box().messages())
            box_.add(message);
    }

    [[nodiscard]] const mailbox& home_box() const { return home_.box(); }

private:
    smtp_sink home_;
};

TEST_F(fetchmail, fetches_the_mail_of_all_domains_byte_for_byte)
{
    start();
    const sent_message org = waiting({"ann@example.org"}, 50'000);
    const sent_message com = waiting({"ann@example.com", "bob@example.com"}, 50'000);
    const command_result result = run("example.org,example.com");
    EXPECT_EQ(result.status, 0) << result.output << result.error;
    EXPECT_TRUE(queue_becomes_empty());
    take_in();
    EXPECT_EQ(box_.count("ann@example.org", org.message.content), 1);
    EXPECT_EQ(box_.count("ann@example.com", com.message.content), 1);
    EXPECT_EQ(box_.count("bob@example.com", com.message.content), 1);
}

TEST_F(fetchmail, fetches_fifty_messages_in_one_session)
{
    start();
    for (int i = 0; i < 50; ++i)
        send({"ann@example.org"}, 4'000);
    const command_result result = run("example.org");
    EXPECT_EQ(result.status, 0) << result.output << result.error;
    EXPECT_TRUE(queue_becomes_empty());
    take_in();
    EXPECT_EQ(box_.accepted().size(), 50U);
}

TEST_F(fetchmail, says_that_there_is_no_mail)
{
    start();
    const command_result result = run("example.org");
    EXPECT_THAT(result.output + result.error, HasSubstr("453 4.0.0 You have no mail"));
}

TEST_F(fetchmail, is_not_let_in_with_a_wrong_password)
{
    start();
    const sent_message message = waiting({"ann@example.org"});
    const command_result result = run("example.org", "wrong");
    EXPECT_NE(result.status, 0);
    EXPECT_THAT(result.output + result.error, HasSubstr("535"));
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
}

TEST_F(fetchmail, gets_nothing_when_one_of_its_domains_is_not_its_own)
{
    start();
    const sent_message message = waiting({"ann@example.org"});
    const command_result result = run("example.org,example.net");
    EXPECT_NE(result.status, 0);
    EXPECT_TRUE(home_box().messages().empty());
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
}

}  // namespace
}  // namespace odmr::test
