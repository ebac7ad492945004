#include "core/atrn_decision.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace odmr
{
namespace
{

using names = std::vector<std::string>;

const names owned = {"a.example", "b.example"};

TEST(atrn_decision, a_bare_atrn_means_all_domains)
{
    const atrn_decision d = decide_atrn(owned, {});
    EXPECT_EQ(d.answer.code, 250);
    EXPECT_EQ(d.answer.lines.size(), 1U) << "clients read one line";
    EXPECT_EQ(d.domains, owned);
}

TEST(atrn_decision, own_domains_are_served_as_asked)
{
    const atrn_decision d = decide_atrn(owned, {"b.example"});
    EXPECT_EQ(d.answer.code, 250);
    EXPECT_EQ(d.domains, names{"b.example"});
}

TEST(atrn_decision, one_foreign_domain_refuses_them_all)
{
    for (const names& asked : {names{"c.example"}, names{"a.example", "c.example"},
                               names{"c.example", "a.example"}, names{"sub.a.example"}, names{"example"}}) {
        const atrn_decision d = decide_atrn(owned, asked);
        EXPECT_EQ(d.answer.code, 450);  // RFC 2645 5.2.1: MUST
        EXPECT_EQ(d.domains, names{});
        EXPECT_NE(d.reason, "");
        EXPECT_EQ(d.answer.text().find("example"), std::string::npos)
            << "which one it was is nobody's business";
    }
}

TEST(atrn_decision, a_customer_without_domains_is_refused)
{
    EXPECT_EQ(decide_atrn({}, {}).answer.code, 450);
    EXPECT_EQ(decide_atrn({}, {"a.example"}).answer.code, 450);
}

TEST(atrn_decision, without_mail_453_unless_the_customer_lingers)
{
    const auto weighed = [](std::optional<std::size_t> waiting, bool lingers) {
        atrn_decision d = decide_atrn(owned, {});
        weigh_waiting_mail(d, waiting, lingers);
        EXPECT_EQ(d.domains.empty(), d.answer.code != 250);
        EXPECT_EQ(d.reason.empty(), d.answer.code == 250);
        return d.answer.code;
    };
    EXPECT_EQ(weighed(0, false), 453);
    EXPECT_EQ(weighed(0, true), 250);
    EXPECT_EQ(weighed(1, false), 250);
    EXPECT_EQ(weighed(std::nullopt, false), 250) << "in doubt the customer may come";
}

TEST(atrn_decision, a_refusal_stays_one_whatever_waits)
{
    atrn_decision d = decide_atrn(owned, {"c.example"});
    weigh_waiting_mail(d, 0, false);
    EXPECT_EQ(d.answer.code, 450);
    weigh_waiting_mail(d, 5, true);
    EXPECT_EQ(d.answer.code, 450);
}

}  // namespace
}  // namespace odmr
