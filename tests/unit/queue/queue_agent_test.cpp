// The queue agent: what it does for a request, that it does nothing for anything else, and how it lives as a
// process.
#include "queue/queue_agent.hpp"

#include "fake_commands.hpp"
#include "support/file_descriptor.hpp"

#include <gtest/gtest.h>

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <gmock/gmock.h>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>

namespace odmr
{
namespace
{

using asked = agent_request::kind;
using said = agent_answer::kind;
using test::fake_commands;
using test::file_descriptor;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// --- one request

TEST(answer_request, releases_and_says_what_was_on_hold)
{
    fake_commands commands;
    commands.on_hold = {"11111111", "33333333"};
    const agent_answer answer = answer_request("release 3\n11111111\n22222222\n33333333\n", commands);
    EXPECT_EQ(answer, (agent_answer{said::done, "", {"11111111", "33333333"}}));
    EXPECT_THAT(commands.calls(), ElementsAre("release 11111111 22222222 33333333"));
}

TEST(answer_request, wakes_with_a_flush_only_when_asked)
{
    fake_commands commands;
    EXPECT_EQ(answer_request("wake\n", commands), agent_answer{said::done});
    EXPECT_EQ(answer_request("wake flush\n", commands), agent_answer{said::done});
    EXPECT_THAT(commands.calls(), ElementsAre("wake", "wake flush"));
}

TEST(answer_request, tells_what_was_released_when_the_command_failed_too)
{
    fake_commands commands;
    commands.on_hold = {"11111111"};
    commands.problem = "did not end in time";
    EXPECT_EQ(answer_request("release 2\n11111111\n22222222\n", commands),
              (agent_answer{said::failed, "did not end in time", {"11111111"}}));
    EXPECT_EQ(answer_request("wake\n", commands), (agent_answer{said::failed, "did not end in time"}));
}

TEST(answer_request, does_nothing_at_all_when_one_id_is_bad)
{
    fake_commands commands;
    commands.on_hold = {"11111111"};
    for (const std::string bad :
         {"ALL", "-", "--", "../x", "-r", "1111111", "111111111", "1111111A", "1111 111", "11111111 22222222",
          "11111111\n22222222", "\n11111111", "11111111\n", "11111111\r", "", "$(id)11", "/11111111"}) {
        const agent_answer answer =
            answer_request(encode({asked::release, {"11111111", bad, "11111111"}}), commands);
        EXPECT_EQ(answer.what, said::refused) << bad;
        EXPECT_THAT(answer.ids, IsEmpty());
    }
    EXPECT_THAT(commands.calls(), IsEmpty());
}

// --- one request after another, as octets on a socket

class served : public ::testing::Test
{
protected:
    served()
    {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends.data()), 0);
        daemon_ = file_descriptor(ends[0]);
        thread_ = std::jthread([this, agent = ends[1]] {
            const file_descriptor socket(agent);
            serve_queue_agent(agent, commands_);
        });
    }
    ~served() override { daemon_.reset(); }

