// open_messages: places are counted for each customer, given back, and few after a stall.
#include "core/open_messages.hpp"

#include "core/release_window.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace odmr
{
namespace
{

/// As many places as there are, up to so many tries.
std::vector<open_messages::place> all_places(open_messages& open, const std::string& customer,
                                             std::size_t most)
{
    std::vector<open_messages::place> taken;
    for (std::size_t tries = 0; tries < 2 * most; ++tries)
        if (auto place = open.take(customer, most))
            taken.push_back(std::move(place));
    return taken;
}

TEST(open_messages, no_customer_gets_more_than_its_own)
{
    open_messages open;
    EXPECT_EQ(open.of("alice"), 0U);
    const auto alices = all_places(open, "alice", 20);
    EXPECT_EQ(alices.size(), 20U);
    EXPECT_EQ(open.of("alice"), 20U);
    const auto bobs = all_places(open, "bob", 10);
    EXPECT_EQ(bobs.size(), 10U);
}

TEST(open_messages, a_place_is_free_again_when_its_message_is_over)
{
    open_messages open;
    auto places = all_places(open, "alice", 20);
    places.pop_back();
    EXPECT_EQ(open.of("alice"), 19U);
    EXPECT_TRUE(open.take("alice", 20));
    places.clear();
    EXPECT_EQ(open.of("alice"), 0U);
    EXPECT_EQ(all_places(open, "alice", 20).size(), 20U);
}

TEST(open_messages, a_smaller_limit_holds_for_what_comes)
{
    open_messages open;
    const auto places = all_places(open, "alice", 20);
    EXPECT_FALSE(open.take("alice", 10));
}

TEST(open_messages, a_place_may_be_given_back_when_nobody_counts_any_more)
{
    open_messages::place last;
    {
        open_messages open;
        last = open.take("alice", 1);
    }
    EXPECT_TRUE(last);
    last = nullptr;
}

TEST(open_messages, after_a_stall_there_are_few_until_all_is_through)
{
    open_messages open;
    open.stalled("alice");
    EXPECT_EQ(all_places(open, "alice", 20).size(), release_window::few);
    EXPECT_EQ(all_places(open, "alice", 2).size(), 2U);
    EXPECT_EQ(all_places(open, "bob", 20).size(), 20U);
    open.all_is_through("alice");
    EXPECT_EQ(all_places(open, "alice", 20).size(), 20U);
}

}  // namespace
}  // namespace odmr
