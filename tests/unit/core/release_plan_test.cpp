#include "core/release_plan.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace odmr
{
namespace
{

using std::chrono::milliseconds;
using std::chrono::seconds;
using strings = std::vector<std::string>;
using outlook = release_plan::outlook;

constexpr std::uint64_t mib = 1024 * 1024;
constexpr wall_time start{seconds(1'700'000'000)};

release_plan::time at(milliseconds when)
{
    return {release_plan::clock_point{} + std::chrono::hours(1) + when,
            start + std::chrono::duration_cast<seconds>(when)};
}

class release_plan_test : public ::testing::Test
{
protected:
    void hold(const std::string& id, const std::string& customer, const std::string& domain,
              seconds age = seconds(0), std::uint64_t octets = 1000)
    {
        arrival message{id, {}, octets};
        message.recipients.add(customer, domain);
        books.arrived(message, mail_state::held, start - age);
    }
    void hold_many(int count, const std::string& customer, const std::string& domain, const std::string& name)
    {
        for (int i = 0; i < count; ++i)
            hold(name + std::to_string(i), customer, domain, seconds(1000 - i % 1000));
    }
    mail_state state_of(const std::string& id) const { return books.find(id)->state; }
    void deliver(const strings& ids, const std::string& domain, milliseconds when)
    {
        for (const std::string& id : ids) {
            plan.came(id);
            plan.settled(id, domain, 1, false, at(when).now);
        }
    }

    ledger books;
    release_plan plan{books, {1000, 64 * mib}, seconds(600)};
};

TEST_F(release_plan_test, takes_nothing_for_who_is_not_there)
{
    hold("A", "smith", "a.example");
    EXPECT_TRUE(plan.take(at(milliseconds(0))).empty());
    EXPECT_FALSE(plan.anything_held());
    plan.domain_online("jones", "j.example");
    EXPECT_TRUE(plan.take(at(milliseconds(0))).empty());
    EXPECT_EQ(state_of("A"), mail_state::held);
}

TEST_F(release_plan_test, takes_the_oldest_first_and_once)
{
    hold("young", "smith", "a.example", seconds(10));
    hold("old", "smith", "a.example", seconds(30));
    hold("middle", "smith", "a.example", seconds(20));
    plan.domain_online("smith", "a.example");
    EXPECT_TRUE(plan.anything_held());
    EXPECT_EQ(plan.take(at(milliseconds(0))), (strings{"old", "middle", "young"}));
    EXPECT_EQ(state_of("old"), mail_state::released);
    EXPECT_TRUE(plan.take(at(milliseconds(0))).empty());
    EXPECT_FALSE(plan.anything_held());
}

TEST_F(release_plan_test, leaves_the_customers_other_domains_alone)
{
    hold("here", "smith", "a.example");
    hold("there", "smith", "b.example");
    plan.domain_online("smith", "a.example");
    EXPECT_EQ(plan.take(at(milliseconds(0))), strings{"here"});
    plan.domain_online("smith", "b.example");
    EXPECT_EQ(plan.take(at(milliseconds(0))), strings{"there"});
}

TEST_F(release_plan_test, never_lets_more_go_than_the_window_and_tops_it_up)
{
    hold_many(500, "smith", "a.example", "m");
    plan.domain_online("smith", "a.example");
    const strings first = plan.take(at(milliseconds(0)));
    EXPECT_EQ(first.size(), release_window::first.messages);
    EXPECT_TRUE(plan.take(at(milliseconds(1000))).empty());
    deliver(first, "a.example", milliseconds(2000));
    EXPECT_FALSE(plan.take(at(milliseconds(2000))).empty());
}

TEST_F(release_plan_test, what_all_may_have_is_shared_fairly)
{
    plan.set_limits({40, 64 * mib}, seconds(600));
    hold_many(100, "smith", "a.example", "s");
    hold_many(100, "jones", "j.example", "j");
    plan.domain_online("smith", "a.example");
    plan.domain_online("jones", "j.example");
    const strings taken = plan.take(at(milliseconds(0)));
    EXPECT_EQ(taken.size(), 40U);
    EXPECT_EQ(std::count_if(taken.begin(), taken.end(), [](const auto& id) { return id[0] == 's'; }), 20);
}

TEST_F(release_plan_test, what_could_not_be_let_go_is_held_and_tried_again_each_second)
{
    hold("A", "smith", "a.example");
    plan.domain_online("smith", "a.example");
    const strings taken = plan.take(at(milliseconds(0)));
    plan.let_go(taken, {}, at(milliseconds(0)));
    EXPECT_EQ(state_of("A"), mail_state::held);
    EXPECT_EQ(plan.still_to_come({"a.example"}, at(milliseconds(0))), (outlook{1, 0}));
    EXPECT_TRUE(plan.take(at(milliseconds(500))).empty());
    EXPECT_EQ(plan.take(at(milliseconds(1000))), strings{"A"});
}

TEST_F(release_plan_test, after_a_minute_it_is_tried_rarely_and_nobody_waits_for_it)
{
    hold("A", "smith", "a.example", seconds(61));
    plan.domain_online("smith", "a.example");
    plan.let_go(plan.take(at(milliseconds(0))), {}, at(milliseconds(0)));
    EXPECT_EQ(plan.still_to_come({"a.example"}, at(milliseconds(0))), outlook{});
    EXPECT_TRUE(plan.take(at(seconds(599))).empty());
    EXPECT_EQ(plan.take(at(seconds(600))), strings{"A"});
}

TEST_F(release_plan_test, a_line_lost_while_the_command_runs_does_not_make_it_somebody_elses)
{
    hold("A", "smith", "a.example");
    hold("B", "smith", "a.example");
    plan.domain_online("smith", "a.example");
    const strings taken = plan.take(at(milliseconds(0)));
    plan.domain_offline("smith", "a.example");
    EXPECT_EQ(state_of("A"), mail_state::deferred);
    plan.let_go(taken, {"B"}, at(milliseconds(10)));
    EXPECT_EQ(state_of("A"), mail_state::held);
    EXPECT_EQ(state_of("B"), mail_state::deferred);
}

TEST_F(release_plan_test, a_line_lasts_until_its_last_domain_is_gone)
{
    hold("A", "smith", "a.example");
    plan.domain_online("smith", "a.example");
    plan.domain_online("smith", "b.example");
    plan.take(at(milliseconds(0)));
    plan.domain_offline("smith", "b.example");
    EXPECT_EQ(state_of("A"), mail_state::released);
    plan.domain_offline("smith", "a.example");
    EXPECT_EQ(state_of("A"), mail_state::deferred);
    EXPECT_EQ(plan.still_to_come({"a.example"}, at(milliseconds(0))), outlook{});
    plan.domain_offline("smith", "a.example");
}

TEST_F(release_plan_test, what_does_not_come_makes_room_in_the_end)
{
    plan.set_limits({1, 64 * mib}, seconds(600));
    hold("A", "smith", "a.example", seconds(20));
    hold("B", "smith", "a.example", seconds(10));
    plan.domain_online("smith", "a.example");
    EXPECT_EQ(plan.take(at(milliseconds(0))), strings{"A"});
    plan.let_go({"A"}, {"A"}, at(milliseconds(0)));
    EXPECT_EQ(plan.still_to_come({"a.example"}, at(milliseconds(0))), (outlook{2, 0}));
    EXPECT_EQ(plan.still_to_come({"a.example"}, at(seconds(2))), (outlook{1, 1})) << "A should have come";
    EXPECT_TRUE(plan.take(at(seconds(9))).empty());
    EXPECT_EQ(plan.take(at(seconds(10))), strings{"B"});
    EXPECT_EQ(state_of("A"), mail_state::deferred);
}

TEST_F(release_plan_test, what_came_may_take_its_time)
{
    plan.set_limits({1, 64 * mib}, seconds(600));
    hold("A", "smith", "a.example", seconds(20));
    hold("B", "smith", "a.example", seconds(10));
    plan.domain_online("smith", "a.example");
    plan.take(at(milliseconds(0)));
    plan.came("A");
    EXPECT_TRUE(plan.take(at(seconds(3600))).empty());
    plan.settled("A", "a.example", 0, true, at(seconds(3600)).now);  // 4xx
    EXPECT_EQ(state_of("A"), mail_state::deferred);
    EXPECT_EQ(plan.take(at(seconds(3600))), strings{"B"});
}

TEST_F(release_plan_test, a_message_to_two_domains_is_under_way_until_both_are_settled)
{
    plan.set_limits({1, 64 * mib}, seconds(600));
    arrival message{"A", {}, 10};
    message.recipients.add("smith", "a.example");
    message.recipients.add("smith", "b.example");
    books.arrived(message, mail_state::held, start);
    hold("B", "smith", "a.example");
    plan.domain_online("smith", "a.example");
    plan.domain_online("smith", "b.example");
    EXPECT_EQ(plan.take(at(milliseconds(0))), strings{"A"});
    plan.came("A");
    plan.settled("A", "a.example", 1, false, at(milliseconds(1)).now);
    EXPECT_TRUE(plan.take(at(milliseconds(2))).empty());
    plan.settled("A", "b.example", 1, false, at(milliseconds(3)).now);
    EXPECT_EQ(books.find("A"), nullptr);
    EXPECT_EQ(plan.take(at(milliseconds(4))), strings{"B"});
}

TEST_F(release_plan_test, a_message_of_several_transactions_is_waited_for_until_the_last)
{
    arrival message{"A", {}, 10};
    for (int i = 0; i < 3; ++i)
        message.recipients.add("smith", "a.example");
    books.arrived(message, mail_state::held, start);
    plan.domain_online("smith", "a.example");
    plan.let_go(plan.take(at(milliseconds(0))), {"A"}, at(milliseconds(0)));
    plan.came("A");
    EXPECT_EQ(plan.still_to_come({"a.example"}, at(milliseconds(1))), outlook{});
    EXPECT_TRUE(plan.settled("A", "a.example", 2, false, at(milliseconds(2)).now));
    EXPECT_EQ(plan.still_to_come({"a.example"}, at(milliseconds(3))), (outlook{1, 0}));
    EXPECT_FALSE(plan.settled("A", "a.example", 1, false, at(milliseconds(4)).now));
    EXPECT_EQ(plan.still_to_come({"a.example"}, at(milliseconds(5))), outlook{});
}

TEST_F(release_plan_test, ordinary_mail_and_unknown_ids_are_no_concern_of_the_window)
{
    arrival message{"D", {}, 10};
    message.recipients.add("smith", "a.example");
    books.arrived(message, mail_state::deferred, start);
    plan.domain_online("smith", "a.example");
    plan.settled("D", "a.example", 1, false, at(milliseconds(0)).now);
    EXPECT_EQ(books.find("D"), nullptr);
    plan.settled("unknown", "a.example", 1, false, at(milliseconds(0)).now);
    plan.came("unknown");
    plan.let_go({"unknown"}, {}, at(milliseconds(0)));
}

TEST_F(release_plan_test, what_a_listing_finds_gone_makes_room)
{
    plan.set_limits({1, 64 * mib}, seconds(600));
    hold("A", "smith", "a.example", seconds(20));
    plan.domain_online("smith", "a.example");
    plan.take(at(milliseconds(0)));
    plan.let_go({"A"}, {"A"}, at(milliseconds(0)));
    plan.came("A");
    for (int i = 0; i < 2; ++i) {
        books.begin_listing(start);
        books.end_listing(true);
    }
    EXPECT_EQ(books.find("A"), nullptr);
    hold("B", "smith", "a.example");
    EXPECT_EQ(plan.take(at(milliseconds(1))), strings{"B"});
}

}  // namespace
}  // namespace odmr
