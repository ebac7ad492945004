// Two Sendmails that share the work, as docs/sendmail.md has it: the first takes mail in, and the second,
// which has sendmail-odmr.mc as it stands, hands customers' mail over and has lifetimes of its own.
#include "provider_test.hpp"

#include <nlohmann/json.hpp>

#include <sysexits.h>

#include <algorithm>

namespace odmr::test
{
namespace
{

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class second_instance : public provider_test
{
protected:
    void start(provider::setup how = {})
    {
        how.host = mail_system::sendmail;
        if (!how.second_mc)
            how.second_mc = "";
        provider_test::start(how);
    }

    const private_sendmail& host() { return the_provider().sendmail(); }

    /// True when it is returned to its sender before long. meanwhile is done again and again.
    template <class Action>
    [[nodiscard]] bool is_returned(const sent_message& message, const std::string& recipient,
                                   Action meanwhile)
    {
        bounce_is_right(recipient);
        return wait_until([&] {
            meanwhile();
            return the_provider().find(message, recipient, box_).bounced == 1;
        });
    }

    /// The points of `odmrctl check` that are not ok, with their state; the name of the machine is not ours.
    std::vector<std::string> faults()
    {
        const json found = json::parse(the_provider().odmrctl({"check", "--json"}).output);
        std::vector<std::string> wrong;
        for (const json& row : found)
            if (row.at("state") != "ok" && row.at("point") != "host name")
                wrong.push_back(row.at("state").get<std::string>() + ": " +
                                row.at("point").get<std::string>());
        return wrong;
    }

    static constexpr const char* away = "away@elsewhere.example";
    /// Somebody's server is not there for a while.
    const server_script busy_ = server_script().answer("RCPT TO:<away@", "450 4.2.1 Later");
};

TEST_F(second_instance, customers_mail_waits_and_other_mail_goes_at_once)
{
    start();
    const sent_message message = waiting({"ann@example.org"});
    const sent_message other = send({someone});
    EXPECT_TRUE(arrives_elsewhere(other));
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
    the_provider().odmrctl_or_throw({"reconcile"});
    EXPECT_THAT(the_provider().odmrctl_or_throw({"queue"}), HasSubstr("example.org"));
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(second_instance, a_message_for_a_customer_and_somebody_else_is_split)
{
    start();
    const sent_message message = send({"ann@example.org", someone, "bob@example.org"});
    EXPECT_TRUE(arrives_elsewhere(message));
    ASSERT_TRUE(host().wait_for_queue([](const auto& queue) { return queue.size() == 1; }));
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
    EXPECT_TRUE(still_waits(message, "bob@example.org"));
    EXPECT_EQ(host().queue().front().queue_name, "odmr");
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(queue_becomes_empty());
    ASSERT_THAT(box_.accepted(), SizeIs(1));
    EXPECT_THAT(box_.accepted().front().recipients,
                UnorderedElementsAre("ann@example.org", "bob@example.org"));
}

TEST_F(second_instance, mail_for_a_customer_on_the_line_arrives_at_once)
{
    start({.odmr = {stay}});
    turned().serve();
    ASSERT_TRUE(wait_until([&] { return the_provider().serves("example.org"); }));
    auto quickest = clock::duration::max();
    for (int i = 0; i < 5; ++i) {
        const sent_message message = send({"ann@example.org", someone});
        const auto accepted = clock::now();
        EXPECT_TRUE(arrives(message, "ann@example.org"));
        quickest = std::min(quickest, clock::now() - accepted);
        EXPECT_TRUE(arrives_elsewhere(message));
    }
    EXPECT_LT(quickest, milliseconds(1'000));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(second_instance, the_first_neither_tries_customers_mail_nor_returns_it)
{
    start({.elsewhere = busy_, .extra_mc = "define(`confTO_QUEUERETURN', `1s')dnl\n"});
    const sent_message message = waiting({"ann@example.org"});
    const sent_message other = send({away});  // the younger of both
    EXPECT_TRUE(is_returned(other, away, [&] { host().flush(); }));
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
    EXPECT_EQ(host().attempts(message.queue_id), 0U);
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
}

TEST_F(second_instance, the_second_returns_customers_mail_by_itself_and_leaves_other_mail_alone)
{
    start({.elsewhere = busy_,
           .second_mc = "define(`confTO_QUEUERETURN', `1s')dnl\ndefine(`confODMR_INTERVAL', `1s')dnl\n"});
    const sent_message other = send({away});
    const sent_message message = send({"ann@example.org"});
    EXPECT_TRUE(is_returned(message, "ann@example.org", [] {}));
    host().flush();
    EXPECT_TRUE(the_provider().in_queue(other, away));
}

TEST_F(second_instance, what_is_returned_to_a_customer_waits_for_him)
{
    start();
    host().inject({"bob@example.com", {"ann@example.org"}, make_content("nobody fetches it")});
    const auto waits_for_bob = [](const std::vector<queued_message>& queue) {
        return queue.size() == 1 && queue.front().recipients.front().address == "bob@example.com";
    };
    ASSERT_TRUE(wait_until([&] {
        run_or_throw({{host().command().string(), "-C", host().delivering_config_file().string(),
                       "-OTimeout.queuereturn=1s", "-q"}});
        return waits_for_bob(host().queue());
    }));
    EXPECT_EQ(fetch("ATRN example.com"), session_end::quit);
    EXPECT_TRUE(queue_becomes_empty());
    ASSERT_THAT(box_.accepted(), SizeIs(1));
    EXPECT_THAT(box_.accepted().front().content, HasSubstr("ann@example.org"));
}

TEST_F(second_instance, keeps_what_waits_when_both_are_restarted)
{
    start();
    const sent_message message = waiting({"ann@example.org"});
    the_provider().host().restart();
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_TRUE(queue_becomes_empty());
}

// Debian's configuration gives these files to every Sendmail.
TEST_F(second_instance, shares_no_file_of_the_first_but_the_queue_and_the_tables)
{
    start();
    const std::string second = read_file(host().delivering_config_file());
    for (const char* file : {"ControlSocketName", "StatusFile", "HostStatusDirectory"})
        EXPECT_THAT(second, Not(HasSubstr(std::string("\nO ") + file + "=/")));
    EXPECT_THAT(second,
                HasSubstr("\nO PidFile=" + the_provider().directory().string() + "/run/sendmail-odmr.pid"));
}

// That the first asks odmr-milter cannot be seen in the configuration of the second.
TEST_F(second_instance, odmrctl_check_finds_nothing_wrong)
{
    start();
    EXPECT_THAT(faults(), ElementsAre("warning: InputMailFilters"));
    EXPECT_EQ(the_provider().odmrctl({"check"}).status, EX_OK);
}

TEST_F(second_instance, odmrctl_check_finds_that_odmr_conf_still_has_the_first)
{
    start();
    the_provider().set("sendmail_config", host().config_file().string());
    the_provider().set("sendmail_queue_group", "odmr");
    EXPECT_THAT(faults(), ElementsAre("error: runners"));
}

}  // namespace
}  // namespace odmr::test
