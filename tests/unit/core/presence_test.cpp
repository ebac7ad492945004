#include "core/presence.hpp"

#include "fake_route.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace odmr
{
namespace
{

using test::fake_route;
using words = std::vector<std::string>;

/// Writes down what it hears, and asks back each time: a listener may look at what it is told about.
class listener : public presence::listener
{
public:
    void domain_online(const std::string& domain) override { hear("online ", domain); }
    void domain_offline(const std::string& domain) override { hear("offline ", domain); }
    void routes_changed(const std::string& domain) override { hear("changed ", domain); }

    words take() { return std::exchange(heard_, {}); }
    const presence* asked = nullptr;
    words leave_together;  ///< domains that are offline when one of them is

private:
    void hear(const std::string& what, const std::string& domain)
    {
        heard_.push_back(what + domain);
        EXPECT_EQ(asked->route_to(domain) != nullptr, what != "offline ") << domain;
        EXPECT_EQ(asked->offers(domain).has_value(), what != "offline ") << domain;
        for (const std::string& other : leave_together) {
            EXPECT_TRUE(what == "online " || asked->route_to(other) == nullptr) << other;
            EXPECT_TRUE(what == "online " || !asked->offers(other)) << other;
        }
    }

    words heard_;
};

class presence_test : public ::testing::Test
{
protected:
    presence_test() { heard.asked = &online; }

    listener heard;
    presence online{heard};
    fake_route first{"smith"};
    fake_route second{"smith"};
    fake_route other{"jones"};
};

TEST_F(presence_test, a_domain_is_online_from_its_first_route_to_its_last)
{
    EXPECT_EQ(online.route_to("a.example"), nullptr);
    online.enter(first, {"a.example", "b.example"});
    EXPECT_EQ(heard.take(), (words{"online a.example", "online b.example"}));
    online.enter(second, {"b.example"});
    EXPECT_EQ(heard.take(), words{"changed b.example"});
    online.leave(first);
    EXPECT_EQ(heard.take(), (words{"offline a.example", "changed b.example"}));
    EXPECT_EQ(online.route_to("b.example"), &second);
    online.leave(second);
    EXPECT_EQ(heard.take(), words{"offline b.example"});
    EXPECT_EQ(online.route_to("b.example"), nullptr);
}

TEST_F(presence_test, who_left_is_gone_before_anybody_hears_of_it)
{
    heard.leave_together = {"a.example", "b.example", "c.example"};
    online.enter(first, {"a.example", "b.example", "c.example"});
    online.leave(first);
    EXPECT_EQ(heard.take().size(), 6U);
}

TEST_F(presence_test, leaving_twice_or_without_having_entered_changes_nothing)
{
    online.leave(first);
    online.enter(first, {"a.example"});
    online.leave(first);
    heard.take();
    online.leave(first);
    EXPECT_EQ(heard.take(), words{});
}

TEST_F(presence_test, mail_goes_to_the_route_with_the_least_load)
{
    online.enter(first, {"a.example"});
    online.enter(second, {"a.example"});
    first.busy = 2;
    second.busy = 1;
    EXPECT_EQ(online.route_to("a.example"), &second);
    first.busy = 0;
    EXPECT_EQ(online.route_to("a.example"), &first);
    EXPECT_EQ(online.route_to("A.example"), nullptr) << "names are in lower case here";
}

TEST_F(presence_test, mail_goes_to_a_route_that_will_do)
{
    const words only{"a.example"};
    const auto with_utf8 = [](const capabilities& offers) { return offers.smtputf8; };
    EXPECT_EQ(online.route_to(only, with_utf8), nullptr);
    online.enter(first, {"a.example"});
    online.enter(second, {"a.example"});
    EXPECT_EQ(online.route_to(only, with_utf8), nullptr);
    first.can.smtputf8 = true;
    first.busy = 9;
    EXPECT_EQ(online.route_to(only, with_utf8), &first) << "whatever its load";
    second.can.smtputf8 = true;
    EXPECT_EQ(online.route_to(only, with_utf8), &second);
}

TEST_F(presence_test, a_domain_is_promised_what_one_of_its_routes_offers)
{
    first.can.dsn = true;
    first.can.eight_bit_mime = true;
    first.can.size = true;
    first.can.size_limit = 500;
    second.can.dsn = true;
    second.can.smtputf8 = true;
    second.can.size = true;
    second.can.size_limit = 1000;
    capabilities both;
    both.dsn = true;
    both.eight_bit_mime = true;
    both.smtputf8 = true;
    both.size = true;
    both.size_limit = 1000;
    EXPECT_EQ(online.offers("a.example"), std::nullopt);
    online.enter(first, {"a.example"});
    EXPECT_EQ(online.offers("a.example"), first.can);
    online.enter(second, {"a.example"});
    EXPECT_EQ(online.offers("a.example"), both);
    online.leave(first);
    EXPECT_EQ(online.offers("a.example"), second.can);
}

TEST_F(presence_test, a_message_for_several_domains_goes_to_a_route_that_serves_them_all)
{
    const auto any = [](const capabilities&) { return true; };
    const words two{"a.example", "b.example"};
    online.enter(first, {"a.example"});
    EXPECT_EQ(online.route_to(two, any), nullptr);
    online.enter(second, {"b.example"});
    EXPECT_EQ(online.route_to(two, any), nullptr) << "each has one of them";
    fake_route third{"smith"};
    third.busy = 9;
    online.enter(third, {"b.example", "a.example"});
    EXPECT_EQ(online.route_to(two, any), &third) << "whatever its load";
    EXPECT_EQ(online.route_to(two, [](const capabilities& offers) { return offers.dsn; }), nullptr);
    online.leave(third);
    EXPECT_EQ(online.route_to(two, any), nullptr);
}

TEST_F(presence_test, everybody_is_promised_what_every_route_offers)
{
    EXPECT_EQ(online.offered_by_all(), std::nullopt);
    first.can = parse_capabilities(reply(250, "", "mx\nDSN\n8BITMIME\nSIZE 500"));
    second.can = parse_capabilities(reply(250, "", "mx\nDSN\nSMTPUTF8\nSIZE"));
    capabilities with_dsn;
    with_dsn.dsn = true;
    capabilities without_size = first.can;
    without_size.size = false;
    without_size.size_limit = 0;
    fake_route like_first{"brown"};
    like_first.can = first.can;
    online.enter(first, {"a.example"});
    online.enter(like_first, {"d.example"});
    EXPECT_EQ(online.offered_by_all(), without_size);
    online.enter(second, {"a.example", "b.example"});
    EXPECT_EQ(online.offered_by_all(), with_dsn);
    online.enter(other, {"c.example"});
    EXPECT_EQ(online.offered_by_all(), capabilities{});
    online.leave(other);
    online.leave(first);
    EXPECT_EQ(online.offered_by_all(), with_dsn) << "another is like the first";
    online.leave(second);
    EXPECT_EQ(online.offered_by_all(), without_size);
    online.leave(like_first);
    EXPECT_EQ(online.offered_by_all(), std::nullopt);
}

TEST_F(presence_test, routes_of_a_customer)
{
    online.enter(first, {"a.example", "b.example"});
    online.enter(second, {"b.example"});
    online.enter(other, {"c.example"});
    EXPECT_EQ(online.routes_of("smith"), (std::vector<mail_route*>{&first, &second}));
    EXPECT_EQ(online.routes_of("jones"), std::vector<mail_route*>{&other});
    EXPECT_EQ(online.routes_of("brown"), std::vector<mail_route*>{});
}

}  // namespace
}  // namespace odmr
