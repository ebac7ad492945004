// The real fetchmail in ODMR mode as the customer, with an SMTP server of the customer's behind it.
#include "support/fetchmail.hpp"

#include "provider_test.hpp"
#include "support/private_postfix.hpp"

#include <memory>

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
        fetchmail_poll poll{.odmr_port = the_provider().port(),
                            .user = "alice",
                            .password = password,
                            .domains = domains,
                            .smtp_port = home_port_ != 0 ? home_port_ : home_->port()};
        if (over_tls_) {
            poll.odmr_port = the_provider().tls_port();
            poll.trusted_certificate = the_provider().certificate_file();
        }
        return run_fetchmail(poll);
    }

    /// Into the books goes what the customer's own server has.
    void take_in()
    {
        for (const received_message& message : home_->box().messages())
            box_.add(message);
    }

    [[nodiscard]] const mailbox& home_box() const { return home_->box(); }

    bool over_tls_ = false;
    std::unique_ptr<smtp_sink> home_ = std::make_unique<smtp_sink>();
    std::uint16_t home_port_ = 0;  ///< of the server in front of it, if there is one
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

// Under TLS fetchmail reads one line each time its socket is readable; the others of that record stay where
// they are until it is readable again.
class fetchmail_over_tls : public fetchmail
{
protected:
    void SetUp() override
    {
        start({.tls = true, .extra_main_cf = "lmtp_line_length_limit = 0\n"});
        over_tls_ = true;
    }

    void fetch_all(const std::vector<sent_message>& messages)
    {
        const command_result result = run("example.org");
        EXPECT_EQ(result.status, 0) << result.output << result.error;
        EXPECT_TRUE(queue_becomes_empty());
        take_in();
        for (const sent_message& sent : messages)
            EXPECT_EQ(box_.count("ann@example.org", sent.message.content), 1);
        EXPECT_THAT(the_provider().odmrd().log(), HasSubstr("tls: "));
    }

    std::vector<sent_message> fifty()
    {
        return the_provider().send_many(std::vector<std::vector<std::string>>(50, {"ann@example.org"}),
                                        4'000);
    }

    sent_message large_message()
    {
        outgoing_message large{
            "sender@elsewhere.example", {"ann@example.org"}, make_content("large"), "BODY=8BITMIME"};
        for (std::size_t length = 0; large.content.size() < 1'000'000; length = (length * 7 + 3) % 997)
            large.content += std::string(length, 'x') + "\r\n";
        // At about 8192 octets fetchmail's buffer is full before a line ends.
        for (std::size_t length = 8'180; length < 8'200; ++length)
            large.content += std::string(length, 'y') + "\r\n" + std::string(2 * length, 'z') + "\r\n";
        sent_message sent(the_provider().postfix().inject(large), large);
        the_provider().book(sent);
        return sent;
    }

    void home_takes_chunks()
    {
        server_script script;
        script.features.emplace_back("CHUNKING");
        home_ = std::make_unique<smtp_sink>(script);
    }
};

TEST_F(fetchmail_over_tls, fetches_fifty_messages_in_one_session)
{
    fetch_all(fifty());
}

TEST_F(fetchmail_over_tls, fetches_them_for_a_server_that_takes_chunks)
{
    home_takes_chunks();
    fetch_all(fifty());
}

TEST_F(fetchmail_over_tls, fetches_them_for_a_server_that_takes_one_command_at_a_time)
{
    server_script script;
    script.features = {"8BITMIME"};
    home_ = std::make_unique<smtp_sink>(script);
    fetch_all(fifty());
}

TEST_F(fetchmail_over_tls, fetches_them_for_a_postfix)
{
    const temp_dir directory;
    const private_postfix postfix(directory.path(), home_->port());
    home_port_ = postfix.port();
    const std::vector<sent_message> messages = fifty();
    const command_result result = run("example.org");
    EXPECT_EQ(result.status, 0) << result.output << result.error;
    EXPECT_TRUE(queue_becomes_empty());
    EXPECT_TRUE(postfix.wait_for_queue([](const auto& queue) { return queue.empty(); }));
    take_in();
    EXPECT_EQ(box_.accepted().size(), messages.size());
}

TEST_F(fetchmail_over_tls, fetches_a_large_message_of_long_and_short_lines_byte_for_byte)
{
    fetch_all({large_message()});
}

TEST_F(fetchmail_over_tls, fetches_it_for_a_server_that_takes_chunks)
{
    home_takes_chunks();
    fetch_all({large_message()});
}

TEST_F(fetchmail_over_tls, says_that_there_is_no_mail)
{
    const command_result result = run("example.org");
    EXPECT_THAT(result.output + result.error, HasSubstr("453 4.0.0 You have no mail"));
}

}  // namespace
}  // namespace odmr::test
