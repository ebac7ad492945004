// odmrctl and what a customer has instead of the configured defaults.
#include "odmrctl_program.hpp"

#include <nlohmann/json.hpp>

namespace odmr::test
{
namespace
{

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using json = nlohmann::json;

class odmrctl_settings : public odmrctl_program
{
};

TEST_F(odmrctl_settings, are_given_with_a_new_customer)
{
    EXPECT_EQ(done({"customer", "add", "bob", "--max-messages", "1000", "--max-size=100M", "--hold-time",
                    "7d", "--linger", "default"},
                   "secret\n"),
              "customer bob added\n");
    EXPECT_EQ(
        store().find_customer("bob"),
        (customer{
            .name = "bob", .max_messages = 1000, .max_octets = 100U << 20U, .hold_time = seconds(604'800)}));
}

TEST_F(odmrctl_settings, are_changed_one_by_one_and_together)
{
    EXPECT_EQ(done({"customer", "add", "bob", "--linger", "90s"}, "secret\n"), "customer bob added\n");
    EXPECT_EQ(done({"customer", "set", "Bob", "--max-messages", "1"}), "customer bob: max-messages 1\n");
    EXPECT_EQ(done({"customer", "set", "bob", "--hold-time", "36h", "--max-size", "512K"}),
              "customer bob: max-size 512K\ncustomer bob: hold-time 36h\n");
    EXPECT_EQ(store().find_customer("bob"), (customer{.name = "bob",
                                                      .linger = seconds(90),
                                                      .max_messages = 1,
                                                      .max_octets = 512U << 10U,
                                                      .hold_time = seconds(129'600)}));
    EXPECT_EQ(done({"customer", "set", "bob", "--max-messages", "default", "--max-size", "default",
                    "--hold-time", "default", "--linger", "default"}),
              "customer bob: linger default (7s)\ncustomer bob: max-messages default\n"
              "customer bob: max-size default\ncustomer bob: hold-time default\n");
    EXPECT_EQ(store().find_customer("bob"), (customer{.name = "bob"}));
}

TEST_F(odmrctl_settings, are_shown)
{
    EXPECT_EQ(
        done({"customer", "add", "bob", "--max-messages", "1000", "--max-size", "1536K", "--hold-time", "7d"},
             "secret\n"),
        "customer bob added\n");
    EXPECT_THAT(
        done({"customer", "show", "bob"}),
        HasSubstr(
            "\nlinger        default (7s)\nmax-messages  1000\nmax-size      1536K\nhold-time     7d\n"));
    const auto shown = json::parse(done({"customer", "show", "bob", "--json"}));
    EXPECT_EQ(shown.at("max_messages"), 1000);
    EXPECT_EQ(shown.at("max_octets"), 1'572'864);
    EXPECT_EQ(shown.at("hold_time"), 604'800);
    EXPECT_EQ(shown.at("linger"), nullptr);
    EXPECT_EQ(json::parse(done({"customer", "list", "--json"})), json::array({shown}));
}

TEST_F(odmrctl_settings, are_refused_with_a_reason_and_then_nothing_changes)
{
    EXPECT_EQ(done({"customer", "add", "bob"}, "secret\n"), "customer bob added\n");
    const auto refusal = [&](const std::string& option, const std::string& value) {
        return failure(EX_DATAERR, {"customer", "set", "bob", "--linger", "5s", option, value});
    };
    for (const auto* value : {"0", "-1", "1.5", "many", "1000000001", "99999999999999999999", ""})
        EXPECT_EQ(refusal("--max-messages", value),
                  "odmrctl: --max-messages: \"" + std::string(value) +
                      "\" cannot be used; expected a whole number from 1 to 1000000000, or default\n");
    for (const auto* value : {"0", "1", "1023", "1025G", "10 M", "10MB", "M"})
        EXPECT_THAT(refusal("--max-size", value),
                    AllOf(StartsWith("odmrctl: --max-size: \"" + std::string(value) + "\" "),
                          HasSubstr("expected a size from 1K to 1024G")));
    for (const auto* value : {"0", "5", "366d", "1w", "-1d"})
        EXPECT_THAT(refusal("--hold-time", value),
                    AllOf(StartsWith("odmrctl: --hold-time: \"" + std::string(value) + "\" "),
                          HasSubstr("expected a duration from 1s to 365d")));
    EXPECT_EQ(store().find_customer("bob"), (customer{.name = "bob"}));
    EXPECT_THAT(failure(EX_USAGE, {"customer", "set", "bob", "--max-size", "1M", "--max-size", "2M"}),
                HasSubstr("twice"));
    EXPECT_EQ(failure(EX_DATAERR, {"customer", "set", "ann", "--max-messages", "5"}),
              "odmrctl: there is no customer ann\n");
    EXPECT_THAT(failure(EX_DATAERR, {"customer", "add", "ann", "--hold-time", "5"}, "secret\n"),
                HasSubstr("--hold-time"));
    EXPECT_EQ(store().find_customer("ann"), std::nullopt);
}

}  // namespace
}  // namespace odmr::test
