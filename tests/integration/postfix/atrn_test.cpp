// What ATRN answers to a list of domains (RFC 2645 5.2.1), whatever waits and wherever.
#include "provider_test.hpp"

namespace odmr::test
{
namespace
{

using ::testing::StartsWith;

class atrn : public provider_test
{
};

TEST_F(atrn, a_domain_named_twice_counts_once)
{
    start();
    const sent_message org = waiting({"ann@example.org"});
    EXPECT_EQ(fetch("ATRN example.org,EXAMPLE.org,example.org"), session_end::quit);
    EXPECT_TRUE(arrives(org, "ann@example.org"));
}

TEST_F(atrn, a_domain_nobody_has_is_refused_like_another_customers)
{
    start();
    scripted_customer& alice = logged_in();
    EXPECT_THAT(alice.say("ATRN example.org,nobody.example"), StartsWith("450 4.7.1 "));
    EXPECT_THAT(alice.say("ATRN sub.example.org"), StartsWith("450 4.7.1 "));
}

TEST_F(atrn, after_a_refusal_the_right_list_is_granted)
{
    start();
    const sent_message org = waiting({"ann@example.org"});
    scripted_customer& alice = logged_in();
    EXPECT_THAT(alice.say("ATRN example.net"), StartsWith("450 "));
    EXPECT_THAT(alice.say("ATRN example.org"), StartsWith("250 "));
    alice.serve();
    EXPECT_EQ(alice.wait_for_end(), session_end::quit);
    EXPECT_TRUE(arrives(org, "ann@example.org"));
}

TEST_F(atrn, a_list_that_breaks_the_syntax_is_refused_with_501)
{
    start();
    scripted_customer& alice = logged_in();
    for (const char* list :
         {"example.org, example.com", "example.org,", ",example.org", "example.org,,example.com", "example",
          "example.org.", "exam_ple.org", "-a.example", "[127.0.0.1]", "*.org"})
        EXPECT_THAT(alice.say(std::string("ATRN ") + list), StartsWith("501 5.5.4 ")) << list;
    EXPECT_THAT(alice.say("NOOP"), StartsWith("250 "));
}

TEST_F(atrn, a_customer_without_domains_is_refused)
{
    start();
    the_provider().add_customer("carol", {});
    scripted_customer& carol = logged_in("carol");
    EXPECT_THAT(carol.say("ATRN"), StartsWith("450 4.7.1 "));
    EXPECT_THAT(carol.say("ATRN example.org"), StartsWith("450 4.7.1 "));
}

TEST_F(atrn, the_customers_own_linger_time_goes_before_the_general_one)
{
    start({.odmr = {{"linger", "1h"}}});
    the_provider().add_customer("carol", {"example.net"}, {"--cram-md5", "--linger", "0s"});
    scripted_customer& carol = logged_in("carol");
    EXPECT_THAT(carol.say("ATRN"), StartsWith("453 "));
}

TEST_F(atrn, a_domain_taken_from_a_customer_is_no_longer_granted)
{
    start();
    const sent_message com = waiting({"ann@example.com"});
    the_provider().odmrctl_or_throw({"domain", "remove", "example.com"});
    scripted_customer& alice = logged_in();
    EXPECT_THAT(alice.say("ATRN example.com"), StartsWith("450 "));
    EXPECT_TRUE(still_waits(com, "ann@example.com"));
}

}  // namespace
}  // namespace odmr::test
