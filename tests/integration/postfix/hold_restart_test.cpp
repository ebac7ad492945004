// odmrd dies, comes back, runs without root, or does not run: what is on hold is remembered, and without
// odmrd Postfix accepts and defers as it would for any server that is away.
#include "hold_test.hpp"

#include <pwd.h>
#include <unistd.h>

namespace odmr::test
{
namespace
{

using ::testing::SizeIs;

class hold_restart : public hold_test
{
protected:
    void expect_that_the_next_session_gets(const std::vector<sent_message>& messages)
    {
        EXPECT_EQ(fetch(), session_end::quit);
        EXPECT_TRUE(all_arrive(messages));
        EXPECT_TRUE(queue_becomes_empty());
    }

    /// Moves what odmrd writes to where that account may, as an installation does.
    void install_for(const passwd& user)
    {
        provider& p = the_provider();
        const std::filesystem::path own = p.directory() / "odmr";
        const std::filesystem::path sockets = p.postfix().queue_dir() / "odmr";
        std::filesystem::create_directory(own);
        std::filesystem::create_directory(sockets);
        std::filesystem::copy_file(p.directory() / "customers.db", own / "customers.db");
        p.set("database", (own / "customers.db").string());
        p.set("control_socket", (own / "control").string());
        for (const std::filesystem::path& path : {sockets, own, own / "customers.db"})
            ASSERT_EQ(::chown(path.c_str(), user.pw_uid, user.pw_gid), 0) << path;
    }
};

TEST_F(hold_restart, what_was_held_when_odmrd_was_killed_is_let_go_by_the_next)
{
    start_holding();
    // So many that the customer comes before odmrd has seen the queue.
    const auto messages = many_held("ann@example.org", 500);
    the_provider().odmrd().kill_9();
    the_provider().start_odmrd();
    expect_that_the_next_session_gets(messages);
    EXPECT_THAT(box_.accepted(), SizeIs(500));
}

TEST_F(hold_restart, a_message_held_in_the_moment_before_the_kill_is_remembered)
{
    start_holding();
    std::vector<sent_message> messages;
    for (int i = 0; i < 5; ++i) {
        messages.push_back(send({"ann@example.org"}));
        the_provider().odmrd().kill_9();
        start_odmrd_holding();
    }
    for (const sent_message& message : messages)
        EXPECT_TRUE(comes_to_be(message, "hold"));
    expect_that_the_next_session_gets(messages);
}

TEST_F(hold_restart, killed_with_mail_let_go_and_under_way_it_has_lost_nothing)
{
    start_holding();
    const auto messages = many_held("ann@example.org", 100);
    scripted_customer& customer = turned();
    customer.script().stall_at("DATA", 10);
    customer.serve();
    ASSERT_TRUE(customer.wait_until_stalled());
    the_provider().odmrd().kill_9();
    the_provider().start_odmrd();
    may_come_twice("ann@example.org");  // what was answered when odmrd died
    expect_that_the_next_session_gets(messages);
}

TEST_F(hold_restart, while_odmrd_is_down_mail_is_accepted_and_deferred_and_nobody_else_notices)
{
    start_holding();
    const auto before = many_held("ann@example.org", 10);
    EXPECT_EQ(the_provider().odmrd().stop(), 0);
    const auto begin = clock::now();
    std::vector<std::vector<std::string>> envelopes(50, {"ann@example.org"});
    envelopes.resize(100, {"someone@elsewhere.example"});
    auto during = the_provider().send_many(envelopes);
    EXPECT_LT(clock::now() - begin, milliseconds(10'000));
    EXPECT_TRUE(arrives_elsewhere(during.back(), "someone@elsewhere.example"));
    EXPECT_TRUE(comes_to_be(during.front(), "deferred"));
    during.resize(50);
    during.insert(during.end(), before.begin(), before.end());
    the_provider().start_odmrd();
    expect_that_the_next_session_gets(during);
}

TEST_F(hold_restart, a_policy_server_that_does_not_answer_costs_a_bounded_time)
{
    const std::string impatient =
        "check_policy_service { unix:odmr/policy, timeout=1s, try_limit=1, default_action=DUNNO }\n";
    start_holding({.extra_main_cf = "smtpd_recipient_restrictions = " + impatient +
                                    "smtpd_end_of_data_restrictions = " + impatient});
    the_provider().odmrd().pause();
    const auto begin = clock::now();
    const sent_message message = send({"someone@elsewhere.example"});
    EXPECT_TRUE(arrives_elsewhere(message, "someone@elsewhere.example"));
    EXPECT_LT(clock::now() - begin, milliseconds(10'000));
    the_provider().odmrd().resume();
}

TEST_F(hold_restart, without_root_mail_is_deferred_and_that_is_said_once)
{
    prepare();
    const passwd* const user = ::getpwnam("postfix");
    ASSERT_NE(user, nullptr);
    install_for(*user);
    // In the group that Postfix's commands change to, so that they take our word for another configuration.
    the_provider().start_odmrd({"setpriv", "--reuid=postfix", "--regid=postdrop", "--clear-groups"});
    EXPECT_TRUE(odmrd_says(" no-hold: reason=\"odmrd was not started as root"));
    EXPECT_TRUE(odmrd_says("ready: holding=no"));
    const sent_message first = waiting({"ann@example.org"});
    const sent_message second = waiting({"ann@example.org"});
    EXPECT_TRUE(deferred(first));
    EXPECT_TRUE(deferred(second));
    expect_that_the_next_session_gets({first, second});
    const std::string log = the_provider().odmrd().log();
    EXPECT_EQ(log.find(" no-hold: "), log.rfind(" no-hold: "));
}

TEST_F(hold_restart, started_as_root_it_holds_and_lets_go_as_somebody_else)
{
    prepare({.odmr = {{"user", "postfix"}, stay}});
    const passwd* const user = ::getpwnam("postfix");
    ASSERT_NE(user, nullptr);
    install_for(*user);
    start_odmrd_holding();
    const auto messages = many_held("ann@example.org", 20);
    // Who is not root may list the queue of the machine's own Postfix only, so this session cannot know when
    // it has got everything.
    scripted_customer& customer = turned();
    customer.serve();
    EXPECT_TRUE(all_arrive(messages));
    EXPECT_TRUE(queue_becomes_empty());
}

}  // namespace
}  // namespace odmr::test
