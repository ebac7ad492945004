// odmr-milter with the real Postfix, as smtpd_milters in place of check_policy_service: what odmrd decides
// reaches the sender in odmrd's own words, and whatever dies or hangs, mail goes on.
#include "hold_test.hpp"
#include "support/connection.hpp"
#include "support/odmr_milter_process.hpp"
#include "support/smtp_sender.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::test
{
namespace
{

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* accepted = "250 2.1.5 ";
constexpr const char* unknown = "550 5.1.1 No such recipient here";
constexpr const char* disabled = "450 4.2.1 This domain takes no mail at present";
constexpr const char* full = "452 4.2.2 Too much mail waits for this domain already";

/// In place of the two lists of main.cf.fragment. The path is relative to the queue directory.
constexpr const char* main_cf = R"(smtpd_recipient_restrictions =
smtpd_end_of_data_restrictions =
smtpd_milters = unix:milter
milter_default_action = accept
)";

class milter : public hold_test
{
protected:
    void start_all(const provider::parameters& odmr = {})
    {
        start_holding({.odmr = odmr, .extra_main_cf = main_cf});
        start_milter();
    }
    void start_milter()
    {
        milter_.reset();
        milter_ = std::make_unique<odmr_milter_process>(
            socket(), the_provider().postfix().queue_dir() / "odmr" / "policy",
            std::vector<std::string>{"--timeout", "1s"});
    }
    odmr_milter_process& the_milter() { return *milter_; }
    std::filesystem::path socket() { return the_provider().postfix().queue_dir() / "milter"; }

    /// Postfix's answer to RCPT.
    std::string rcpt(const std::string& recipient, const std::string& mail_parameters = "")
    {
        return answer_to_rcpt(the_provider().postfix().port(), recipient, mail_parameters);
    }
    bool comes_to_be(const std::string& recipient, const std::string& answer)
    {
        return wait_until([&] { return rcpt(recipient).starts_with(answer); }, 5s);
    }
    using hold_test::comes_to_be;

    /// Only ann@example.org is taken there.
    void list_ann() { the_provider().odmrctl_or_throw({"recipients", "example.org", "set", "-"}, "ann\n"); }
    /// Messages to somebody who is not a customer's, one after the other, each on a connection of its own;
    /// how long they took to be accepted.
    milliseconds time_of(int messages)
    {
        const auto begin = clock::now();
        for (int i = 0; i < messages; ++i)
            send({someone});
        return std::chrono::duration_cast<milliseconds>(clock::now() - begin);
    }
    std::size_t times_in_milter_log(const std::string& text)
    {
        const std::string log = milter_->log();
        std::size_t count = 0;
        for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1))
            ++count;
        return count;
    }

    void TearDown() override
    {
        hold_test::TearDown();
        if (HasFailure() && milter_)
            std::cerr << "--- odmr-milter\n" << milter_->log();
    }

private:
    std::unique_ptr<odmr_milter_process> milter_;
};

// ---- what it says

TEST_F(milter, refuses_recipients_in_the_words_of_odmrd)
{
    start_all();
    EXPECT_THAT(rcpt("bob@example.org"), StartsWith(accepted));
    list_ann();
    EXPECT_TRUE(comes_to_be("bob@example.org", unknown));
    EXPECT_EQ(rcpt("bob@example.org"), unknown);
    for (const char* known : {"ann@example.org", "ANN@Example.ORG", "ann+lists@example.org",
                              "postmaster@example.org", "\"ann\"@example.org"})
        EXPECT_THAT(rcpt(known), StartsWith(accepted)) << known;
    smtp_sender routed(the_provider().postfix().port());
    routed.must("MAIL FROM:<>");
    EXPECT_EQ(routed.say("RCPT TO:<@relay.example:bob@example.org>"), unknown);
    EXPECT_EQ(routed.say("RCPT TO:<\"b o b\"@example.org> NOTIFY=NEVER"), unknown);
    EXPECT_THAT(routed.say("RCPT TO:<ann@example.org>"), StartsWith(accepted));
    EXPECT_THAT(rcpt("bob@elsewhere.example"), StartsWith(accepted));
}

