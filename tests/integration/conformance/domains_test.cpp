// Whose mail an ATRN fetches: domains in its list, domains that are not, and what it answers (RFC
// 2645 5.2.1).
#include "conformance_test.hpp"

namespace odmr::test
{
namespace
{

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class domains : public with_each_mail_system
{
};

TEST_P(domains, all_domains_of_the_list_are_fetched)
{
    start();
    const sent_message org = waiting({"ann@example.org"});
    const sent_message com = waiting({"ann@example.com"});
    EXPECT_EQ(fetch("ATRN example.org,example.com"), session_end::quit);
    EXPECT_TRUE(arrives(org, "ann@example.org"));
    EXPECT_TRUE(arrives(com, "ann@example.com"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_P(domains, atrn_alone_means_all_domains_of_the_customer)
{
    start();
    const sent_message org = waiting({"ann@example.org"});
    const sent_message com = waiting({"ann@example.com"});
    EXPECT_EQ(fetch("ATRN"), session_end::quit);
    EXPECT_TRUE(arrives(org, "ann@example.org"));
    EXPECT_TRUE(arrives(com, "ann@example.com"));
}

TEST_P(domains, a_domain_that_was_not_asked_for_keeps_waiting)
{
    start();
    const sent_message org = waiting({"ann@example.org"});
    const sent_message com = waiting({"ann@example.com"});
    EXPECT_EQ(fetch("ATRN example.com"), session_end::quit);
    EXPECT_TRUE(arrives(com, "ann@example.com"));
    EXPECT_TRUE(still_waits(org, "ann@example.org"));
}

TEST_P(domains, mail_addressed_in_capitals_belongs_to_the_same_domain)
{
    start();
    const sent_message org = waiting({"Ann@EXAMPLE.Org"});
    EXPECT_EQ(fetch("ATRN example.org"), session_end::quit);
    EXPECT_TRUE(arrives(org, "Ann@EXAMPLE.Org"));
}

TEST_P(domains, each_customer_gets_only_its_own_mail)
{
    start();
    the_provider().add_customer("bob", {"example.net"});
    const sent_message to_alice = waiting({"ann@example.org"});
    const sent_message to_bob = waiting({"bob@example.net"});
    scripted_customer& bob = logged_in("bob");
    EXPECT_THAT(bob.say("ATRN"), StartsWith("250 "));
    bob.serve();
    EXPECT_EQ(bob.wait_for_end(), session_end::quit);
    EXPECT_TRUE(arrives(to_bob, "bob@example.net"));
    EXPECT_TRUE(still_waits(to_alice, "ann@example.org"));
}

TEST_P(domains, another_customers_domain_refuses_the_whole_list_and_no_mail_moves)
{
    start();
    the_provider().add_customer("bob", {"example.net"});
    const sent_message own = waiting({"ann@example.org"});
    const sent_message foreign = waiting({"bob@example.net"});
    scripted_customer& alice = logged_in("alice");
    EXPECT_THAT(alice.say("ATRN example.org,example.net"), StartsWith("450 4.7.1 "));
    EXPECT_THAT(alice.say("ATRN example.net"), StartsWith("450 4.7.1 "));
    EXPECT_THAT(alice.say("QUIT"), StartsWith("221 "));
    EXPECT_THAT(alice.line().read_until_closed(), IsEmpty());
    EXPECT_TRUE(still_waits(own, "ann@example.org"));
    EXPECT_TRUE(still_waits(foreign, "bob@example.net"));
    EXPECT_THAT(the_provider().odmrd().log(), Not(HasSubstr("sender@elsewhere.example")));
}

TEST_P(domains, without_mail_the_answer_is_453_for_a_customer_who_does_not_linger)
{
    start();
    const sent_message com = waiting({"ann@example.com"});
    scripted_customer& alice = logged_in();
    EXPECT_THAT(alice.say("ATRN example.org"), StartsWith("453 4.0.0 "));
    EXPECT_THAT(alice.say("QUIT"), StartsWith("221 "));
    EXPECT_TRUE(still_waits(com, "ann@example.com"));
}

TEST_P(domains, without_mail_the_answer_is_250_for_one_who_lingers_then_ehlo_and_quit)
{
    start({.odmr = {{"linger", "1s"}}});
    scripted_customer& alice = turned();
    alice.serve();
    EXPECT_EQ(alice.wait_for_end(), session_end::quit);
    EXPECT_EQ(alice.log().count("< EHLO"), 1);
    EXPECT_EQ(alice.log().count("< MAIL"), 0);
}

INSTANTIATE_TEST_SUITE_P(, domains, each_mail_system, name_of_parameter);

}  // namespace
}  // namespace odmr::test
