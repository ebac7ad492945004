// lmtp_scope: what the mail system is promised on a socket of one domain, and on the one of all domains.
#include "core/lmtp_scope.hpp"

#include "fake_route.hpp"

#include <gtest/gtest.h>

namespace odmr
{
namespace
{

using test::fake_route;

capabilities of(const std::string& keywords)
{
    return parse_capabilities(reply(250, "", "mx.example\n" + keywords));
}

class lmtp_scope_test : public ::testing::Test
{
protected:
    std::unique_ptr<lmtp_scope> scope(const std::string& domain)
    {
        return scope_of(domain, online_, config_);
    }

    void enter(fake_route& route, const std::string& keywords, const std::string& domain)
    {
        route.can = of(keywords);
        online_.enter(route, {domain});
    }

    test::nobody_listens listener_;
    presence online_{listener_};
    settings config_;  ///< 8-bit content passes
    fake_route smith_{"smith"};
    fake_route jones_{"jones"};
};

TEST_F(lmtp_scope_test, a_domains_socket_has_that_domain_and_its_offers)
{
    const auto one = scope("a.example");
    EXPECT_TRUE(one->includes("a.example"));
    EXPECT_FALSE(one->includes("b.example"));
    EXPECT_EQ(one->offers(), std::nullopt) << "offline";
    enter(smith_, "DSN\nSIZE 9", "a.example");
    enter(jones_, "8BITMIME", "b.example");
    EXPECT_EQ(one->offers(), smith_.can);
}

TEST_F(lmtp_scope_test, a_domains_promise_is_broken_by_any_change)
{
    const auto one = scope("a.example");
    enter(smith_, "DSN", "a.example");
    const capabilities before = *one->offers();
    enter(jones_, "", "b.example");
    EXPECT_FALSE(one->broken(before));
    fake_route better("smith");
    enter(better, "DSN\nSMTPUTF8", "a.example");
    EXPECT_TRUE(one->broken(before));
}

TEST_F(lmtp_scope_test, the_socket_of_all_domains_is_always_of_use)
{
    const auto all = scope("");
    EXPECT_TRUE(all->includes("a.example"));
    EXPECT_EQ(all->offers(), of("8BITMIME\nSIZE")) << "nobody is online";
    config_.lmtp_size_limit = 1000;
    config_.eight_bit = eight_bit_content::convert;
    EXPECT_EQ(all->offers(), of("SIZE 1000"));
}

TEST_F(lmtp_scope_test, all_are_promised_what_each_of_them_offers)
{
    const auto all = scope("");
    config_.eight_bit = eight_bit_content::convert;
    enter(smith_, "DSN\n8BITMIME\nSMTPUTF8\nSIZE 9", "a.example");
    EXPECT_EQ(all->offers(), of("DSN\n8BITMIME\nSMTPUTF8\nSIZE")) << "a limit is one customer's own";
    enter(jones_, "SMTPUTF8", "b.example");
    EXPECT_EQ(all->offers(), of("SMTPUTF8\nSIZE"));
    config_.eight_bit = eight_bit_content::refuse;
    EXPECT_EQ(all->offers(), of("8BITMIME\nSMTPUTF8\nSIZE")) << "nothing shall be converted";
}

TEST_F(lmtp_scope_test, the_promise_for_all_is_broken_only_by_what_is_less)
{
    const auto all = scope("");
    const capabilities to_nobody = *all->offers();
    enter(smith_, "DSN", "a.example");
    EXPECT_FALSE(all->broken(to_nobody)) << "better is no harm";
    const capabilities to_smith = *all->offers();
    EXPECT_FALSE(all->broken(to_smith));
    enter(jones_, "SMTPUTF8", "b.example");
    EXPECT_TRUE(all->broken(to_smith));
    EXPECT_FALSE(all->broken(to_nobody));
    online_.leave(jones_);
    EXPECT_FALSE(all->broken(to_smith)) << "holds again";
    config_.lmtp_size_limit = 1000;
    EXPECT_TRUE(all->broken(to_smith));
}

}  // namespace
}  // namespace odmr
