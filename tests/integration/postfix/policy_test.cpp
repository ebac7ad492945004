// What Postfix is told about arriving mail: who is refused at RCPT, that nobody else is, and that Postfix
// gets on without an answer.
#include "provider_test.hpp"
#include "support/connection.hpp"
#include "support/listener.hpp"
#include "support/smtp_sender.hpp"

#include <sys/stat.h>

#include <iostream>
#include <thread>

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

class policy : public provider_test
{
protected:
    /// Postfix's answer to RCPT.
    std::string rcpt(const std::string& recipient, const std::string& mail_parameters = "")
    {
        return answer_to_rcpt(the_provider().postfix().port(), recipient, mail_parameters);
    }
    /// True when the answer begins so before long.
    bool comes_to_be(const std::string& recipient, const std::string& answer)
    {
        return wait_until([&] { return rcpt(recipient).starts_with(answer); }, 2s);
    }
    void list(const std::string& recipients)
    {
        the_provider().odmrctl_or_throw({"recipients", "example.org", "set", "-"}, recipients);
    }
    /// A connection such as Postfix makes to `policy_listen`.
    connection policy_connection()
    {
        const std::string line = "policy-listening: address=127.0.0.1 port=";
        EXPECT_TRUE(odmrd_says(line));
        const std::string log = the_provider().odmrd().log();
        return connection(static_cast<std::uint16_t>(std::stoul(log.substr(log.find(line) + line.size()))));
    }
    static std::string question(const std::string& recipient)
    {
        return "request=smtpd_access_policy\nprotocol_state=RCPT\ninstance=a.b\nrecipient=" + recipient +
               "\n\n";
    }
};

const provider::setup by_tcp = {.odmr = {{"policy_listen", "127.0.0.1:0"}}};

// ---- recipients

TEST_F(policy, recipients_that_are_not_on_the_list_are_refused)
{
    start();
    EXPECT_THAT(rcpt("bob@example.org"), StartsWith(accepted));  // there is no list
    list("ann\njörg\n\"a b\"\n");
    EXPECT_TRUE(comes_to_be("bob@example.org", unknown));
    for (const char* known : {"ann@example.org", "ANN@Example.ORG", "ann+lists@example.org",
                              "postmaster@example.org", "Postmaster@example.org", "\"a b\"@example.org"})
        EXPECT_THAT(rcpt(known), StartsWith(accepted)) << known;
    for (const char* other : {"ann.lists@example.org", "joerg@example.org", "+ann@example.org"})
        EXPECT_THAT(rcpt(other), StartsWith(unknown)) << other;
    EXPECT_THAT(rcpt("jörg@example.org", "SMTPUTF8"), StartsWith(accepted));
    EXPECT_THAT(rcpt("jürg@example.org", "SMTPUTF8"), StartsWith(unknown));
    EXPECT_THAT(rcpt("bob@example.com"), StartsWith(accepted));  // the customer's other domain
    the_provider().odmrctl_or_throw({"recipients", "example.org", "add", "bob"});
    EXPECT_TRUE(comes_to_be("bob@example.org", accepted));
}

// ---- customers

TEST_F(policy, other_limits_are_in_force_once_the_configuration_is_reread)
{
    start();
    waiting({"ann@example.org"});
    the_provider().set("max_waiting_messages", "1");
    the_provider().odmrd().reread_configuration();
    EXPECT_TRUE(comes_to_be("ann@example.org", full));
}

// ---- no answer, or a bad one

TEST_F(policy, without_odmrd_mail_is_accepted_at_once)
{
    prepare();
    const auto began = clock::now();
    for (int i = 0; i < 10; ++i)
        send({"ann@example.org", "x@elsewhere.example"});
    // Two tries for each question, a second apart, would be twenty seconds and more.
    EXPECT_LT(clock::now() - began, 10s);
}

TEST_F(policy, an_odmrd_that_does_not_answer_costs_its_time_limit)
{
    start();
    the_provider().odmrd().pause();
    const auto began = clock::now();
    const sent_message message = send({"x@elsewhere.example"});
    const auto took = clock::now() - began;
    the_provider().odmrd().resume();
    std::cout << "accepted after " << std::chrono::duration_cast<milliseconds>(took).count() << " ms\n";
    EXPECT_GT(took, 9s);
    EXPECT_LT(took, 25s);
    EXPECT_TRUE(wait_until([&] {
        return the_provider().elsewhere().box().count("x@elsewhere.example", message.message.content) == 1;
    }));
    EXPECT_THAT(rcpt("ann@example.org"), StartsWith(accepted));
}

