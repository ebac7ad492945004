#include "core/envelope.hpp"

#include "fake_directory.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace odmr
{
namespace
{

using strings = std::vector<std::string>;
using shares = std::vector<envelope::share>;

struct splitting {
    const char* address;
    const char* local;
    const char* domain;
};

TEST(split_address, takes_an_address_apart)
{
    const splitting table[] = {
        {"user@example.org", "user", "example.org"},
        {"User+Ext@EXAMPLE.org", "user+ext", "example.org"},
        {"J\xc3\x96RG@example.org", "j\xc3\x96rg", "example.org"},
        {"user@example.org.", "user", "example.org"},
        {"user@example.org..", "user", "example.org."},
        {"user@other.example@example.org", "user@other.example", "example.org"},
        {"john smith@example.org", "john smith", "example.org"},
        {"user@[192.0.2.1]", "user", "[192.0.2.1]"},
        {"user@[IPv6:2001:DB8::1]", "user", "[ipv6:2001:db8::1]"},
        {"Postmaster", "postmaster", ""},
        {"user@", "user", ""},
        {"user@.", "user", ""},
        {"@example.org", "@example.org", ""},
        {"@", "@", ""},
        {"", "", ""},
    };
    for (const splitting& t : table) {
        EXPECT_EQ(split_address(t.address).local, t.local) << t.address;
        EXPECT_EQ(split_address(t.address).domain, t.domain) << t.address;
    }
}

TEST(envelope, is_empty_at_first)
{
    const envelope none;
    EXPECT_TRUE(none.empty());
    EXPECT_EQ(none.sole_customer(), "");
}

TEST(envelope, counts_the_recipients_of_each_domain)
{
    envelope e;
    e.add("smith", "b.example");
    e.add("smith", "a.example");
    e.add("smith", "b.example");
    EXPECT_FALSE(e.empty());
    EXPECT_EQ(e.shares(), (shares{{"smith", "b.example", 2}, {"smith", "a.example", 1}}));
    EXPECT_EQ(e.sole_customer(), "smith");
}

TEST(envelope, of_two_customers_has_no_sole_one)
{
    envelope e;
    e.add("smith", "a.example");
    e.add("jones", "j.example");
    EXPECT_EQ(e.sole_customer(), "");
}

TEST(envelope, with_anybody_else_has_no_sole_customer)
{
    envelope e;
    e.add_other();
    EXPECT_FALSE(e.empty());
    EXPECT_EQ(e.sole_customer(), "");
    e.add("smith", "a.example");
    EXPECT_EQ(e.sole_customer(), "");
    EXPECT_EQ(e.others(), 1U);
}

TEST(envelope, a_domain_that_changed_hands_has_two_shares)
{
    envelope e;
    e.add("smith", "a.example");
    e.add("jones", "a.example");
    EXPECT_EQ(e.shares(), (shares{{"smith", "a.example", 1}, {"jones", "a.example", 1}}));
}

TEST(sort_recipients, asks_the_directory_about_every_domain)
{
    test::fake_directory directory;
    directory.domains = {{"a.example", {"smith"}}, {"b.example", {"smith"}}, {"j.example", {"jones"}}};
    directory.silent = {"silent.example"};

    EXPECT_EQ(sort_recipients(directory, {}), envelope{});
    const strings recipients{"x@a.example",     "y@A.EXAMPLE",   "x@b.example", "x@j.example",
                             "x@other.example", "x@[192.0.2.1]", "postmaster"};
    const std::optional<envelope> sorted = sort_recipients(directory, recipients);
    ASSERT_TRUE(sorted);
    EXPECT_EQ(sorted->shares(),
              (shares{{"smith", "a.example", 2}, {"smith", "b.example", 1}, {"jones", "j.example", 1}}));
    EXPECT_EQ(sorted->others(), 3U);

    EXPECT_EQ(sort_recipients(directory, strings{"x@a.example", "x@silent.example"}), std::nullopt);
}

}  // namespace
}  // namespace odmr
