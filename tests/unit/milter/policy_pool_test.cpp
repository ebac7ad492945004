#include "milter/policy_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace odmr::milter
{
namespace
{

using namespace std::chrono_literals;

/// A world with one odmrd and a clock that only goes when somebody waits.
class policy_pool_test : public ::testing::Test
{
protected:
    class fake_link final : public policy_link
    {
    public:
        fake_link(policy_pool_test& world, int number) : world_(world), number_(number) {}
        ~fake_link() override { world_.events.push_back("close " + std::to_string(number_)); }
        fake_link(const fake_link&) = delete;
        fake_link& operator=(const fake_link&) = delete;

        outcome ask(const std::string& question, duration limit, policy_verdict& answer) override
        {
            world_.events.push_back("ask " + std::to_string(number_));
            EXPECT_NE(question.find("request=smtpd_access_policy\n"), std::string::npos);
            const outcome how = epoch_ == world_.epoch ? world_.behaviour : outcome::broken;
            const duration takes = how == outcome::timed_out ? limit : world_.answer_takes;
            world_.now += takes;
            answer = world_.verdict;
            return takes > limit ? outcome::timed_out : how;
        }

    private:
        policy_pool_test& world_;
        int number_;
        int epoch_ = world_.epoch;
    };

    static policy_request question()
    {
        policy_request asked;
        asked.request = "smtpd_access_policy";
        return asked;
    }
    bool asks(policy_line& line) { return line.ask(question()).has_value(); }
    /// A whole transaction of one question.
    bool asks_once() { return asks(*pool.begin()); }
    std::vector<std::string> take_events() { return std::exchange(events, {}); }
    using list = std::vector<std::string>;

    outcome behaviour = outcome::answered;
    policy_verdict verdict;
    duration answer_takes = 1ms;
    int epoch = 0;  ///< a new one breaks all links
    time_point now{100s};
    std::vector<std::string> events;

    policy_pool pool{[this, number = 0]() mutable { return std::make_unique<fake_link>(*this, ++number); },
                     5s, [this] { return now; }};
};

TEST_F(policy_pool_test, connections_are_used_again)
{
    EXPECT_TRUE(asks_once());
    EXPECT_TRUE(asks_once());
    EXPECT_EQ(take_events(), (list{"ask 1", "ask 1"}));
}

TEST_F(policy_pool_test, a_transaction_has_one_connection_to_itself)
{
    const auto one = pool.begin();
    const auto other = pool.begin();
    EXPECT_EQ(take_events(), list{}) << "nothing before there is a question";
    asks(*one);
    asks(*other);
    asks(*one);
    EXPECT_EQ(take_events(), (list{"ask 1", "ask 2", "ask 1"}));
}

TEST_F(policy_pool_test, the_answer_is_handed_on)
{
    verdict = parse_policy_action("550 5.1.1 no");
    EXPECT_EQ(pool.begin()->ask(question()), verdict);
}

TEST_F(policy_pool_test, only_so_many_idle_connections_are_kept)
{
    std::vector<std::unique_ptr<policy_line>> lines;
    for (std::size_t i = 0; i < policy_pool::max_idle + 2; ++i)
        asks(*lines.emplace_back(pool.begin()));
    take_events();
    lines.clear();
    EXPECT_EQ(take_events().size(), 2U);
}

TEST_F(policy_pool_test, a_connection_that_died_while_idle_is_replaced_once)
{
    {
        const auto one = pool.begin();
        const auto other = pool.begin();
        asks(*one);
        asks(*other);
    }
    take_events();
    ++epoch;  // odmrd was restarted
    EXPECT_TRUE(asks_once());
    EXPECT_EQ(take_events(), (list{"ask 1", "close 2", "close 1", "ask 3"}));
    ++epoch;
    behaviour = outcome::broken;  // and now it is gone
    EXPECT_FALSE(asks_once());
    EXPECT_EQ(take_events(), (list{"ask 3", "close 3", "ask 4", "close 4"}));
}

TEST_F(policy_pool_test, after_a_break_in_the_middle_the_transaction_goes_without)
{
    const auto line = pool.begin();
    EXPECT_TRUE(asks(*line));
    ++epoch;
    EXPECT_FALSE(asks(*line));
    now += 1h;
    EXPECT_FALSE(asks(*line)) << "odmrd has forgotten the recipients it had seen";
    EXPECT_EQ(take_events(), (list{"ask 1", "ask 1", "close 1"}));
    EXPECT_TRUE(asks_once());
}

TEST_F(policy_pool_test, a_dead_odmrd_is_tried_once_a_second)
{
    behaviour = outcome::broken;
    answer_takes = 0ms;
    for (int i = 0; i < 100; ++i) {
        EXPECT_FALSE(asks_once());
        now += 50ms;
    }
    EXPECT_EQ(take_events().size(), 2U * 5U);
    behaviour = outcome::answered;
    now += 1s;
    EXPECT_TRUE(asks_once());
    EXPECT_TRUE(asks_once());
}

TEST_F(policy_pool_test, a_slow_odmrd_delays_one_message_in_a_while)
{
    const auto begun = pool.begin();
    asks(*begun);
    behaviour = outcome::timed_out;
    const time_point before = now;
    EXPECT_FALSE(asks_once());
    EXPECT_EQ(now - before, 5s);
    for (int i = 0; i < 100; ++i)
        EXPECT_FALSE(asks_once());
    EXPECT_FALSE(asks(*begun)) << "nor do those that had begun wait";
    EXPECT_EQ(now - before, 5s);
    now += 10s;
    EXPECT_FALSE(asks_once());
    EXPECT_FALSE(asks_once());
    EXPECT_EQ(now - before, 20s);
}

TEST_F(policy_pool_test, the_time_limit_is_for_all_questions_of_a_message)
{
    answer_takes = 2s;
    const auto line = pool.begin();
    EXPECT_TRUE(asks(*line));
    EXPECT_TRUE(asks(*line));
    EXPECT_FALSE(asks(*line));
    EXPECT_FALSE(asks(*line));
    EXPECT_EQ(take_events(), (list{"ask 1", "ask 1", "ask 1", "close 1"}));
}

TEST_F(policy_pool_test, what_cannot_be_asked_is_not)
{
    policy_request bad = question();
    bad.recipient = "a\nb";
    const auto line = pool.begin();
    EXPECT_FALSE(line->ask(bad));
    EXPECT_FALSE(asks(*line)) << "odmrd does not know of that recipient";
    EXPECT_TRUE(asks_once()) << "and is as good as before";
}

/// Answers at once, and now and then is broken.
class flaky_link final : public policy_link
{
public:
    explicit flaky_link(std::atomic<int>& questions) : questions_(questions) {}
    outcome ask(const std::string& /*question*/, duration /*limit*/, policy_verdict& /*answer*/) override
    {
        EXPECT_FALSE(busy_.exchange(true)) << "one transaction at a time";
        const bool breaks = ++questions_ % 97 == 0;
        busy_ = false;
        return breaks ? outcome::broken : outcome::answered;
    }

private:
    std::atomic<int>& questions_;
    std::atomic<bool> busy_ = false;
};

TEST(policy_pool_threads, may_all_use_it)
{
    std::atomic<int> questions = 0;
    policy_pool pool([&] { return std::make_unique<flaky_link>(questions); }, 5s);
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] {
                policy_request asked;
                asked.request = "smtpd_access_policy";
                for (int n = 0; n < 300; ++n) {
                    const auto line = pool.begin();
                    (void)line->ask(asked);
                    (void)line->ask(asked);
                }
            });
    }
    EXPECT_GT(questions, 0);
}

}  // namespace
}  // namespace odmr::milter
