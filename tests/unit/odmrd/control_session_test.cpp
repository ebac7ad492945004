// control_session: what a client says is bounded in size and time, and so is what it costs when it reads late
// or never.
#include "odmrd/control_session.hpp"

#include "control_client.hpp"

#include <string>

namespace odmr
{
namespace
{

class control_session_test : public test::control_test
{
protected:
    /// More than fits into the buffers of a socket.
    void fill_the_ledger()
    {
        envelope to_alice;
        to_alice.add("alice", "alice.example");
        for (int i = 0; i < 20'000; ++i)
            all_.waiting().arrived({"Q" + std::to_string(i), to_alice, 1000}, mail_state::deferred, {});
    }
};

TEST_F(control_session_test, garbage_is_told_from_requests)
{
    const std::string no_request = "malformed: the request is no object with a command and words";
    for (const char* octets :
         {"garbage\n", "\n", "[]\n", "{}\n", "{\"command\": 1}\n", "\xff\xfe\n",
          "{\"command\": \"queue\", \"words\": [1]}\n", "{\"command\": \"queue\", \"words\": \"alice\"}\n"})
        EXPECT_EQ(error(answer(octets)), no_request) << octets;
    EXPECT_EQ(error(ask("frob")), "malformed: this odmrd knows no request of that name");
    EXPECT_EQ(error(ask("queue", {"a", "b"})), "malformed: the request has too few or too many words");
    EXPECT_EQ(error(ask("release")), "malformed: the request has too few or too many words");
}

TEST_F(control_session_test, a_request_is_one_line_of_bounded_length)
{
    EXPECT_EQ(error(ask("status", {std::string(100'000, 'x')})).substr(0, 9), "refused: ");
    const auto client = connect();
    const std::string piece(100'000, '[');
    for (int i = 0; i < 3; ++i) {
        say(client, piece);
        io_.restart();
        io_.poll();
    }
    EXPECT_NE(hear(client).find("the request is too long"), std::string::npos);
}

TEST_F(control_session_test, a_request_must_come_in_time)
{
    const auto client = connect({.request = std::chrono::milliseconds(50)});
    say(client, "{\"command\"");
    EXPECT_NE(hear(client).find("the request does not end"), std::string::npos);
}

TEST_F(control_session_test, a_client_that_hangs_up_is_forgotten)
{
    {
        const auto client = connect();
        say(client, "{\"command\": \"queue\"}\n");
    }
    EXPECT_TRUE(wait_until_loop([&] { return session_.expired(); }));
}

TEST_F(control_session_test, a_client_that_does_not_read_keeps_nobody_waiting)
{
    fill_the_ledger();
    const auto lazy = connect();
    say(lazy, "{\"command\": \"queue\"}\n");
    const auto lazy_session = session_;
    EXPECT_EQ(ask("status").back().at("done").at("messages"), 20'000);
    EXPECT_FALSE(lazy_session.expired()) << "it has its time";
    EXPECT_NE(hear(lazy).find("{\"done\":{\"messages\":20000"), std::string::npos);
}

TEST_F(control_session_test, a_client_that_never_reads_is_given_up)
{
    fill_the_ledger();
    const auto lazy = connect({.slice = std::chrono::milliseconds(50)});
    say(lazy, "{\"command\": \"queue\"}\n");
    EXPECT_TRUE(wait_until_loop([&] { return session_.expired(); }));
    EXPECT_EQ(hear(lazy).find("done"), std::string::npos) << "the answer is seen to be broken off";
}

}  // namespace
}  // namespace odmr
