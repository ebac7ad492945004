// The daemon's side of the queue agent: batches, turns, and an agent that is silent, dead or mad.
#include "queue/agent_client.hpp"

#include "fake_commands.hpp"
#include "on_loop.hpp"
#include "queue/agent_protocol.hpp"
#include "queue/queue_agent.hpp"
#include "support/file_descriptor.hpp"

#include <gtest/gtest.h>

#include <signal.h>
#include <sys/socket.h>

#include <array>
#include <gmock/gmock.h>
#include <optional>
#include <thread>

namespace odmr
{
namespace
{

using namespace std::chrono_literals;
using test::fake_commands;
using test::file_descriptor;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto ample = 20s;

std::string id_number(std::size_t n)
{
    return std::to_string(10'000'000 + n);
}

std::vector<std::string> many_ids(std::size_t count)
{
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < count; ++i)
        ids.push_back(id_number(i));
    return ids;
}

/// An agent on a thread of the test, whose commands can be looked at.
class agent_thread
{
public:
    explicit agent_thread(fake_commands& commands)
    {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends.data()), 0);
        socket = ends[0];
        thread_ = std::jthread([&commands, agent = ends[1]] {
            const file_descriptor owned(agent);
            serve_queue_agent(agent, commands);
        });
    }
    int socket = -1;

private:
    std::jthread thread_;
};

/// An agent whose part the test itself plays.
struct bare_socket {
    bare_socket()
    {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends.data()), 0);
        daemon = ends[0];
        agent = file_descriptor(ends[1]);
    }
    void say(std::string_view octets) const
    {
        EXPECT_EQ(::send(agent.get(), octets.data(), octets.size(), 0), static_cast<ssize_t>(octets.size()));
    }
    int daemon = -1;
    file_descriptor agent;
};

TEST(agent_client, gives_what_the_agent_released)
{
    fake_commands commands;
    commands.on_hold = {id_number(1), id_number(3)};
    queue_agent agent(commands);
    asio::io_context io(1);
    agent_client client(io.get_executor(), agent.release_socket(), ample);
    const auto work = [&]() -> awaitable<void> {
        auto ids = many_ids(4);
        const auto released = co_await client.release(std::move(ids));
        EXPECT_THAT(released.released, ElementsAre(id_number(1), id_number(3)));
        EXPECT_EQ(released.problem, "");
        const auto woken = co_await client.wake(false);
        EXPECT_EQ(woken.problem, "");
    };
    test::on_loop(io, work());
    EXPECT_TRUE(client.alive());
}

TEST(agent_client, asks_nothing_when_there_is_nothing_to_release)
{
    fake_commands commands;
    const agent_thread agent(commands);
    asio::io_context io(1);
    const auto work = [&]() -> awaitable<void> {
        agent_client client(io.get_executor(), agent.socket, ample);
        std::vector<std::string> none;
        const auto released = co_await client.release(std::move(none));
        EXPECT_EQ(released.problem, "");
    };
    test::on_loop(io, work());
    EXPECT_THAT(commands.calls(), IsEmpty());
}

