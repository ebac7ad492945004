// How Postfix hands mail over: by a socket for each domain, there as long as a session serves it, and by a
// flush.
#include "provider_test.hpp"

namespace odmr::test
{
namespace
{

class sockets : public provider_test
{
};

TEST_F(sockets, the_socket_of_a_domain_exists_while_a_session_serves_it)
{
    start();
    const auto served = [this](const char* domain) {
        return std::filesystem::exists(the_provider().socket_of(domain));
    };
    waiting({"ann@example.org"});
    EXPECT_FALSE(served("example.org"));
    scripted_customer& customer = turned("ATRN example.org");
    customer.script().stall_at("MAIL");
    customer.serve();
    ASSERT_TRUE(customer.wait_until_stalled());
    EXPECT_TRUE(served("example.org"));
    EXPECT_FALSE(served("example.com"));
    customer.go_on();
    EXPECT_EQ(customer.wait_for_end(), session_end::quit);
    EXPECT_TRUE(wait_until([&] { return !served("example.org"); }));
}

TEST_F(sockets, mail_that_a_flush_of_the_domain_does_not_know_is_asked_for_by_queue_id)
{
    // As for mail that was deferred before its domain was among fast_flush_domains.
    start({.extra_main_cf = "fast_flush_domains =\n"});
    const sent_message message = waiting({"ann@example.org"});
    EXPECT_EQ(fetch("ATRN example.org"), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(sockets, a_stale_socket_makes_mail_wait)
{
    start({.odmr = {{"linger", "1h"}}});
    scripted_customer& customer = turned();
    customer.serve();
    ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(the_provider().socket_of("example.org")); }));
    the_provider().odmrd().kill_9();
    const sent_message message = waiting({"ann@example.org"});
    the_provider().set("linger", "0s");
    the_provider().start_odmrd();
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
}

TEST_F(sockets, a_restart_leaves_no_stale_sockets)
{
    start({.odmr = {{"linger", "1h"}}});
    scripted_customer& customer = turned();
    customer.serve();
    ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(the_provider().socket_of("example.com")); }));
    the_provider().odmrd().kill_9();
    the_provider().start_odmrd();
    EXPECT_FALSE(std::filesystem::exists(the_provider().socket_of("example.com")));
}

}  // namespace
}  // namespace odmr::test
