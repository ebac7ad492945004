// Tests of policy_session: whatever Postfix sends, and however slowly, it is answered; and silence does no
// harm.
#include "odmrd/policy_session.hpp"

#include "intake_fixture.hpp"
#include "support/connection.hpp"

#include <boost/asio/io_context.hpp>

#include <sys/socket.h>

#include <thread>

namespace odmr
{
namespace
{

using namespace std::chrono_literals;

const std::string dunno = "action=DUNNO\n\n";
const std::string unknown = "action=550 5.1.1 No such recipient here\n\n";
const std::string held = "action=HOLD until customer alice comes\n\n";

std::string rcpt(const std::string& recipient, const std::string& more = "")
{
    return "request=smtpd_access_policy\nprotocol_state=RCPT\ninstance=i1\nrecipient=" + recipient + "\n" +
           more + "\n";
}

std::string end_of_message(const std::string& recipient)
{
    return "request=smtpd_access_policy\nprotocol_state=END-OF-MESSAGE\ninstance=i1\nqueue_id=4C0FFEE\n"
           "recipient_count=1\nsize=1129\nrecipient=" +
           recipient + "\n\n";
}

class policy_session_test : public test::intake_fixture
{
protected:
    ~policy_session_test() override
    {
        io_.stop();
        if (loop_.joinable())
            loop_.join();
    }

    /// The other end of a connection that is answered from now on.
    test::connection& begin(std::chrono::milliseconds request_time = 10s)
    {
        int ends[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        stream_socket ours(io_, asio::generic::stream_protocol(AF_UNIX, 0), ends[0]);
        policy_session::start(intake_, std::move(ours), request_time);
        loop_ = std::thread([this] { io_.run(); });
        return line_.emplace(test::file_descriptor(ends[1]));
    }

    /// The next answers, so many, as they come.
    std::string answers(int count = 1)
    {
        std::string text;
        for (std::size_t at = 0; count > 0; --count) {
            while (text.find("\n\n", at) == std::string::npos)
                text += line_->read_some();
            at = text.find("\n\n", at) + 2;
        }
        return text;
    }

    std::string ask(const std::string& octets)
    {
        line_->write(octets);
        return answers();
    }

    /// Ends the connection and the loop, so that what was counted can be looked at.
    const mail_intake::counters& counted()
    {
        line_.reset();
        loop_.join();
        return intake_.counts();
    }

private:
    asio::io_context io_{1};
    std::thread loop_;
    std::optional<test::connection> line_;
};

TEST_F(policy_session_test, it_refuses_passes_and_holds)
{
    begin();
    EXPECT_EQ(ask(rcpt("bob@example.org")), unknown);
    EXPECT_EQ(ask(rcpt("ann@example.net")), dunno);
    EXPECT_EQ(ask(rcpt("ann@example.org")), dunno);
    EXPECT_EQ(ask(end_of_message("ann@example.org")), dunno);  // it is for example.net, too
    EXPECT_EQ(ask(rcpt("ann@example.org")), dunno);
    EXPECT_EQ(ask(end_of_message("ann@example.org")), held);
    EXPECT_EQ(counted().requests, 6U);
    EXPECT_EQ(intake_.counts().unknown_recipient, 1U);
}

TEST_F(policy_session_test, requests_may_come_in_any_pieces)
{
    test::connection& line = begin();
    line.write(rcpt("bob@example.org") + rcpt("ann@example.org") + end_of_message("ann@example.org"));
    EXPECT_EQ(answers(3), unknown + dunno + held);
    for (const char c : rcpt("bob@example.org"))
        line.write(std::string(1, c));
    EXPECT_EQ(answers(), unknown);
}

TEST_F(policy_session_test, attributes_of_newer_versions_are_ignored)
{
    begin();
    EXPECT_EQ(ask(rcpt("bob@example.org", "new_attribute=\nrecipients=x\nRECIPIENT=ann@example.org\n=\n")),
              unknown);
    EXPECT_EQ(counted().malformed, 0U);
}

TEST_F(policy_session_test, what_is_not_understood_is_answered_and_the_connection_lives_on)
{
    std::string many;
    for (int i = 0; i < 1000; ++i)
        many += "a" + std::to_string(i) + "=x\n";
    const std::string nonsense[] = {
        "\n",
        "GET / HTTP/1.1\r\n\r\n\n",
        std::string("\0\xff\xfe=\n\n", 6),
        rcpt("bob@example.org", many),
        rcpt("bob@example.org", "x=" + std::string(1'000'000, 'x') + "\n"),
        "request=junk\nprotocol_state=RCPT\ninstance=i1\nrecipient=bob@example.org\n\n",
    };
    begin();
    for (const std::string& each : nonsense)
        EXPECT_EQ(ask(each), dunno);
    EXPECT_EQ(ask(rcpt("bob@example.org")), unknown);
    EXPECT_EQ(counted().malformed, std::size(nonsense));
}

TEST_F(policy_session_test, it_complains_of_nonsense_once)
{
    testing::internal::CaptureStderr();
    begin();
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(ask("nonsense\n\n"), dunno);
    EXPECT_EQ(counted().malformed, 3U);
    const auto logged = testing::internal::GetCapturedStderr();
    const auto first = logged.find("policy-request-not-understood");
    EXPECT_NE(first, std::string::npos);
    EXPECT_EQ(logged.find("policy-request-not-understood", first + 1), std::string::npos) << logged;
}

TEST_F(policy_session_test, after_a_question_not_understood_nothing_is_held)
{
    begin();
    EXPECT_EQ(ask(rcpt("ann@example.org")), dunno);
    EXPECT_EQ(ask("recipient\n\n"), dunno);
    EXPECT_EQ(ask(end_of_message("ann@example.org")), dunno);
    EXPECT_EQ(counted().held, 0U);
}

TEST_F(policy_session_test, silence_between_requests_may_be_long)
{
    test::connection& line = begin(1ms);
    line.set_limit(300ms);
    EXPECT_THROW(line.read_some(), test::peer_silent);
    EXPECT_EQ(ask(rcpt("bob@example.org")), unknown);
    EXPECT_THROW(line.read_some(), test::peer_silent);
    EXPECT_EQ(ask(rcpt("bob@example.org")), unknown);
}

TEST_F(policy_session_test, a_request_that_does_not_end_is_given_up)
{
    test::connection& line = begin(100ms);
    line.write("request=smtpd_access_policy\n");
    EXPECT_EQ(line.read_until_closed(), "");
}

TEST_F(policy_session_test, single_octets_do_not_prolong_the_time_for_a_request)
{
    test::connection& line = begin(200ms);
    line.set_limit(20ms);
    EXPECT_TRUE(test::wait_until([&] {
        try {
            line.write("x");
            line.read_some();
        } catch (const test::peer_silent&) {
            return false;
        } catch (const test::connection_closed&) {
            return true;
        }
        return false;
    }));
}

}  // namespace
}  // namespace odmr
