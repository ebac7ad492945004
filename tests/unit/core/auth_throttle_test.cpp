#include "core/auth_throttle.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace odmr
{
namespace
{

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const auth_throttle::clock_point start{hours(1)};

TEST(auth_throttle, the_delay_doubles_up_to_the_most)
{
    auth_throttle throttle(seconds(1), seconds(5));
    for (const int wanted : {1, 2, 4, 5, 5, 5})
        EXPECT_EQ(throttle.failed("smith", "192.0.2.1", start), seconds(wanted));
}

TEST(auth_throttle, the_first_delay_is_no_longer_than_the_most)
{
    auth_throttle throttle(seconds(9), seconds(5));
    EXPECT_EQ(throttle.failed("smith", "192.0.2.1", start), seconds(5));
}

TEST(auth_throttle, no_delay_at_all)
{
    auth_throttle throttle(seconds(0), seconds(0));
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(throttle.failed("smith", "192.0.2.1", start), seconds(0));
}

TEST(auth_throttle, guesses_at_one_account_from_many_addresses)
{
    auth_throttle throttle(seconds(1), seconds(60));
    EXPECT_EQ(throttle.failed("smith", "192.0.2.1", start), seconds(1));
    EXPECT_EQ(throttle.failed("smith", "192.0.2.2", start), seconds(2));
    EXPECT_EQ(throttle.failed("smith", "192.0.2.3", start), seconds(4));
    EXPECT_EQ(throttle.failed("jones", "192.0.2.4", start), seconds(1)) << "nobody else waits";
}

TEST(auth_throttle, guesses_at_many_accounts_from_one_address)
{
    auth_throttle throttle(seconds(1), seconds(60));
    EXPECT_EQ(throttle.failed("smith", "192.0.2.1", start), seconds(1));
    EXPECT_EQ(throttle.failed("jones", "192.0.2.1", start), seconds(2));
    EXPECT_EQ(throttle.failed("", "192.0.2.1", start), seconds(4)) << "an exchange without a name counts";
    EXPECT_EQ(throttle.failed("", "192.0.2.2", start), seconds(1)) << "but no name is not an account";
}

TEST(auth_throttle, an_account_is_not_an_address)
{
    auth_throttle throttle(seconds(1), seconds(60));
    throttle.failed("192.0.2.1", "192.0.2.2", start);
    EXPECT_EQ(throttle.failed("smith", "192.0.2.1", start), seconds(1));
}

TEST(auth_throttle, the_right_password_clears_the_account_not_the_address)
{
    auth_throttle throttle(seconds(1), seconds(60));
    for (int i = 0; i < 3; ++i)
        throttle.failed("smith", "192.0.2.1", start);
    throttle.succeeded("smith");
    throttle.succeeded("never failed");
    EXPECT_EQ(throttle.failed("smith", "192.0.2.2", start), seconds(1));
    EXPECT_EQ(throttle.failed("jones", "192.0.2.1", start), seconds(8));
}

TEST(auth_throttle, who_was_quiet_starts_anew)
{
    auth_throttle throttle(seconds(1), seconds(60), minutes(15));
    throttle.failed("smith", "192.0.2.1", start);
    EXPECT_EQ(throttle.failed("smith", "192.0.2.1", start + minutes(15)), seconds(2)) << "not yet";
    EXPECT_EQ(throttle.failed("smith", "192.0.2.1", start + minutes(30) + milliseconds(1)), seconds(1));
}

TEST(auth_throttle, the_oldest_key_goes_when_there_are_too_many)
{
    auth_throttle throttle(seconds(1), seconds(60), minutes(15), 4);
    throttle.failed("", "192.0.2.1", start);
    throttle.failed("smith", "192.0.2.2", start + seconds(1));
    throttle.failed("", "192.0.2.3", start + seconds(2));
    throttle.failed("", "192.0.2.4", start + seconds(3));  // 192.0.2.1 goes
    EXPECT_EQ(throttle.failed("smith", "192.0.2.2", start + seconds(4)), seconds(2)) << "they are kept";
    EXPECT_EQ(throttle.failed("", "192.0.2.1", start + seconds(5)), seconds(1)) << "it starts anew";
}

TEST(auth_throttle, quiet_keys_go_before_the_oldest)
{
    auth_throttle throttle(seconds(1), seconds(60), minutes(15), 3);
    throttle.failed("", "192.0.2.1", start);
    throttle.failed("", "192.0.2.2", start + seconds(1));
    throttle.failed("", "192.0.2.3", start + minutes(10));
    throttle.failed("", "192.0.2.4", start + minutes(16));  // the first two have been quiet for long
    throttle.failed("", "192.0.2.5", start + minutes(16));
    EXPECT_EQ(throttle.failed("", "192.0.2.3", start + minutes(17)), seconds(2));
}

TEST(auth_throttle, long_names_take_no_more_room_than_short_ones)
{
    auth_throttle throttle(seconds(1), seconds(60));
    throttle.failed(std::string(9000, 'x') + "1", "192.0.2.1", start);
    EXPECT_EQ(throttle.failed(std::string(9000, 'x') + "2", "192.0.2.2", start), seconds(2))
        << "they are one key";
    throttle.succeeded(std::string(9000, 'x'));
    EXPECT_EQ(throttle.failed(std::string(9000, 'x'), "192.0.2.3", start), seconds(1));
}

}  // namespace
}  // namespace odmr
