#include "milter/policy_gate.hpp"

#include <gtest/gtest.h>

namespace odmr::milter
{
namespace
{

using namespace std::chrono_literals;

constexpr time_point start{100s};

TEST(policy_gate, is_open_while_odmrd_answers)
{
    policy_gate gate(5s);
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(gate.may_ask(start));
        EXPECT_FALSE(gate.answered());
    }
}

TEST(policy_gate, leaves_a_dead_odmrd_alone_for_a_second)
{
    policy_gate gate(5s);
    EXPECT_TRUE(gate.failed(outcome::broken, start));
    EXPECT_FALSE(gate.may_ask(start));
    EXPECT_FALSE(gate.may_ask(start + 999ms));
    EXPECT_TRUE(gate.may_ask(start + 1s));
}

TEST(policy_gate, leaves_a_slow_odmrd_alone_for_longer)
{
    policy_gate gate(5s);
    EXPECT_TRUE(gate.failed(outcome::timed_out, start));
    EXPECT_FALSE(gate.may_ask(start + 9s));
    EXPECT_TRUE(gate.may_ask(start + 10s));
}

TEST(policy_gate, lets_one_question_try)
{
    policy_gate gate(5s);
    gate.failed(outcome::timed_out, start);
    EXPECT_TRUE(gate.may_ask(start + 10s));
    EXPECT_FALSE(gate.may_ask(start + 10s));
    EXPECT_FALSE(gate.may_ask(start + 15s));
    EXPECT_TRUE(gate.answered());
    EXPECT_TRUE(gate.may_ask(start + 15s));
    EXPECT_TRUE(gate.may_ask(start + 15s));
}

TEST(policy_gate, does_not_wait_for_ever_for_what_the_one_finds_out)
{
    policy_gate gate(5s);
    gate.failed(outcome::broken, start);
    EXPECT_TRUE(gate.may_ask(start + 1s));
    EXPECT_FALSE(gate.may_ask(start + 10s));
    EXPECT_TRUE(gate.may_ask(start + 11s));
}

TEST(policy_gate, tells_of_a_change_once)
{
    policy_gate gate(5s);
    EXPECT_TRUE(gate.failed(outcome::broken, start));
    EXPECT_FALSE(gate.failed(outcome::broken, start));
    EXPECT_FALSE(gate.failed(outcome::timed_out, start + 1s));
    EXPECT_TRUE(gate.answered());
    EXPECT_FALSE(gate.answered());
    EXPECT_TRUE(gate.failed(outcome::timed_out, start + 2s));
}

}  // namespace
}  // namespace odmr::milter