TEST(agent_client, releases_many_in_batches_and_lets_others_in_between)
{
    fake_commands commands;
    commands.on_hold = many_ids(2'500);
    const agent_thread agent(commands);
    asio::io_context io(1);
    std::optional<agent_client> client(std::in_place, io.get_executor(), agent.socket, ample);
    command_outcome released;
    command_outcome woken;
    const auto release = [&]() -> awaitable<void> {
        auto ids = many_ids(2'500);
        released = co_await client->release(std::move(ids));
    };
    const auto wake = [&]() -> awaitable<void> { woken = co_await client->wake(true); };
    asio::co_spawn(io, release(), [](const std::exception_ptr&) {});
    asio::co_spawn(io, wake(), [](const std::exception_ptr&) {});
    io.run();
    client.reset();
    EXPECT_EQ(released.released, many_ids(2'500));
    EXPECT_EQ(released.problem, "");
    std::vector<std::string> order;
    for (const std::string& call : commands.calls())
        order.push_back(call.starts_with("wake") ? call : std::to_string((call.size() - 7) / 9));
    EXPECT_THAT(order, ElementsAre("1000", "wake flush", "1000", "500"));
}

TEST(agent_client, stops_at_a_problem_and_keeps_what_was_released)
{
    fake_commands commands;
    commands.on_hold = {id_number(7), id_number(1'500)};
    commands.problem = "postsuper exited with status 1";
    const agent_thread agent(commands);
    asio::io_context io(1);
    const auto work = [&]() -> awaitable<void> {
        agent_client client(io.get_executor(), agent.socket, ample);
        auto ids = many_ids(2'000);
        const auto outcome = co_await client.release(std::move(ids));
        EXPECT_THAT(outcome.released, ElementsAre(id_number(7)));
        EXPECT_EQ(outcome.problem, "postsuper exited with status 1");
        EXPECT_TRUE(client.alive());  // the agent itself is well
    };
    test::on_loop(io, work());
    EXPECT_EQ(commands.calls().size(), 1U);
}

TEST(agent_client, hands_on_why_a_request_was_refused)
{
    fake_commands commands;
    const agent_thread agent(commands);
    asio::io_context io(1);
    const auto work = [&]() -> awaitable<void> {
        agent_client client(io.get_executor(), agent.socket, ample);
        std::vector<std::string> ids{id_number(1), "ALL"};
        const auto outcome = co_await client.release(std::move(ids));
        EXPECT_EQ(outcome.problem, "ALL is not a queue id");
        EXPECT_TRUE(client.alive());
    };
    test::on_loop(io, work());
    EXPECT_THAT(commands.calls(), IsEmpty());
}

TEST(agent_client, sends_nothing_that_cannot_be_an_id)
{
    for (const std::string& bad :
         {std::string("-"), std::string("11111111\n22222222"), std::string(), std::string(300'000, 'A')}) {
        fake_commands commands;
        const agent_thread agent(commands);
        asio::io_context io(1);
        const auto work = [&]() -> awaitable<void> {
            agent_client client(io.get_executor(), agent.socket, ample);
            std::vector<std::string> ids{id_number(1), bad};
            const auto outcome = co_await client.release(std::move(ids));
            EXPECT_EQ(outcome.problem, "a queue id has letters and digits only");
            EXPECT_TRUE(client.alive());
        };
        test::on_loop(io, work());
        EXPECT_THAT(commands.calls(), IsEmpty());
    }
}

TEST(agent_client, does_not_wait_for_ever)
{
    const bare_socket silent;
    asio::io_context io(1);
    agent_client client(io.get_executor(), silent.daemon, 30ms);
    const auto work = [&]() -> awaitable<void> {
        const auto woken = co_await client.wake(false);
        EXPECT_EQ(woken.problem, "the queue agent did not answer in time");
        EXPECT_FALSE(client.alive());
        const auto again = co_await client.wake(false);
        EXPECT_EQ(again.problem, "the queue agent is gone");
    };
    test::on_loop(io, work());
}

TEST(agent_client, notices_that_the_agent_has_ended)
{
    fake_commands commands;
    queue_agent agent(commands);
    asio::io_context io(1);
    agent_client client(io.get_executor(), agent.release_socket(), ample);
    const auto work = [&]() -> awaitable<void> {
        const auto woken = co_await client.wake(false);
        EXPECT_EQ(woken.problem, "");
        ::kill(agent.pid(), SIGKILL);
        auto ids = many_ids(1);
        const auto outcome = co_await client.release(std::move(ids));
        EXPECT_EQ(outcome.problem, "the queue agent has ended");
        EXPECT_FALSE(client.alive());
    };
    test::on_loop(io, work());
}

TEST(agent_client, trusts_no_answer_it_does_not_understand)
{
    for (const std::string nonsense : {"done", "done 2\n11111111\n", "done 1\n../x\n", "\n", "hold 0\n"}) {
        const bare_socket mad;
        mad.say(nonsense);
        asio::io_context io(1);
        agent_client client(io.get_executor(), mad.daemon, ample);
        const auto work = [&]() -> awaitable<void> {
            const auto outcome = co_await client.wake(false);
            EXPECT_EQ(outcome.problem, "the queue agent talks nonsense") << nonsense;
            EXPECT_FALSE(client.alive());
        };
        test::on_loop(io, work());
    }
}

TEST(agent_client, may_go_while_requests_are_under_way)
{
    const bare_socket silent;
    asio::io_context io(1);
    auto client = std::make_unique<agent_client>(io.get_executor(), silent.daemon, ample);
    std::vector<std::string> problems;
    const auto wake = [&]() -> awaitable<void> {
        const auto outcome = co_await client->wake(false);
        problems.push_back(outcome.problem);
    };
    for (int i = 0; i < 3; ++i)
        asio::co_spawn(io, wake(), [](const std::exception_ptr&) {});
    io.poll();
    client.reset();
    io.run();
    EXPECT_THAT(problems, ElementsAre("the queue agent has ended", "the queue agent is gone",
                                      "the queue agent is gone"));
}

}  // namespace
}  // namespace odmr
