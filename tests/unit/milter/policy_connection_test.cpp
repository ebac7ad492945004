#include "milter/policy_connection.hpp"

#include "support/connection.hpp"
#include "support/listener.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace odmr::milter
{
namespace
{

using namespace std::chrono_literals;
using test::connection;

constexpr const char* question = "request=smtpd_access_policy\n\n";

/// A policy server that does with its first connection what the test says.
class policy_connection_test : public ::testing::Test
{
protected:
    void serve(std::function<void(connection&)> what)
    {
        server = std::jthread([this, what = std::move(what)] {
            if (auto accepted = listener.accept(test::patience)) {
                connection line(*std::move(accepted));
                what(line);
            }
        });
    }
    outcome ask(duration limit = test::patience) { return link->ask(question, limit, verdict); }

    test::temp_dir directory;
    std::string path = (directory.path() / "policy").string();
    test::listener listener{path};
    policy_verdict verdict;
    std::jthread server;
    std::optional<policy_connection> link{policy_address{.path = path}};
};

TEST_F(policy_connection_test, questions_follow_each_other_on_one_connection)
{
    serve([](connection& line) {
        for (const char* answer : {"action=DUNNO\n\n", "action=450 4.2.1 later\n\n"}) {
            EXPECT_EQ(line.read_some(), question);
            line.write(answer);
        }
        line.read_until_closed();
    });
    EXPECT_EQ(ask(), outcome::answered);
    EXPECT_EQ(verdict, policy_verdict{});
    EXPECT_EQ(ask(), outcome::answered);
    EXPECT_EQ(verdict.answer, reply(450, "4.2.1", "later"));
    link.reset();
}

TEST_F(policy_connection_test, an_answer_in_pieces)
{
    serve([](connection& line) {
        line.read_some();
        for (const char c : std::string("action=HOLD x\n\n"))
            line.write(std::string(1, c));
        line.read_until_closed();
    });
    EXPECT_EQ(ask(), outcome::answered);
    EXPECT_EQ(verdict.reason, "x");
    link.reset();
}

TEST_F(policy_connection_test, nobody_is_there)
{
    policy_connection nowhere(policy_address{.path = path + "x"});
    EXPECT_EQ(nowhere.ask(question, 5s, verdict), outcome::broken);
    policy_connection refused(policy_address{.endpoint = {"127.0.0.1", test::reserved_port().number()}});
    EXPECT_EQ(refused.ask(question, 5s, verdict), outcome::broken);
}

TEST_F(policy_connection_test, a_line_that_is_closed_is_broken)
{
    serve([](connection& line) { line.read_some(); });
    EXPECT_EQ(ask(), outcome::broken);
}

TEST_F(policy_connection_test, nonsense_is_as_good_as_a_broken_line)
{
    serve([](connection& line) {
        line.read_some();
        line.write("HTTP/1.1 400 Bad Request\n\n");
        line.read_until_closed();
    });
    EXPECT_EQ(ask(), outcome::broken);
    link.reset();
}

TEST_F(policy_connection_test, silence_ends_in_time)
{
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(ask(50ms), outcome::timed_out) << "nobody accepts the connection";
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 50ms);
}

TEST_F(policy_connection_test, a_trickle_ends_in_time_too)
{
    serve([](connection& line) {
        try {
            for (;;)
                line.write("x");
        } catch (const std::runtime_error&) {
            // The other end has had enough.
        }
    });
    EXPECT_NE(ask(50ms), outcome::answered);
    link.reset();
}

TEST_F(policy_connection_test, over_tcp)
{
    test::listener tcp;
    std::jthread other([&] {
        connection line(*tcp.accept(test::patience));
        line.read_some();
        line.write("action=DUNNO\n\n");
    });
    policy_connection there(policy_address{.endpoint = {"127.0.0.1", tcp.port()}});
    EXPECT_EQ(there.ask(question, test::patience, verdict), outcome::answered);
}

}  // namespace
}  // namespace odmr::milter