    void send(std::string_view octets)
    {
        ASSERT_EQ(::send(daemon_.get(), octets.data(), octets.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(octets.size()));
    }
    agent_answer answer()
    {
        std::string octets(max_agent_message, '\0');
        const ssize_t n = ::recv(daemon_.get(), octets.data(), octets.size(), 0);
        octets.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        const auto decoded = decode_answer(octets);
        EXPECT_TRUE(decoded) << octets;
        return decoded.value_or(agent_answer{said::failed, "(no answer)"});
    }
    agent_answer answer_to(std::string_view octets)
    {
        send(octets);
        return answer();
    }
    /// It has not lost its step: a request is still answered as it should be.
    void expect_sane()
    {
        const auto before = commands_.calls().size();
        EXPECT_EQ(answer_to("wake\n"), agent_answer{said::done});
        EXPECT_EQ(commands_.calls().size(), before + 1);
    }

    fake_commands commands_;
    file_descriptor daemon_;
    std::jthread thread_;
};

TEST_F(served, answers_requests_in_their_order)
{
    commands_.on_hold = {"11111111"};
    send("release 1\n11111111\n");
    send("release 1\n22222222\n");
    send("nonsense");
    EXPECT_EQ(answer(), (agent_answer{said::done, "", {"11111111"}}));
    EXPECT_EQ(answer(), agent_answer{said::done});
    EXPECT_EQ(answer().what, said::refused);
    expect_sane();
}

TEST_F(served, refuses_every_beginning_of_a_request)
{
    const std::string request = "release 2\n11111111\n22222222\n";
    for (std::size_t size = 1; size < request.size(); ++size)
        EXPECT_EQ(answer_to(request.substr(0, size)).what, said::refused) << size;
    EXPECT_THAT(commands_.calls(), IsEmpty());
    expect_sane();
}

TEST_F(served, refuses_what_is_too_long)
{
    std::string most = encode({asked::release, std::vector<std::string>(max_ids_in_message, "11111111")});
    EXPECT_EQ(answer_to(most).what, said::done);
    // A request up to the size of the buffer, and more behind it.
    most.resize(max_agent_message + 1, '\n');
    EXPECT_EQ(answer_to(most), (agent_answer{said::refused, "too long"}));
    EXPECT_EQ(answer_to(std::string(150'000, 'A')), (agent_answer{said::refused, "too long"}));
    EXPECT_EQ(commands_.calls().size(), 1U);
    expect_sane();
}

TEST_F(served, obeys_no_garbage)
{
    std::mt19937 random(366);
    std::uniform_int_distribution<int> octet(0, 255);
    std::uniform_int_distribution<std::size_t> size(1, 200);
    const std::string request = encode({asked::release, {"11111111", "22222222"}});
    std::uniform_int_distribution<std::size_t> place(0, request.size() - 1);
    for (int i = 0; i < 3'000; ++i) {
        std::string noise(size(random), '\0');
        for (char& c : noise)
            c = static_cast<char>(octet(random));
        EXPECT_EQ(answer_to(noise).what, said::refused);
        EXPECT_EQ(answer_to("release 1\n" + noise + "\n").what, said::refused);
        EXPECT_EQ(answer_to(request + noise).what, said::refused);
        // An octet that is no digit, anywhere: a request with one wrong octet is wrong.
        std::string changed = request;
        char& hit = changed[place(random)];
        hit = hit == '!' ? '?' : '!';
        EXPECT_EQ(answer_to(changed).what, said::refused);
    }
    EXPECT_THAT(commands_.calls(), IsEmpty());
    expect_sane();
}

TEST_F(served, takes_an_empty_message_for_the_end)
{
    send("");
    thread_.join();
    EXPECT_THAT(commands_.calls(), IsEmpty());
}

TEST_F(served, ends_when_nobody_wants_the_answer)
{
    send("wake\n");
    daemon_.reset();
    thread_.join();
}

// --- as a process

/// What the agent sees of its own process comes back as the problem of a wake.
class inspecting_commands : public fake_commands
{
public:
    command_outcome wake(bool flush_dead) override
    {
        if (flush_dead)
            throw std::runtime_error("out of order");
        command_outcome outcome;
        std::vector<std::string> open;
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
            open.push_back(entry.path().filename());
        std::sort(open.begin(), open.end());
        for (const std::string& number : open)
            outcome.problem += number + ' ';
        outcome.problem += std::filesystem::current_path();
        return outcome;
    }
};

agent_answer ask(int socket, const agent_request& request)
{
    const std::string sent = encode(request);
    EXPECT_EQ(::send(socket, sent.data(), sent.size(), MSG_NOSIGNAL), static_cast<ssize_t>(sent.size()));
    std::string octets(max_agent_message, '\0');
    const ssize_t n = ::recv(socket, octets.data(), octets.size(), 0);
    octets.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return decode_answer(octets).value_or(agent_answer{said::failed, "(no answer)"});
}

/// How the process ended; blocks until it has.
int status_of(const queue_agent& agent)
{
    int status = -1;
    EXPECT_EQ(::waitpid(agent.pid(), &status, 0), agent.pid());
    return status;
}

TEST(queue_agent, answers_from_a_process_of_its_own)
{
    fake_commands commands;
    commands.on_hold = {"11111111"};
    queue_agent agent(commands);
    const file_descriptor socket(agent.release_socket());
    EXPECT_EQ(ask(socket.get(), {asked::release, {"11111111", "22222222"}}),
              (agent_answer{said::done, "", {"11111111"}}));
    EXPECT_THAT(commands.calls(), IsEmpty());  // they were called elsewhere
}

TEST(queue_agent, has_its_socket_and_the_standard_descriptors_and_no_others)
{
    const file_descriptor customer(::socket(AF_INET, SOCK_STREAM, 0));
    inspecting_commands commands;
    queue_agent agent(commands);
    const file_descriptor socket(agent.release_socket());
    EXPECT_EQ(ask(socket.get(), {asked::wake}).reason, "0 1 2 3 4 /");  // 4 is what it looks with
}

TEST(queue_agent, ends_with_the_daemon_and_not_with_what_the_daemon_started_later)
{
    fake_commands commands;
    queue_agent first(commands);
    file_descriptor socket(first.release_socket());
    const queue_agent second(commands);  // forked while the first one's socket was open
    socket.reset();
    EXPECT_EQ(status_of(first), 0);
}

TEST(queue_agent, is_not_ended_by_signals_to_all)
{
    fake_commands commands;
    commands.on_hold = {"11111111"};
    queue_agent agent(commands);
    const file_descriptor socket(agent.release_socket());
    // The first answer shows that it has come to life and no longer dies the daemon's way.
    EXPECT_EQ(ask(socket.get(), {asked::wake}), agent_answer{said::done});
    for (const int number : {SIGTERM, SIGINT, SIGHUP})
        EXPECT_EQ(::kill(agent.pid(), number), 0);
    EXPECT_EQ(ask(socket.get(), {asked::release, {"11111111"}}).ids.size(), 1U);
}

TEST(queue_agent, ends_when_something_unheard_of_happens)
{
    inspecting_commands commands;
    queue_agent agent(commands);
    const file_descriptor socket(agent.release_socket());
    EXPECT_EQ(ask(socket.get(), {asked::wake_flush}).reason, "(no answer)");
    EXPECT_EQ(WEXITSTATUS(status_of(agent)), EXIT_FAILURE);
}

TEST(queue_agent, is_reaped)
{
    fake_commands commands;
    {
        const queue_agent agent(commands);
    }
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
}

}  // namespace
}  // namespace odmr
