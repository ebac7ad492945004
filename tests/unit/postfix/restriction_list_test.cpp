// restriction_list: the lists of main.cf are taken apart as Postfix does it.
#include "postfix/restriction_list.hpp"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace odmr::postfix
{
namespace
{

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using list = std::vector<restriction>;

TEST(split_list, takes_commas_and_white_space)
{
    EXPECT_THAT(split_list("a, b c,,d\t e\n f ,"), ElementsAre("a", "b", "c", "d", "e", "f"));
    EXPECT_THAT(split_list(""), IsEmpty());
    EXPECT_THAT(split_list(" ,\t"), IsEmpty());
}

TEST(split_list, leaves_braces_whole)
{
    EXPECT_THAT(split_list("a { b, { c = d } }, e"), ElementsAre("a", "{ b, { c = d } }", "e"));
    EXPECT_THAT(split_list("inline:{ a=b, { c = d } }, e"), ElementsAre("inline:{ a=b, { c = d } }", "e"));
    EXPECT_THAT(split_list("{a}{b} {c},"), ElementsAre("{a}{b}", "{c}"));
    EXPECT_THAT(split_list("a { b, c"), ElementsAre("a", "{ b, c"));  // never closed
    EXPECT_THAT(split_list("} a"), ElementsAre("}", "a"));
}

TEST(restrictions, have_their_arguments_with_them)
{
    EXPECT_EQ(parse_restrictions(
                  "check_policy_service { unix:odmr/policy, timeout=10s }, permit_mynetworks\n"
                  " check_client_access hash:/etc/postfix/access reject_rbl_client bl.example, sleep 1"),
              (list{{"check_policy_service", "{ unix:odmr/policy, timeout=10s }"},
                    {"permit_mynetworks"},
                    {"check_client_access", "hash:/etc/postfix/access"},
                    {"reject_rbl_client", "bl.example"},
                    {"sleep", "1"}}));
    // A server may be named without a type, a table may not.
    EXPECT_EQ(parse_restrictions("check_policy_service 127.0.0.1:10031 permit"),
              (list{{"check_policy_service", "127.0.0.1:10031"}, {"permit"}}));
    EXPECT_EQ(parse_restrictions("check_helo_access, permit"), (list{{"check_helo_access"}, {"permit"}}));
}

TEST(restrictions, are_written_as_they_are_read)
{
    const list some = parse_restrictions("permit_mynetworks check_policy_service {unix:x}  reject");
    EXPECT_EQ(format_restrictions(some), "permit_mynetworks, check_policy_service {unix:x}, reject");
    EXPECT_EQ(parse_restrictions(format_restrictions(some)), some);
    EXPECT_EQ(format_restrictions({}), "");
}

TEST(restrictions, either_only_refuse_or_may_permit)
{
    for (const char* name : {"reject_unauth_destination", "reject_rbl_client", "defer_unauth_destination"})
        EXPECT_TRUE(restriction{name}.only_refuses()) << name;
    // A table may answer OK, a policy server too, and a class of restrictions may be anything.
    for (const char* name : {"permit_mynetworks", "permit", "check_client_access", "check_policy_service",
                             "my_class", "reject", "defer"})
        EXPECT_EQ(restriction{name}.only_refuses(), false) << name;
}

TEST(policy_client, is_a_server_and_its_options)
{
    const policy_client client =
        parse_policy_client("{ unix:odmr/policy, timeout=10s, try_limit = 1 { default_action = DUNNO } }");
    EXPECT_EQ(client.server, "unix:odmr/policy");
    EXPECT_THAT(client.options, ElementsAre(Pair("default_action", "DUNNO"), Pair("timeout", "10s")));

    EXPECT_EQ(parse_policy_client("inet:127.0.0.1:10031").server, "inet:127.0.0.1:10031");
    EXPECT_THAT(parse_policy_client("inet:127.0.0.1:10031").options, IsEmpty());
    EXPECT_EQ(parse_policy_client("").server, "");
    EXPECT_EQ(parse_policy_client("{ }").server, "");
}

}  // namespace
}  // namespace odmr::postfix
