// The queue agent with a real Postfix: what is released goes its way at once, and nothing else moves,
// whatever is asked for.
#include "queue/queue_agent.hpp"

#include "postfix/postfix_commands.hpp"
#include "queue/agent_client.hpp"
#include "support/child_process.hpp"
#include "support/connection.hpp"
#include "support/private_postfix.hpp"
#include "support/smtp_sink.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <gmock/gmock.h>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::test
{
namespace
{

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAreArray;

using ids = std::vector<std::string>;

constexpr const char* hold_all = "smtpd_recipient_restrictions = check_recipient_access static:HOLD\n";
constexpr const char* long_ids = "enable_long_queue_ids = yes\n";
constexpr auto command_limit = std::chrono::seconds(60);
constexpr auto answer_limit = std::chrono::seconds(90);

class queue_agent_test : public ::testing::Test
{
protected:
    void start(const std::string& extra_main_cf, const server_script& script = {})
    {
        // The agent first: it is forked before there is a thread.
        commands_.emplace("/usr/sbin", (dir_.path() / "etc").string(), command_limit);
        agent_.emplace(*commands_);
        elsewhere_.emplace(script);
        postfix_.emplace(dir_.path(), elsewhere_->port(), extra_main_cf);
    }

    /// Waits until it is listed: it has reached hold/ then.
    std::string hold(const std::string& recipient)
    {
        std::string id =
            postfix_->inject({"ann@elsewhere.example", {recipient}, make_content("held for " + recipient)});
        EXPECT_TRUE(wait_until([&] { return places()[id] == "hold"; })) << id;
        return id;
    }

    /// In which queue each message is.
    [[nodiscard]] std::map<std::string, std::string> places() const
    {
        std::map<std::string, std::string> result;
        for (const queued_message& message : postfix_->queue())
            result[message.queue_id] = message.queue_name;
        return result;
    }

    template <class Operation>
    command_outcome ask(Operation operation)
    {
        if (!client_)
            client_.emplace(io_.get_executor(), agent_->release_socket(), answer_limit);
        command_outcome outcome;
        asio::co_spawn(io_, operation(*client_),
                       [&](const std::exception_ptr& problem, command_outcome said) {
                           EXPECT_EQ(problem, nullptr);
                           outcome = std::move(said);
                       });
        io_.restart();
        io_.run();
        return outcome;
    }
    command_outcome release(const ids& wanted)
    {
        return ask([&](agent_client& client) { return client.release(wanted); });
    }
    command_outcome wake(bool flush_dead = false)
    {
        return ask([&](agent_client& client) { return client.wake(flush_dead); });
    }

    temp_dir dir_;
    std::optional<postfix::postfix_commands> commands_;
    std::optional<queue_agent> agent_;
    std::optional<smtp_sink> elsewhere_;
    std::optional<private_postfix> postfix_;
    asio::io_context io_{1};
    std::optional<agent_client> client_;
};

TEST_F(queue_agent_test, what_is_released_is_delivered_and_what_is_not_stays)
{
    start(hold_all);
    const ids wanted{hold("a@other.example"), hold("b@other.example"), hold("c@other.example")};
    const ids others{hold("d@other.example"), hold("e@other.example")};

    const auto outcome = release(wanted);
    EXPECT_THAT(outcome.released, UnorderedElementsAreArray(wanted));
    EXPECT_EQ(outcome.problem, "");
    EXPECT_EQ(wake().problem, "");

    EXPECT_TRUE(wait_until([&] { return places().size() == others.size(); }));
    for (const std::string& id : others)
        EXPECT_EQ(places()[id], "hold");
    EXPECT_EQ(elsewhere_->box().accepted().size(), wanted.size());
}

TEST_F(queue_agent_test, what_is_released_and_refused_is_deferred_and_not_held_again)
{
    start(hold_all, server_script().answer("RCPT", "450 4.2.0 Later"));
    const ids wanted{hold("a@other.example"), hold("b@other.example")};
    EXPECT_THAT(release(wanted).released, UnorderedElementsAreArray(wanted));
    EXPECT_EQ(wake().problem, "");
    EXPECT_TRUE(wait_until([&] { return elsewhere_->log().count("< RCPT") >= 2; }));
    EXPECT_TRUE(wait_until([&] {
        const auto now = places();
        return now.size() == 2 && std::all_of(now.begin(), now.end(),
                                              [](const auto& entry) { return entry.second == "deferred"; });
    }));
    // On hold no more: a second release has nothing to do.
    const auto again = release(wanted);
    EXPECT_THAT(again.released, IsEmpty());
    EXPECT_EQ(again.problem, "");
}

TEST_F(queue_agent_test, an_id_that_is_not_on_hold_is_not_released_and_no_problem)
{
    start(hold_all);
    const std::string held = hold("a@other.example");
    const std::string other = hold("b@other.example");
    const auto outcome = release({"0000000", held, "4jXH4t0txFz1cBNb", held, "FFFFFFFFFFF"});
    EXPECT_THAT(outcome.released, ElementsAre(held));
    EXPECT_EQ(outcome.problem, "");
    EXPECT_EQ(places()[other], "hold");
    const auto gone = release({"0000000"});
    EXPECT_THAT(gone.released, IsEmpty());
    EXPECT_EQ(gone.problem, "");
}

TEST_F(queue_agent_test, long_ids_are_released_too)
{
    start(std::string(hold_all) + long_ids);
    const std::string held = hold("a@other.example");
    EXPECT_THAT(held, HasSubstr("z"));
    EXPECT_THAT(release({held}).released, ElementsAre(held));
    EXPECT_EQ(wake(true).problem, "");
    EXPECT_TRUE(wait_until([&] { return elsewhere_->box().accepted().size() == 1; }));
}

TEST_F(queue_agent_test, mail_that_is_still_arriving_is_released_when_it_has_arrived)
{
    start(hold_all);
    connection sender(postfix_->port());
    sender.read_reply();
    for (const char* line :
         {"EHLO sender.example", "MAIL FROM:<ann@elsewhere.example>", "RCPT TO:<a@other.example>", "DATA"}) {
        sender.write_line(line);
        sender.read_reply();
    }
    sender.write("Subject: late\r\n\r\nThe first half\r\n");
    std::string id;  // smtpd logs it at the first recipient: "...: 4C0FFEE: client=..."
    EXPECT_TRUE(wait_until([&] {
        const std::string log = postfix_->log();
        const auto end = log.find(": client=");
        if (end == std::string::npos)
            return false;
        const auto begin = log.rfind(' ', end) + 1;
        id = log.substr(begin, end - begin);
        return true;
    }));

    const auto early = release({id});
    EXPECT_THAT(early.released, IsEmpty());
    EXPECT_EQ(early.problem, "");

    sender.write("and the second.\r\n.\r\n");
    EXPECT_THAT(sender.read_reply(), HasSubstr("queued as " + id));
    EXPECT_TRUE(wait_until([&] { return places()[id] == "hold"; }));
    EXPECT_THAT(release({id}).released, ElementsAre(id));
    EXPECT_EQ(wake().problem, "");
    EXPECT_TRUE(wait_until([&] { return elsewhere_->box().accepted().size() == 1; }));
}

TEST_F(queue_agent_test, garbage_moves_nothing)
{
    start(hold_all);
    const std::string first = hold("a@other.example");
    const std::string second = hold("b@other.example");
    const file_descriptor socket(agent_->release_socket());
    const auto answer_to = [&](const std::string& octets) {
        EXPECT_EQ(::send(socket.get(), octets.data(), octets.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(octets.size()));
        std::string answer(max_agent_message, '\0');
        const ssize_t n = ::recv(socket.get(), answer.data(), answer.size(), 0);
        answer.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        return decode_answer(answer).value_or(agent_answer{agent_answer::kind::failed, "(no answer)"}).what;
    };
    const std::string good = "\n" + first + "\n";
    for (const std::string bad : {"ALL", "-", "--", "../x", "-r", "all", "*", ""})
        for (const std::string& request : {"release 1\n" + bad + "\n", "release 2" + good + bad + "\n"})
            EXPECT_EQ(answer_to(request), agent_answer::kind::refused) << request;
    for (const std::string& request :
         {"hold 1" + good, "delete 1" + good, "release 1" + good + second + "\n", "release 2" + good,
          "release 1\n" + first + " " + second + "\n", "release 1\n" + first + "\r\n", "release 1\n" + first,
          std::string(200'000, 'A')})
        EXPECT_EQ(answer_to(request), agent_answer::kind::refused) << request.substr(0, 100);
    EXPECT_EQ(places()[first], "hold");
    EXPECT_EQ(places()[second], "hold");
    EXPECT_EQ(answer_to("release 1" + good), agent_answer::kind::done);
    EXPECT_TRUE(wait_until(
        [&] { return postfix_->log().find("Released from hold: 1 message") != std::string::npos; }));
    const std::string log = postfix_->log();  // in which each run of postsuper leaves lines
    const std::size_t first_run = log.find("]: ", log.find("postfix/postsuper["));
    EXPECT_EQ(log.substr(first_run + 3, first.size()), first);
}

TEST_F(queue_agent_test, every_wake_succeeds_while_postfix_runs_and_tells_when_it_does_not)
{
    start(hold_all);
    // postkick is often ended by SIGPIPE when nobody ignores it; fifty times are enough to see that.
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(wake(i % 2 == 0).problem, "");
    postfix_.reset();
    EXPECT_THAT(wake().problem, HasSubstr("postkick"));
    EXPECT_TRUE(client_->alive());
}

TEST_F(queue_agent_test, releases_thousands_in_a_moment)
{
    constexpr std::size_t count = 2'500;  // three batches
    start(hold_all);
    const std::string other = hold("other@other.example");
    run_command({{"smtp-source", "-m", std::to_string(count), "-s", "4", "-f", "ann@elsewhere.example", "-t",
                  "a@other.example", "127.0.0.1:" + std::to_string(postfix_->port())}},
                4 * patience);
    ids wanted;
    EXPECT_TRUE(wait_until([&] {
        wanted.clear();
        for (const auto& [id, place] : places())
            if (place == "hold" && id != other)
                wanted.push_back(id);
        return wanted.size() == count;
    }));
    const auto begun = clock::now();
    auto outcome = release(wanted);
    const std::chrono::duration<double> taken = clock::now() - begun;
    std::printf("%zu messages released in %.3f s\n", outcome.released.size(), taken.count());
    EXPECT_EQ(outcome.problem, "");
    std::sort(outcome.released.begin(), outcome.released.end());
    EXPECT_EQ(outcome.released, wanted);  // as it came out of the map
    const auto now = places();
    EXPECT_EQ(now.at(other), "hold");
    EXPECT_EQ(std::count_if(now.begin(), now.end(), [](const auto& entry) { return entry.second == "hold"; }),
              1);
    EXPECT_LT(taken, std::chrono::seconds(20));  // far less on an idle machine
}

}  // namespace
}  // namespace odmr::test