TEST_F(milter, a_disabled_customers_mail_is_to_be_tried_later)
{
    start_all();
    EXPECT_THAT(rcpt("ann@example.org"), StartsWith(accepted));
    the_provider().odmrctl_or_throw({"customer", "disable", "alice"});
    EXPECT_TRUE(comes_to_be("ann@example.org", disabled));
    EXPECT_EQ(rcpt("ann@example.org"), disabled);
}

TEST_F(milter, a_customer_for_whom_too_much_waits_gets_no_more)
{
    start_all({{"max_waiting_size", "100K"}});
    EXPECT_THAT(rcpt("ann@example.org", "SIZE=1000"), StartsWith(accepted));
    EXPECT_EQ(rcpt("ann@example.org", "SIZE=200000"), full);
}

// ---- holding

TEST_F(milter, holds_what_is_for_one_absent_customer_until_it_comes)
{
    start_all();
    const auto one = held({"ann@example.org"}, 20'000);
    const auto several = held({"ann@example.org", "bob@example.org", "x@example.com"});
    EXPECT_EQ(visit(), session_end::quit);
    EXPECT_TRUE(all_arrive({one, several}));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(milter, does_not_hold_what_is_for_others_too)
{
    start_all();
    expect_that_only_the_customer_waits(send({"ann@example.org", someone}));
}

TEST_F(milter, a_refused_recipient_is_not_in_the_envelope)
{
    start_all();
    list_ann();
    ASSERT_TRUE(comes_to_be("bob@example.org", unknown));
    const auto sent = sent_by_hand({"ann@example.org"}, [&](smtp_sender& sender, const std::string& content) {
        sender.must("MAIL FROM:<sender@elsewhere.example>");
        sender.must("RCPT TO:<ann@example.org>");
        EXPECT_EQ(sender.say("RCPT TO:<bob@example.org>"), unknown);
        sender.must("DATA", '3');
        return sender.content(content);
    });
    EXPECT_TRUE(comes_to_be(sent, "hold"));
    expect_that_the_next_session_gets(sent);
}

TEST_F(milter, the_next_message_of_a_session_is_another)
{
    start_all();
    const auto sent = sent_by_hand({"ann@example.org"}, [&](smtp_sender& sender, const std::string& content) {
        sender.must("MAIL FROM:<sender@elsewhere.example>");
        sender.must("RCPT TO:<someone@elsewhere.example>");
        sender.must("RSET");
        sender.must("MAIL FROM:<sender@elsewhere.example>");
        sender.must("RCPT TO:<ann@example.org>");
        sender.must("DATA", '3');
        return sender.content(content);
    });
    EXPECT_TRUE(comes_to_be(sent, "hold"));
    expect_that_the_next_session_gets(sent);
}

TEST_F(milter, what_arrives_while_the_customer_is_there_is_delivered_at_once)
{
    start_all({{"linger", "1h"}});
    scripted_customer& customer = turned();
    customer.serve();
    const auto sent = send({"ann@example.org"});
    EXPECT_TRUE(arrives(sent, "ann@example.org"));
    EXPECT_TRUE(queue_becomes_empty());
}

// ---- what dies and hangs

TEST_F(milter, without_odmrd_mail_is_accepted_at_full_speed)
{
    start_all();
    the_provider().odmrd().kill_9();
    EXPECT_LT(time_of(100), 10s);
    const auto kept = send({"ann@example.org"});
    EXPECT_TRUE(comes_to_be(kept, "deferred"));
    EXPECT_EQ(times_in_milter_log("odmrd-does-not-answer"), 1U) << "it says so once";
    start_odmrd_holding();
    list_ann();
    EXPECT_TRUE(comes_to_be("bob@example.org", unknown));
    EXPECT_EQ(times_in_milter_log("odmrd-answers-again"), 1U);
    expect_that_the_next_session_gets(kept);
}

TEST_F(milter, an_odmrd_that_does_not_answer_delays_mail_once_in_a_while)
{
    start_all();
    time_of(1);  // there is a connection
    the_provider().odmrd().pause();
    const milliseconds first = time_of(1);
    EXPECT_GE(first, 900ms) << "somebody must find out";
    EXPECT_LT(first, 10s);
    int slow = 0;
    for (int i = 0; i < 50; ++i)
        slow += time_of(1) >= 900ms ? 1 : 0;
    EXPECT_LE(slow, 5);
    the_provider().odmrd().resume();
    list_ann();
    EXPECT_TRUE(comes_to_be("bob@example.org", unknown));
}

TEST_F(milter, a_restarted_odmrd_is_asked_by_the_next_transaction)
{
    start_all();
    list_ann();
    ASSERT_TRUE(comes_to_be("bob@example.org", unknown));
    smtp_sender sender(the_provider().postfix().port());
    the_provider().odmrd().stop();
    start_odmrd_holding();
    sender.must("MAIL FROM:<sender@elsewhere.example>");
    EXPECT_EQ(sender.say("RCPT TO:<bob@example.org>"), unknown) << "in a session from before";
    EXPECT_EQ(rcpt("bob@example.org"), unknown);
    EXPECT_EQ(times_in_milter_log("odmrd-does-not-answer"), 0U);
}

TEST_F(milter, without_the_milter_mail_is_accepted)
{
    start_all();
    list_ann();
    ASSERT_TRUE(comes_to_be("bob@example.org", unknown));
    smtp_sender sender(the_provider().postfix().port());
    the_milter().kill_9();
    outgoing_message message{"sender@elsewhere.example", {someone}, make_content("no milter")};
    the_provider().book({queue_id_in(sender.send(message)), message});  // in a session that had it
    EXPECT_LT(time_of(20), 10s);
    start_milter();  // although its socket is still there
    EXPECT_TRUE(comes_to_be("bob@example.org", unknown));
    EXPECT_EQ(the_milter().stop(), 0);
    EXPECT_FALSE(std::filesystem::exists(socket()));
    time_of(1);
    start_milter();
    EXPECT_TRUE(comes_to_be("bob@example.org", unknown));
}

TEST_F(milter, can_be_there_before_odmrd)
{
    prepare({.extra_main_cf = main_cf});
    start_milter();
    time_of(2);
    start_odmrd_holding();
    list_ann();
    EXPECT_TRUE(comes_to_be("bob@example.org", unknown));
}

// ---- strangers

/// Says that to the milter's socket and closes.
void say_to(const std::filesystem::path& path, std::string_view octets)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    const file_descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    (void)::send(fd.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
}

TEST_F(milter, nonsense_on_its_socket_harms_nobody)
{
    start_all();
    list_ann();
    using namespace std::string_view_literals;
    constexpr auto negotiation = "\0\0\0\x0dO\0\0\0\6\0\0\1\xff\0\x1f\xff\xff"sv;
    for (const std::string_view nonsense :
         {""sv, "GET / HTTP/1.0\r\n\r\n"sv, "\xff\xff\xff\xff"sv, "\0\0\0\0"sv, "\0\0\0\1O"sv, "\0\0\0\1R"sv,
          "\0\0\0\1E"sv, "\0\0\0\5R<a>\0"sv, negotiation, "\0\0\0\3M\0\0\0\0\0\1E\0\0\0\1E"sv}) {
        say_to(socket(), nonsense);
        say_to(socket(), std::string(negotiation) + std::string(nonsense));
        say_to(socket(), std::string(negotiation) + std::string("\0\0\0\5M<a>\0"sv) + std::string(nonsense));
        say_to(socket(), std::string(negotiation) + std::string("\0\0\0\5M<a>\0\0\0\0\5R<b>\0"sv) +
                             std::string(nonsense));
    }
    EXPECT_TRUE(comes_to_be("bob@example.org", unknown));
    EXPECT_TRUE(the_milter().running());
    EXPECT_EQ(the_milter().stop(), 0);
}

}  // namespace
}  // namespace odmr::test
