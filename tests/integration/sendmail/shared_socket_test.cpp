// The one LMTP socket that Sendmail has for all customers: each recipient goes by its own domain, and what is
// offered holds for everybody who is online. The test is the LMTP client itself; where it matters what
// Sendmail makes of an answer, the real one is.
#include "provider_test.hpp"
#include "support/lmtp_line.hpp"
#include "support/smtp_sink.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <cstddef>

namespace odmr::test
{
namespace
{

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

using features = std::vector<std::string>;

class shared_socket : public provider_test
{
protected:
    /// alice has example.org and example.com, bob has example.net.
    void begin(provider::parameters odmr = {})
    {
        odmr.emplace("linger", "1h");
        start({.host = mail_system::sendmail, .odmr = std::move(odmr)});
        the_provider().add_customer("bob", {"example.net"});
    }

    /// A customer who stays on the line, once its mail can come.
    scripted_customer& online(const std::string& name, const features& offered = {"8BITMIME"},
                              const std::string& atrn = "ATRN")
    {
        scripted_customer& customer = turned(atrn, name);
        customer.script().features = offered;
        return serving(customer);
    }
    scripted_customer& serving(scripted_customer& customer)
    {
        ++sessions_;
        customer.serve();
        EXPECT_TRUE(wait_until([&] { return in_log(" relay-begin:") == sessions_; }));
        return customer;
    }

    /// Ends its line, and waits until that is known.
    void offline(scripted_customer& customer)
    {
        const int before = in_log(" relay-end:");
        customer.cut();
        EXPECT_TRUE(wait_until([&] { return in_log(" relay-end:") > before; }));
    }

    lmtp_line lmtp() { return lmtp_line(the_provider().sendmail().lmtp_socket()); }

    /// What LHLO offers on a new connection.
    std::string offered() { return lmtp().say("LHLO mta.example.net"); }

    /// A connection that was offered what is to be had now.
    lmtp_line greeted()
    {
        lmtp_line line = lmtp();
        EXPECT_THAT(line.say("LHLO mta.example.net"), StartsWith("250-"));
        return line;
    }

    static void mail(lmtp_line& line, const std::string& parameters = "")
    {
        EXPECT_THAT(line.say("MAIL FROM:<a@a.example>" + parameters), StartsWith("250 "));
    }

    static std::string rcpt(lmtp_line& line, const std::string& recipient, const std::string& parameters = "")
    {
        return line.say("RCPT TO:<" + recipient + ">" + parameters);
    }

    static void deliver(lmtp_line& line)
    {
        EXPECT_THAT(line.say("DATA"), StartsWith("354 "));
        EXPECT_THAT(line.content("Subject: x\r\n"), StartsWith("250 "));
    }

