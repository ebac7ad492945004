// parked_mail: what has not been attempted since the domain is online is still to come, and is asked for.
#include "sendmail/parked_mail.hpp"

#include <gtest/gtest.h>

namespace odmr::sendmail
{
namespace
{

using namespace std::chrono_literals;

class parked_mail_test : public ::testing::Test
{
protected:
    void listed(const std::vector<sighting>& messages) { mail.listed(messages, now); }
    bool ask(bool nothing_moves = true) { return mail.ask(now, nothing_moves); }

    parked_mail::clock_point now{};
    parked_mail mail{now, 10min};
};

// id, locked, priority, failed, busy
const sighting a{"A", false, 30'000};
const sighting a_locked{"A", true, 30'000};
const sighting a_looked_at{"A", false, 120'000};  // by the hourly look for expired mail
const sighting a_failed{"A", false, 120'000, true};
const sighting a_failed_again{"A", false, 210'000, true};
const sighting a_came_too_early{"A", false, 120'000, true, true};
const sighting b{"B", false, 30'000};

TEST_F(parked_mail_test, knows_nothing_before_the_first_listing)
{
    EXPECT_FALSE(mail.known());
    EXPECT_FALSE(ask());
    listed({});
    EXPECT_TRUE(mail.known());
    EXPECT_EQ(mail.still_to_come(), 0U);
    EXPECT_FALSE(ask());
}

TEST_F(parked_mail_test, what_waited_was_asked_for_already)
{
    listed({a, b});
    EXPECT_EQ(mail.still_to_come(), 2U);
    EXPECT_FALSE(ask());
    now += 1s;
    EXPECT_FALSE(ask(false));  // it comes
    EXPECT_TRUE(ask());
    EXPECT_FALSE(ask());
    listed({b});
    EXPECT_EQ(mail.still_to_come(), 1U);
}

TEST_F(parked_mail_test, what_is_new_is_asked_for_at_once)
{
    listed({a});
    listed({a, b});
    EXPECT_TRUE(ask(false));
    EXPECT_FALSE(ask(false));
}

TEST_F(parked_mail_test, what_does_not_come_is_asked_for_more_and_more_rarely)
{
    listed({a});
    std::vector<std::chrono::seconds> asked;
    const auto began = now;
    for (; now < began + 1h; now += 1s)
        if (ask())
            asked.push_back(std::chrono::duration_cast<std::chrono::seconds>(now - began));
    ASSERT_GT(asked.size(), 5U);
    EXPECT_EQ(asked[0], 1s);
    EXPECT_EQ(asked[1], 3s);
    EXPECT_EQ(asked[2], 7s);
    EXPECT_EQ(asked.back() - asked[asked.size() - 2], 10min);
}

TEST_F(parked_mail_test, what_was_attempted_is_not_waited_for_and_tried_again_later)
{
    listed({a});
    listed({a_failed});
    EXPECT_EQ(mail.still_to_come(), 0U);
    now += 9min;
    EXPECT_FALSE(ask());
    now += 1min;
    EXPECT_TRUE(ask());
    EXPECT_FALSE(ask());
    listed({a_failed_again});
    EXPECT_EQ(mail.still_to_come(), 0U);
    now += 10min;
    EXPECT_TRUE(ask());
}

TEST_F(parked_mail_test, looking_at_it_is_no_attempt)
{
    listed({a});
    listed({a_looked_at});
    EXPECT_EQ(mail.still_to_come(), 1U);
}

TEST_F(parked_mail_test, failures_of_earlier_sessions_do_not_count)
{
    listed({a_failed});
    EXPECT_EQ(mail.still_to_come(), 1U);
    listed({a_failed_again});
    EXPECT_EQ(mail.still_to_come(), 0U);
}

TEST_F(parked_mail_test, while_it_is_locked_nothing_is_known)
{
    listed({a_locked});  // by a queue run from before the domain came online
    EXPECT_EQ(mail.still_to_come(), 1U);
    now += 1min;
    EXPECT_FALSE(ask());
    listed({a_failed});
    EXPECT_EQ(mail.still_to_come(), 1U);
    EXPECT_TRUE(ask());
    listed({a_failed_again});
    EXPECT_EQ(mail.still_to_come(), 0U);
}

TEST_F(parked_mail_test, what_only_came_at_a_bad_moment_is_still_to_come)
{
    listed({a});
    listed({a_came_too_early});
    EXPECT_EQ(mail.still_to_come(), 1U);
    now += 1s;
    EXPECT_TRUE(ask());
    listed({a_failed_again});
    EXPECT_EQ(mail.still_to_come(), 0U);
}

TEST_F(parked_mail_test, somebody_has_it_in_his_hands_while_a_listing_shows_a_lock)
{
    EXPECT_FALSE(mail.any_locked());
    listed({a_locked, b});
    EXPECT_TRUE(mail.any_locked());
    listed({a, b});
    EXPECT_FALSE(mail.any_locked());
}

TEST(sight, is_what_a_domain_sees_of_a_message)
{
    const queued_message message{.queue_id = "A",
                                 .locked = true,
                                 .priority = 7,
                                 .recipients = {{"a@example.org", false, "Deferred: 450 4.4.5 as many"},
                                                {"b@example.com", false, "Deferred: 450 4.2.1 full"},
                                                {"c@example.n", true}}};
    EXPECT_EQ(sight(message, "example.org"), (sighting{"A", true, 7, true, true}));
    EXPECT_EQ(sight(message, "example.com"), (sighting{"A", true, 7, true, false}));
    EXPECT_EQ(sight(message, "example.net"), (sighting{"A", true, 7, true, false}));
    EXPECT_EQ(sight(message, "example.or"), std::nullopt);
    EXPECT_EQ(sight({.queue_id = "A", .recipients = {{"a@b.example"}}}, "b.example"),
              (sighting{"A", false, 0, false, false}));
}

TEST(sight, tells_whose_fault_it_was)
{
    const auto busy = [](const char* status) {
        const queued_message message{.queue_id = "A", .recipients = {{"a@example.org", false, status}}};
        return sight(message, "example.org")->busy;
    };
    EXPECT_TRUE(busy("Deferred: Connection reset by localhost"));
    EXPECT_TRUE(busy("Deferred: Connection refused by localhost"));
    EXPECT_TRUE(busy("Deferred: 451 4.4.2 customer's session ended: connection clo"));
    EXPECT_TRUE(busy("Deferred: 450 4.5.3 another customer's"));
    EXPECT_TRUE(busy("Deferred"));
    EXPECT_FALSE(busy("Deferred: 452 4.2.2 Mailbox full"));
    EXPECT_FALSE(busy("Deferred: 450"));
    EXPECT_FALSE(busy("8BITMIME"));
}

}  // namespace
}  // namespace odmr::sendmail