TEST_F(policy, garbled_answers_cost_nothing_but_a_line_in_the_log)
{
    listener garbling;
    std::jthread server([&](const std::stop_token& stop) {
        while (!stop.stop_requested())
            if (auto accepted_one = garbling.accept(100ms))
                try {
                    connection line(std::move(*accepted_one));
                    line.set_limit(2s);
                    line.read_some();
                    line.write("HTTP/1.1 400 Bad Request\n\naction\n\n");
                    line.read_until_closed();
                } catch (const std::runtime_error&) {
                    // as Postfix likes
                }
    });
    const std::string service = "check_policy_service { inet:127.0.0.1:" + std::to_string(garbling.port()) +
                                ", timeout=10s, try_limit=1, default_action=DUNNO }\n";
    prepare({.extra_main_cf = "smtpd_recipient_restrictions = " + service +
                              "smtpd_end_of_data_restrictions = " + service});
    const auto began = clock::now();
    send({"ann@example.org", "x@elsewhere.example"});
    EXPECT_LT(clock::now() - began, 10s);
}

// ---- the connection itself

TEST_F(policy, an_idle_connection_stays_open)
{
    start(by_tcp);
    list("ann\n");
    connection line = policy_connection();
    line.set_limit(3s);
    EXPECT_THROW(line.read_some(), peer_silent);
    line.write(question("bob@example.org"));
    EXPECT_THAT(line.read_some(), StartsWith("action=550 5.1.1 "));
    EXPECT_THROW(line.read_some(), peer_silent);
    line.write(question("ann@example.org"));
    EXPECT_EQ(line.read_some(), "action=DUNNO\n\n");
}

TEST_F(policy, a_connection_that_sends_nonsense_is_answered_and_others_are_not_disturbed)
{
    start(by_tcp);
    list("ann\n");
    connection line = policy_connection();
    line.write(std::string(5'000'000, 'x') + "\n\n");
    EXPECT_EQ(line.read_some(), "action=DUNNO\n\n");
    EXPECT_TRUE(comes_to_be("bob@example.org", unknown));
    line.write(question("bob@example.org"));
    EXPECT_THAT(line.read_some(), StartsWith("action=550 5.1.1 "));
}

TEST_F(policy, the_socket_is_there_while_odmrd_is)
{
    start();
    const auto socket = the_provider().socket_of("policy");
    struct stat status{};
    ASSERT_EQ(::stat(socket.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0666U);  // the folder decides who may connect
    EXPECT_EQ(the_provider().odmrd().stop(), 0);
    EXPECT_FALSE(std::filesystem::exists(socket));
}

TEST_F(policy, a_socket_whose_folder_is_missing_is_named)
{
    start({.odmr = {{"policy_socket", "/nonexistent/policy"}}});
    EXPECT_TRUE(wait_until([&] { return !the_provider().odmrd().running(); }));
    EXPECT_TRUE(odmrd_says("policy_socket: cannot listen on /nonexistent/policy"));
}

TEST_F(policy, another_socket_takes_a_restart)
{
    start();
    the_provider().set("policy_socket", "");
    the_provider().odmrd().reread_configuration();
    EXPECT_TRUE(odmrd_says("warning: reload: reason="));
    EXPECT_TRUE(std::filesystem::exists(the_provider().socket_of("policy")));
}

// ---- how long it takes

TEST_F(policy, a_hundred_thousand_addresses_are_looked_up_in_no_time)
{
    start(by_tcp);
    std::string addresses;
    for (int i = 0; i < 100'000; ++i)
        addresses += "first" + std::to_string(i) + ".last@example.org\n";
    auto began = clock::now();
    list(addresses);
    const auto microseconds = [&](int count) {
        return std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - began).count() / count;
    };
    std::cout << "set: " << microseconds(1000) << " ms\n";
    EXPECT_TRUE(comes_to_be("nobody@example.org", unknown));

    connection line = policy_connection();
    constexpr int questions = 2'000;
    began = clock::now();
    for (int i = 0; i < questions; ++i) {
        line.write(question("first" + std::to_string(i * 49 % 100'000) + ".last+x@example.org"));
        ASSERT_EQ(line.read_some(), "action=DUNNO\n\n");
    }
    std::cout << "policy answer: " << microseconds(questions) << " us\n";
    EXPECT_LT(clock::now() - began, 10s);

    smtp_sender sender(the_provider().postfix().port());
    sender.must("MAIL FROM:<sender@elsewhere.example>");
    constexpr int recipients = 500;
    began = clock::now();
    for (int i = 0; i < recipients; ++i)
        sender.must("RCPT TO:<first" + std::to_string(i * 199) + ".last@example.org>");
    std::cout << "RCPT: " << microseconds(recipients) << " us\n";
    EXPECT_LT(clock::now() - began, 10s);
}

}  // namespace
}  // namespace odmr::test