    int in_log(const std::string& what)
    {
        const std::string log = the_provider().odmrd().log();
        int n = 0;
        for (std::size_t at = log.find(what); at != std::string::npos; at = log.find(what, at + 1))
            ++n;
        return n;
    }

private:
    int sessions_ = 0;
};

// --- whose mail

TEST_F(shared_socket, while_nobody_is_online_all_mail_is_put_off)
{
    begin();
    lmtp_line line = greeted();
    mail(line);
    EXPECT_THAT(rcpt(line, "ann@example.org"), StartsWith("450 4.4.1 "));
    EXPECT_THAT(rcpt(line, "x@nobodys.example"), StartsWith("450 4.4.1 "));
    EXPECT_THAT(line.say("DATA"), StartsWith("503 "));
    EXPECT_THAT(line.say("RSET"), StartsWith("250 ")) << "the connection stays";
}

TEST_F(shared_socket, each_message_goes_to_its_customer_on_one_connection)
{
    begin();
    scripted_customer& alice = online("alice");
    scripted_customer& bob = online("bob");
    lmtp_line line = greeted();
    for (const char* recipient :
         {"ann@example.org", "bob@EXAMPLE.net", "eve@example.com", "bob@example.net"}) {
        mail(line);
        EXPECT_THAT(rcpt(line, recipient), StartsWith("250 "));
        deliver(line);
    }
    EXPECT_EQ(alice.log().count("< RCPT TO:<ann@example.org>"), 1);
    EXPECT_EQ(alice.log().count("< RCPT TO:<eve@example.com>"), 1);
    EXPECT_EQ(alice.log().count("< RCPT"), 2);
    EXPECT_EQ(bob.log().count("< RCPT"), 2);
}

TEST_F(shared_socket, customers_do_not_share_a_transaction)
{
    begin();
    online("alice");
    scripted_customer& bob = online("bob");
    lmtp_line line = greeted();
    mail(line);
    EXPECT_THAT(rcpt(line, "ann@example.org"), StartsWith("250 "));
    EXPECT_THAT(rcpt(line, "bob@example.net"), StartsWith("450 4.5.3 "));
    EXPECT_THAT(rcpt(line, "x@nobodys.example"), StartsWith("450 4.4.1 "));
    EXPECT_THAT(rcpt(line, "eve@example.com"), StartsWith("250 "));
    EXPECT_THAT(line.say("DATA"), StartsWith("354 "));
    EXPECT_THAT(line.content("Subject: x\r\n"), StartsWith("250 "));
    EXPECT_THAT(line.reply(), StartsWith("250 "));
    ASSERT_THAT(box_.messages(), SizeIs(1));
    EXPECT_THAT(box_.messages().front().recipients, ElementsAre("ann@example.org", "eve@example.com"));
    mail(line);
    EXPECT_THAT(rcpt(line, "bob@example.net"), StartsWith("250 "));
    deliver(line);
    EXPECT_EQ(bob.log().count("< RCPT"), 1);
}

TEST_F(shared_socket, domains_of_one_customer_share_a_transaction_when_one_session_serves_them)
{
    begin();
    online("alice", {"8BITMIME"}, "ATRN example.org");
    online("alice", {"8BITMIME"}, "ATRN example.com");
    lmtp_line line = greeted();
    mail(line);
    EXPECT_THAT(rcpt(line, "ann@example.org"), StartsWith("250 "));
    EXPECT_THAT(rcpt(line, "eve@example.com"), StartsWith("450 4.5.3 "));
    EXPECT_THAT(line.say("RSET"), StartsWith("250 "));
    scripted_customer& both = online("alice");
    mail(line);
    EXPECT_THAT(rcpt(line, "ann@example.org"), StartsWith("250 "));
    EXPECT_THAT(rcpt(line, "eve@example.com"), StartsWith("250 "));
    EXPECT_THAT(line.say("DATA"), StartsWith("354 "));
    EXPECT_THAT(line.content("Subject: x\r\n"), StartsWith("250 "));
    EXPECT_EQ(both.log().count("< RCPT"), 2);
}

// --- what is offered

TEST_F(shared_socket, offers_what_everybody_online_takes)
{
    begin();
    const auto always =
        AllOf(HasSubstr("PIPELINING"), HasSubstr("ENHANCEDSTATUSCODES"), HasSubstr("8BITMIME"));
    EXPECT_THAT(offered(), AllOf(always, Not(HasSubstr("DSN")), Not(HasSubstr("SMTPUTF8")))) << "to nobody";
    online("alice", {"8BITMIME", "DSN", "SMTPUTF8", "SIZE 10000"});
    EXPECT_THAT(offered(), AllOf(always, HasSubstr("DSN"), HasSubstr("SMTPUTF8"),
                                 MatchesRegex("(.|\n)*[ -]SIZE(\n.*)*")));
    scripted_customer& bob = online("bob", {"DSN"});
    EXPECT_THAT(offered(), AllOf(always, HasSubstr("DSN"), Not(HasSubstr("SMTPUTF8"))));
    offline(bob);
    EXPECT_THAT(offered(), AllOf(always, HasSubstr("DSN"), HasSubstr("SMTPUTF8")));
}

TEST_F(shared_socket, offers_8bitmime_only_for_all_where_sendmail_shall_convert)
{
    begin({{"eight_bit_content", "convert"}});
    EXPECT_THAT(offered(), Not(HasSubstr("8BITMIME")));
    online("alice", {"8BITMIME"});
    EXPECT_THAT(offered(), HasSubstr("8BITMIME"));
    lmtp_line line = greeted();
    online("bob", {"SIZE"});
    EXPECT_THAT(offered(), Not(HasSubstr("8BITMIME")));
    mail(line, " BODY=8BITMIME");
    EXPECT_THAT(rcpt(line, "bob@example.net"), StartsWith("451 4.6.3 ")) << "he can have it converted";
    EXPECT_THAT(rcpt(line, "ann@example.org"), StartsWith("250 "));
}

TEST_F(shared_socket, eight_bit_content_goes_as_it_is_otherwise)
{
    begin();
    scripted_customer& bob = online("bob", {"SIZE"});
    lmtp_line line = lmtp();
    EXPECT_THAT(line.begin("BODY=8BITMIME", "bob@example.net"), StartsWith("354 "));
    EXPECT_THAT(line.content("Gr\xc3\xbc\xc3\x9f"
                             "e\r\n"),
                StartsWith("250 "));
    EXPECT_THAT(bob.log().text(), Not(HasSubstr("BODY=")));
    EXPECT_THAT(box_.messages().front().content, EndsWith("Gr\xc3\xbc\xc3\x9f"
                                                          "e\r\n"));
}

TEST_F(shared_socket, a_limit_of_size_is_for_all_and_each_customer_has_its_own)
{
    begin({{"lmtp_size_limit", "20K"}});
    online("alice", {"SIZE 10000"});
    online("bob", {});
    EXPECT_THAT(offered(), HasSubstr("SIZE 20480"));
    EXPECT_THAT(lmtp().begin("SIZE=20481", "bob@example.net"), StartsWith("552 5.3.4 "));
    EXPECT_THAT(lmtp().begin("SIZE=20480", "bob@example.net"), StartsWith("354 "));
    EXPECT_THAT(lmtp().begin("SIZE=10001"), StartsWith("552 5.3.4 "));
    lmtp_line line = lmtp();
    EXPECT_THAT(line.begin("SIZE=10000"), StartsWith("354 "));
    EXPECT_THAT(line.content(std::string(10'001, 'x') + "\r\n"), StartsWith("552 5.3.4 "))
        << "as it turns out";
}

// --- when it holds no more

TEST_F(shared_socket, a_connection_is_renewed_between_messages_when_less_can_be_offered)
{
    begin();
    online("alice", {"DSN"});
    lmtp_line idle = greeted();
    lmtp_line silent = lmtp();
    lmtp_line begun = greeted();
    mail(begun, " RET=HDRS");
    online("bob", {});
    EXPECT_THAT(idle.say("RSET"), StartsWith("421 4.3.2 "));
    EXPECT_TRUE(idle.is_closed());
    EXPECT_THAT(silent.say("LHLO mta.example.net"), Not(HasSubstr("DSN")))
        << "nothing was promised there yet";
    EXPECT_THAT(silent.say("RSET"), StartsWith("250 "));
    EXPECT_THAT(rcpt(begun, "bob@example.net"), StartsWith("451 4.3.3 ")) << "Sendmail reports the next time";
    EXPECT_THAT(rcpt(begun, "ann@example.org", " NOTIFY=SUCCESS"), StartsWith("250 "));
    deliver(begun);
    EXPECT_TRUE(begun.is_closed());
    EXPECT_THAT(offered(), Not(HasSubstr("DSN")));
}

TEST_F(shared_socket, mail_that_needs_nothing_goes_on_where_less_can_be_offered)
{
    begin();
    online("alice", {"DSN"});
    lmtp_line line = greeted();
    online("bob", {});
    mail(line);
    EXPECT_THAT(rcpt(line, "bob@example.net"), StartsWith("250 ")) << "the next message is taken";
    deliver(line);
    EXPECT_TRUE(line.is_closed());
}

TEST_F(shared_socket, a_connection_stays_when_more_can_be_offered)
{
    begin();
    lmtp_line to_nobody = greeted();
    scripted_customer& bob = online("bob", {});
    lmtp_line to_bob = greeted();
    online("alice", {"DSN"});
    offline(bob);
    for (lmtp_line* line : {&to_nobody, &to_bob}) {
        EXPECT_THAT(line->say("RSET"), StartsWith("250 "));
        mail(*line);
        EXPECT_THAT(rcpt(*line, "ann@example.org"), StartsWith("250 "));
        deliver(*line);
        EXPECT_THAT(line->say("NOOP"), StartsWith("250 "));
    }
}

// --- lines lost, and bounds

TEST_F(shared_socket, when_a_line_is_lost_its_mail_is_put_off_and_nobody_elses)
{
    begin();
    scripted_customer& alice = turned("ATRN", "alice");
    alice.script().stall_at(".");
    serving(alice);
    online("bob");
    lmtp_line line = lmtp();
    EXPECT_THAT(line.begin(""), StartsWith("354 "));
    line.line().write("Subject: x\r\n.\r\n");
    ASSERT_TRUE(alice.wait_until_stalled());
    offline(alice);
    EXPECT_THAT(line.reply(), StartsWith("451 "));
    mail(line);
    EXPECT_THAT(rcpt(line, "ann@example.org"), StartsWith("450 4.4.1 "));
    EXPECT_THAT(rcpt(line, "bob@example.net"), StartsWith("250 ")) << "on the same connection";
    deliver(line);
}

TEST_F(shared_socket, connections_are_counted_for_all_customers)
{
    begin({{"lmtp_connections", "2"}});
    online("alice");
    online("bob");
    lmtp_line first = greeted();
    {
        lmtp_line second = greeted();
        EXPECT_THROW(lmtp(), connection_closed);
        EXPECT_THAT(second.say("QUIT"), StartsWith("221 "));
        EXPECT_TRUE(second.is_closed());
    }
    EXPECT_TRUE(wait_until([&] {
        try {
            lmtp();
            return true;
        } catch (const connection_closed&) {
            return false;
        }
    }));
    EXPECT_THAT(first.say("NOOP"), StartsWith("250 "));
}

TEST_F(shared_socket, messages_under_way_are_bounded_for_each_customer)
{
    begin({{"max_open_messages", "5"}});
    online("alice");
    online("bob");
    std::vector<lmtp_line> lines;
    for (int i = 0; i < 5; ++i) {
        lines.push_back(lmtp());
        EXPECT_THAT(lines.back().begin(""), StartsWith("354 "));
    }
    EXPECT_THAT(lmtp().begin("", "eve@example.com"), StartsWith("450 4.4.5 "));
    EXPECT_THAT(lmtp().begin("", "bob@example.net"), StartsWith("354 "));
    EXPECT_THAT(lines.front().content("Subject: x\r\n"), StartsWith("250 "));
    EXPECT_THAT(lmtp().begin("", "eve@example.com"), StartsWith("354 "));
}

// --- what Sendmail makes of it

TEST_F(shared_socket, sendmail_declares_sizes_and_asks_the_customers_server_for_reports)
{
    begin();
    smtp_sender sender(the_provider().host().port());
    sender.must("MAIL FROM:<sender@elsewhere.example> RET=HDRS BODY=8BITMIME");
    sender.must("RCPT TO:<ann@example.org> NOTIFY=SUCCESS");
    sender.must("DATA", '3');
    EXPECT_THAT(sender.content(make_content("reports")), StartsWith("250 "));
    scripted_customer& alice = online("alice", {"8BITMIME", "DSN", "SIZE 100000"});
    EXPECT_TRUE(queue_becomes_empty());
    EXPECT_THAT(alice.log().text(), AllOf(HasSubstr(" SIZE="), HasSubstr(" RET=HDRS"),
                                          HasSubstr(" BODY=8BITMIME"), HasSubstr(" NOTIFY=SUCCESS")));
    EXPECT_TRUE(the_provider().elsewhere().box().messages().empty()) << "the customer's server reports";
}

TEST_F(shared_socket, sendmail_loses_no_time_when_a_connection_is_renewed)
{
    constexpr std::size_t count = 80;  // so that each process has several
    begin();
    scripted_customer& alice = turned("ATRN", "alice");
    alice.script().features = {"8BITMIME", "DSN"};
    alice.script().stall_at(".", 2);
    for (std::size_t i = 0; i < count; ++i)
        the_provider().host().inject({"sender@elsewhere.example",
                                      {"ann@example.org"},
                                      make_content("mail " + std::to_string(i)),
                                      "BODY=8BITMIME RET=HDRS"});
    serving(alice);
    ASSERT_TRUE(alice.wait_until_stalled());
    online("bob", {"8BITMIME"});
    alice.go_on();
    EXPECT_TRUE(queue_becomes_empty());
    EXPECT_THAT(box_.accepted(), SizeIs(count));
    EXPECT_THAT(the_provider().host().log(), Not(HasSubstr("Deferred")));
    const auto with_dsn = std::ranges::count_if(box_.accepted(), [](const auto& message) {
        return message.mail.find("RET=HDRS") != std::string::npos;
    });
    EXPECT_GT(with_dsn, 0) << "as at first";
    EXPECT_LT(with_dsn, static_cast<std::ptrdiff_t>(count)) << "as it was on the new connections";
}

/// A RSET is how it looks whether a connection is still there.
TEST(shared_socket_and_sendmail, a_connection_that_ends_at_rset_is_made_anew)
{
    const temp_dir dir;
    const smtp_sink elsewhere;
    private_sendmail sendmail(dir.path(), elsewhere.port());
    sendmail.set_domains({"example.org"});
    constexpr std::size_t messages = 80;  // so that each process has several
    for (std::size_t i = 0; i < messages; ++i)
        sendmail.inject(
            {"sender@elsewhere.example", {"ann@example.org"}, make_content("mail"), "BODY=8BITMIME"});
    server_script script;
    script.end_at("RSET", "421 4.3.2 connect again: something else is offered now");
    const smtp_sink customers(sendmail.lmtp_socket(), script);
    sendmail.release("example.org");
    EXPECT_TRUE(sendmail.wait_for_queue([](const auto& queue) { return queue.empty(); }));
    EXPECT_THAT(customers.box().accepted(), SizeIs(messages));
    EXPECT_GE(customers.log().count("> 421 "), 1);
    EXPECT_THAT(sendmail.log(), Not(HasSubstr("Deferred")));
}

}  // namespace
}  // namespace odmr::test
