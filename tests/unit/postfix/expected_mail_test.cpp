// expected_mail: what a listing misses once is still waited for; what came is not.
#include "postfix/expected_mail.hpp"

#include <gtest/gtest.h>

namespace odmr::postfix
{
namespace
{

using namespace std::chrono_literals;
const expected_mail::clock_point t0{};

TEST(expected_mail, is_what_was_listed_and_has_not_come)
{
    expected_mail mail;
    EXPECT_EQ(mail.missing(), 0U);
    mail.listed({{"A"}, {"B"}}, t0);
    EXPECT_EQ(mail.missing(), 2U);
    mail.came("A");
    EXPECT_EQ(mail.missing(), 1U);
    EXPECT_EQ(mail.ids_at_rest(10), std::vector<std::string>{"B"});
    EXPECT_TRUE(mail.ids_at_rest(0).empty());
    mail.listed({{"A"}, {"B"}}, t0 + 1h);  // A came and was deferred again: it is not waited for
    EXPECT_EQ(mail.missing(), 1U);
    mail.came("B");
    EXPECT_EQ(mail.missing(), 0U);
}

TEST(expected_mail, survives_a_listing_that_misses_it_while_it_moves)
{
    expected_mail mail;
    mail.listed({listed_message{"A"}}, t0);
    mail.listed({}, t0 + 1ms);
    mail.listed({}, t0 + 2ms);
    EXPECT_EQ(mail.missing(), 1U);
    mail.listed({listed_message{"A"}}, t0 + 10ms);
    mail.listed({}, t0 + 301ms);  // missed again, but not since the beginning
    EXPECT_EQ(mail.missing(), 1U);
}

TEST(expected_mail, is_forgotten_when_listings_have_missed_it_long_enough)
{
    expected_mail mail;
    mail.listed({listed_message{"A"}}, t0);
    mail.listed({}, t0 + 1ms);
    mail.listed({}, t0 + 1ms + expected_mail::missed_for_good);
    EXPECT_EQ(mail.missing(), 0U);
}

TEST(expected_mail, that_comes_before_it_is_listed_is_not_waited_for)
{
    expected_mail mail;
    mail.came("A");
    mail.listed({listed_message{"A"}}, t0);
    EXPECT_EQ(mail.missing(), 0U);
}

TEST(expected_mail, what_came_in_part_is_to_come_again)
{
    expected_mail mail;
    mail.listed({listed_message{"A"}}, {});
    mail.came("A");
    EXPECT_EQ(mail.missing(), 0U);
    mail.comes_again("A");
    EXPECT_EQ(mail.missing(), 1U);
    mail.came("A");
    EXPECT_EQ(mail.missing(), 0U);
}

TEST(expected_mail, that_moves_already_need_not_be_asked_for)
{
    expected_mail mail;
    mail.listed({{"A", true}, {"B", false}}, t0);
    EXPECT_EQ(mail.missing(), 2U);
    EXPECT_EQ(mail.ids_at_rest(10), std::vector<std::string>{"A"});
    mail.listed({{"A", false}, {"B", true}}, t0);
    EXPECT_EQ(mail.ids_at_rest(10), std::vector<std::string>{"B"});
}

TEST(expected_mail, counts_what_was_listed_or_came)
{
    expected_mail mail;
    mail.listed({{"A"}, {"B"}}, {});
    mail.came("C");
    EXPECT_EQ(mail.count([](const std::string&) { return true; }), 3U);
    EXPECT_EQ(mail.count([](const std::string& id) { return id == "B"; }), 1U);
}

}  // namespace
}  // namespace odmr::postfix
