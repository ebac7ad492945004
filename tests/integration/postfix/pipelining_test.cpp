// Running ahead of the replies with a real Postfix at each end, and with servers that offer it and cannot.
#include "provider_test.hpp"
#include "support/private_postfix.hpp"
#include "support/smtp_sink.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <exception>
#include <thread>
#include <vector>

namespace odmr::test
{
namespace
{

using std::string;
using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<string> everything = {"PIPELINING", "CHUNKING", "8BITMIME", "ENHANCEDSTATUSCODES"};
const std::vector<string> only_pipelining = {"PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"};

/// Mail waits on hold.
class pipelining : public provider_test
{
protected:
    std::vector<sent_message> many_waiting(int count)
    {
        std::vector<sent_message> sent;
        sent.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i)
            sent.push_back(send({"ann@example.org"}, 3'000));
        EXPECT_TRUE(the_provider().postfix().wait_for_queue([&](const auto& queue) {
            return std::ranges::count(queue, "hold", &queued_message::queue_name) >= count;
        }));
        return sent;
    }

    session_end fetch_with(const server_script& script)
    {
        scripted_customer& customer = turned();
        customer.script() = script;
        customer.serve();
        return customer.wait_for_end().value();
    }
    /// The server waits at that command until so many messages stand behind it.
    session_end fetch_with(server_script script, std::string_view command, int messages)
    {
        scripted_customer& customer = turned();
        customer.script() = script.stall_at(command);
        customer.serve();
        EXPECT_TRUE(customer.wait_until_stalled());
        EXPECT_TRUE(wait_until([&] { return the_provider().postfix().processes("lmtp") >= messages; }));
        customer.go_on();
        return customer.wait_for_end().value();
    }

    string log() { return the_provider().odmrd().log(); }
};

TEST_F(pipelining, chunks_follow_each_other)
{
    start();
    const auto messages = many_waiting(20);
    scripted_customer& customer = turned();
    customer.script().features = everything;
    customer.serve();
    EXPECT_EQ(customer.wait_for_end(), session_end::quit);
    EXPECT_TRUE(all_arrive(messages));
    EXPECT_EQ(box_.accepted().size(), messages.size());
    EXPECT_EQ(customer.log().count("< DATA"), 0);
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(pipelining, a_large_message_streams_in_chunks)
{
    start({.odmr = {{"content_buffer", "4K"}}});
    const sent_message large = waiting({"ann@example.org"}, 3'000'000);
    server_script script;
    script.features = everything;
    EXPECT_EQ(fetch_with(script), session_end::quit);
    EXPECT_TRUE(arrives(large, "ann@example.org"));
}

TEST_F(pipelining, a_large_message_that_is_refused_on_the_way_leaves_the_line_usable)
{
    start({.odmr = {{"content_buffer", "4K"}}});
    bounce_is_right("bob@example.org");
    waiting({"bob@example.org"}, 3'000'000);
    const sent_message other = waiting({"ann@example.org"});
    server_script script;
    script.features = everything;
    script.answer("RCPT TO:<bob@", "550 5.1.1 No such user");
    EXPECT_EQ(fetch_with(script), session_end::quit);
    EXPECT_TRUE(arrives(other, "ann@example.org"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(pipelining, a_refusal_among_chunks_is_told_to_the_right_sender)
{
    start();
    bounce_is_right("bob@example.org");
    const auto messages = many_waiting(10);
    send({"bob@example.org"});
    const auto more = many_waiting(10);
    server_script script;
    script.features = everything;
    script.answer("RCPT TO:<bob@", "550 5.1.1 No such user");
    EXPECT_EQ(fetch_with(script), session_end::quit);
    EXPECT_TRUE(all_arrive(messages));
    EXPECT_TRUE(all_arrive(more));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(pipelining, a_line_cut_among_chunks_loses_nothing)
{
    start();
    may_come_twice("ann@example.org");  // what was received, and its reply cut off
    const auto messages = many_waiting(20);
    server_script script;
    script.features = everything;
    script.end_at(".", {}, 7);
    EXPECT_EQ(fetch_with(script), session_end::by_script);
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(all_arrive(messages));
    EXPECT_TRUE(queue_becomes_empty());
}

// ---- servers that cannot do what they offer

class pipelining_in_vain : public pipelining, public ::testing::WithParamInterface<std::vector<string>>
{
};

TEST_P(pipelining_in_vain, a_server_that_loses_what_follows_content_gets_one_message_at_a_time)
{
    start({.odmr = {{"mail_timeout", "3s"},
                    {"rcpt_timeout", "3s"},
                    {"data_init_timeout", "3s"},
                    {"data_done_timeout", "3s"}}});
    may_come_twice("ann@example.org");  // what was taken, but not believed
    const auto messages = many_waiting(5);
    server_script broken;
    broken.features = GetParam();
    broken.loses_behind_content = true;
    EXPECT_EQ(fetch_with(broken, GetParam() == everything ? "MAIL" : "DATA", 5), session_end::client_gone);
    EXPECT_TRUE(odmrd_says("pipelining-in-doubt"));
    EXPECT_EQ(fetch_with(broken), session_end::quit);
    EXPECT_TRUE(all_arrive(messages));
    EXPECT_TRUE(queue_becomes_empty());
}

INSTANTIATE_TEST_SUITE_P(offered, pipelining_in_vain, ::testing::Values(everything, only_pipelining),
                         [](const auto& test) {
                             return test.param == everything ? "chunking" : "pipelining";
                         });

TEST_F(pipelining, a_server_that_loses_what_follows_a_command_gets_one_command_at_a_time)
{
    start({.odmr = {{"mail_timeout", "1s"},
                    {"rcpt_timeout", "1s"},
                    {"data_init_timeout", "1s"},
                    {"data_done_timeout", "1s"}}});
    const auto messages = many_waiting(3);
    server_script broken;
    broken.features = everything;
    broken.loses_behind_command = true;
    EXPECT_EQ(fetch_with(broken), session_end::client_gone);
    EXPECT_EQ(fetch_with(broken), session_end::client_gone);
    EXPECT_TRUE(odmrd_says("one command at a time"));
    EXPECT_EQ(fetch_with(broken), session_end::quit);
    EXPECT_TRUE(all_arrive(messages));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(pipelining, a_customer_who_hangs_up_between_messages_is_not_suspected)
{
    start({.odmr = {{"linger", "1h"}}});
    scripted_customer& customer = turned();
    customer.script().features = everything;
    customer.serve();
    const sent_message message = send({"ann@example.org"});
    ASSERT_TRUE(arrives(message, "ann@example.org"));
    ASSERT_TRUE(queue_becomes_empty());
    customer.cut();
    ASSERT_TRUE(wait_until([&] { return log().find("relay-end") != string::npos; }));
    EXPECT_THAT(log(), Not(HasSubstr("pipelining-in-doubt")));
}

// ---- a stock Postfix as the customer's server

/// Carries octets both ways between a turned connection and the customer's own server, until one is closed.
class carrier
{
public:
    carrier(connection& provider, std::uint16_t home_port)
        : home_(home_port),
          in_([this, &provider] { carry(provider, home_); }),
          out_([this, &provider] { carry(home_, provider); })
    {
    }

    void wait()
    {
        in_.join();
        out_.join();
    }

private:
    static void carry(connection& from, connection& to)
    {
        try {
            for (;;)
                to.write(from.read_some());
        } catch (const std::exception&) {  // closed by the one or the other
            to.cancel();
        }
    }

    connection home_;
    std::jthread in_;
    std::jthread out_;
};

TEST_F(pipelining, a_stock_postfix_takes_chunks)
{
    start();
    smtp_sink behind;
    const temp_dir directory;
    const private_postfix home(
        directory.path(), behind.port(),
        string("relay_domains = example.org\ntransport_maps =\nfast_flush_domains =\n"
               "relay_transport = $default_transport\nmynetworks = 192.0.2.1\nsmtpd_recipient_restrictions "
               "=\nsmtpd_end_of_data_restrictions =\n"));
    const auto messages = many_waiting(60);
    const sent_message foreign = send({"nobody@example.com"});  // home does not take mail for that domain

    scripted_customer& customer = turned();
    carrier pump(customer.line(), home.port());
    pump.wait();
    EXPECT_TRUE(odmrd_says("chunking=yes"));
    EXPECT_THAT(log(), Not(HasSubstr("pipelining-in-doubt")));
    EXPECT_TRUE(wait_until([&] { return behind.box().accepted().size() >= messages.size(); }));
    for (const received_message& message : behind.box().messages())
        box_.add(message);
    EXPECT_TRUE(still_waits(foreign, "nobody@example.com"));
    for (const sent_message& message : messages)
        EXPECT_EQ(box_.count("ann@example.org", message.message.content), 1);
}

}  // namespace
}  // namespace odmr::test
