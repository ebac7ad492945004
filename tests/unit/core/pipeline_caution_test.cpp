#include "core/pipeline_caution.hpp"

#include <gtest/gtest.h>

namespace odmr::test
{
namespace
{

using ahead = smtp_client::ahead;

class pipeline_caution_test : public ::testing::Test
{
protected:
    pipeline_trust trust() const { return caution.trust_in("ann", now); }
    /// A session of ann's as it would be run now.
    bool breaks(ahead how_far, std::uint64_t answered = 0)
    {
        return caution.broke("ann", trust(), how_far, answered, now);
    }

    pipeline_caution caution{10, std::chrono::minutes(60)};
    pipeline_caution::clock_point now{std::chrono::hours(1000)};
};

TEST_F(pipeline_caution_test, everybody_is_trusted_at_first)
{
    EXPECT_EQ(trust(), pipeline_trust::full);
    EXPECT_FALSE(breaks(ahead::not_at_all)) << "every lost line would look like that";
    EXPECT_EQ(trust(), pipeline_trust::full);
}

TEST_F(pipeline_caution_test, each_break_takes_a_step_back)
{
    EXPECT_TRUE(breaks(ahead::by_transactions));
    EXPECT_EQ(trust(), pipeline_trust::one);
    EXPECT_TRUE(breaks(ahead::in_a_transaction));
    EXPECT_EQ(trust(), pipeline_trust::lockstep);
    EXPECT_FALSE(breaks(ahead::in_a_transaction)) << "there is no step left";
    EXPECT_EQ(trust(), pipeline_trust::lockstep);
}

TEST_F(pipeline_caution_test, one_customer_is_not_another)
{
    breaks(ahead::by_transactions);
    EXPECT_EQ(caution.trust_in("bob", now), pipeline_trust::full);
}

TEST_F(pipeline_caution_test, a_server_that_has_shown_that_it_can_is_not_to_blame)
{
    EXPECT_FALSE(breaks(ahead::by_transactions, 10));
    EXPECT_EQ(trust(), pipeline_trust::full);
    EXPECT_TRUE(breaks(ahead::by_transactions, 9));
}

TEST_F(pipeline_caution_test, after_a_while_it_is_tried_again)
{
    breaks(ahead::by_transactions);
    now += std::chrono::minutes(59);
    EXPECT_EQ(trust(), pipeline_trust::one);
    now += std::chrono::minutes(1);
    EXPECT_EQ(trust(), pipeline_trust::full);
}

TEST_F(pipeline_caution_test, two_sessions_that_break_together_are_one_step)
{
    EXPECT_TRUE(caution.broke("ann", pipeline_trust::full, ahead::by_transactions, 0, now));
    EXPECT_FALSE(caution.broke("ann", pipeline_trust::full, ahead::by_transactions, 0, now));
    EXPECT_EQ(trust(), pipeline_trust::one);
}

TEST(with_trust, says_what_the_engine_may_do)
{
    const smtp_client::settings all{.name = "x", .limits = {}, .depth = 7};
    EXPECT_EQ(with_trust(all, pipeline_trust::full).depth, 7U);
    EXPECT_TRUE(with_trust(all, pipeline_trust::full).chunking);
    EXPECT_EQ(with_trust(all, pipeline_trust::one).depth, 1U);
    EXPECT_FALSE(with_trust(all, pipeline_trust::one).chunking);
    EXPECT_TRUE(with_trust(all, pipeline_trust::one).pipelining);
    EXPECT_FALSE(with_trust(all, pipeline_trust::lockstep).pipelining);
}

}  // namespace
}  // namespace odmr::test
