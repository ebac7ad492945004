// Envelopes that deceive who asks about them: whatever is seen or not seen of a message's recipients, nobody
// else's mail waits because a customer is offline, and nothing is lost.
#include "hold_test.hpp"

#include <algorithm>

namespace odmr::test
{
namespace
{

using std::string;
using ::testing::SizeIs;
using ::testing::StartsWith;

class hold_envelopes : public hold_test
{
protected:
    /// The restrictions at RCPT, in that order.
    static string at_rcpt(const std::vector<string>& restrictions)
    {
        string line = "smtpd_recipient_restrictions =";
        for (const string& restriction : restrictions)
            line += " " + restriction + (restriction == restrictions.back() ? "\n" : ",");
        return line;
    }
    static string access(const string& address, const string& action)
    {
        return "check_recipient_access inline:{ {" + address + " = " + action + "} }";
    }
};

// ---- recipients the service does not see

TEST_F(hold_envelopes, a_recipient_permitted_in_front_of_us_does_not_wait)
{
    start_holding({.extra_main_cf = at_rcpt({access(someone, "OK"), policy})});
    expect_that_only_the_customer_waits(send({"ann@example.org", someone}));
}

TEST_F(hold_envelopes, a_recipient_permitted_in_front_of_us_does_not_wait_when_it_comes_first)
{
    start_holding({.extra_main_cf = at_rcpt({access(someone, "OK"), policy})});
    expect_that_only_the_customer_waits(send({someone, "ann@example.org"}));
}

TEST_F(hold_envelopes, a_recipient_refused_behind_us_does_not_make_up_for_one_permitted_in_front)
{
    start_holding(
        {.odmr = {often},
         .extra_main_cf = at_rcpt({access(someone, "OK"), policy, access("nobody@example.org", "REJECT")})});
    const sent_message message =
        sent_by_hand({"ann@example.org", someone}, [](smtp_sender& sender, const string& content) {
            sender.must("MAIL FROM:<sender@elsewhere.example>");
            sender.must("RCPT TO:<ann@example.org>");
            sender.must("RCPT TO:<nobody@example.org>", '5');
            sender.must(string("RCPT TO:<") + someone + ">");
            sender.must("DATA", '3');
            return sender.content(content);
        });
    expect_that_only_the_customer_waits(message);
}

TEST_F(hold_envelopes, a_recipient_refused_behind_us_does_not_stand_for_the_only_one)
{
    start_holding(
        {.extra_main_cf = at_rcpt({access(someone, "OK"), policy, access("nobody@example.org", "REJECT")})});
    const sent_message message = sent_by_hand({someone}, [](smtp_sender& sender, const string& content) {
        sender.must("MAIL FROM:<sender@elsewhere.example>");
        sender.must("RCPT TO:<nobody@example.org>", '5');
        sender.must(string("RCPT TO:<") + someone + ">");
        sender.must("DATA", '3');
        return sender.content(content);
    });
    EXPECT_TRUE(arrives_elsewhere(message, someone));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(hold_envelopes, a_refused_recipient_among_good_ones_changes_nothing)
{
    start_holding({.extra_main_cf = at_rcpt({policy, access("nobody@example.org", "REJECT")})});
    const sent_message message =
        sent_by_hand({"ann@example.org", "bob@example.com"}, [](smtp_sender& sender, const string& content) {
            sender.must("MAIL FROM:<sender@elsewhere.example>");
            sender.must("RCPT TO:<ann@example.org>");
            sender.must("RCPT TO:<nobody@example.org>", '5');
            sender.must("RCPT TO:<bob@example.com>");
            sender.must("DATA", '3');
            return sender.content(content);
        });
    EXPECT_TRUE(comes_to_be(message, "hold"));
    expect_that_the_next_session_gets(message);
}

// ---- many, and the same again

TEST_F(hold_envelopes, many_recipients_of_one_customer_are_held)
{
    start_holding();
    std::vector<string> recipients = {"ann@example.org"};
    for (int i = 1; i < 120; ++i)
        recipients.push_back("user" + std::to_string(i) + "@example.org");
    expect_that_the_next_session_gets(held(recipients));
    EXPECT_THAT(box_.accepted(), SizeIs(1));
}

TEST_F(hold_envelopes, many_recipients_come_in_several_transactions_when_postfix_says_so)
{
    start_holding({.extra_main_cf = "odmr_destination_recipient_limit = 25\n"});
    std::vector<string> recipients = {"ann@example.org"};
    for (int i = 1; i < 120; ++i)
        recipients.push_back("user" + std::to_string(i) + "@example.org");
    expect_that_the_next_session_gets(held(recipients));
    EXPECT_THAT(box_.accepted(), SizeIs(5));
}

TEST_F(hold_envelopes, one_of_many_who_is_somebody_elses_does_not_wait)
{
    start_holding();
    std::vector<string> recipients = {"ann@example.org"};
    for (int i = 1; i < 120; ++i)
        recipients.push_back("user" + std::to_string(i) + "@example.org");
    recipients.insert(recipients.begin() + 90, someone);
    expect_that_only_the_customer_waits(send(recipients));
}

TEST_F(hold_envelopes, a_recipient_named_twice_does_not_make_up_for_one_we_do_not_see)
{
    start_holding({.extra_main_cf = at_rcpt({access(someone, "OK"), policy})});
    const sent_message message =
        sent_by_hand({"ann@example.org", someone}, [](smtp_sender& sender, const string& content) {
            sender.must("MAIL FROM:<sender@elsewhere.example>");
            sender.must("RCPT TO:<ann@example.org>");
            sender.must("RCPT TO:<ANN@Example.ORG>");
            sender.must(string("RCPT TO:<") + someone + ">");
            sender.must("DATA", '3');
            return sender.content(content);
        });
    expect_that_only_the_customer_waits(message);
}

TEST_F(hold_envelopes, a_recipient_named_twice_gets_the_message_once)
{
    start_holding();
    const sent_message message =
        sent_by_hand({"ann@example.org"}, [](smtp_sender& sender, const string& content) {
            sender.must("MAIL FROM:<sender@elsewhere.example>");
            sender.must("RCPT TO:<ann@example.org>");
            sender.must("RCPT TO:<ann@example.org>");
            sender.must("DATA", '3');
            return sender.content(content);
        });
    EXPECT_TRUE(wait_until([&] { return on_hold(message) || deferred(message); }));
    expect_that_the_next_session_gets(message);
}

// ---- transactions that end before their time

TEST_F(hold_envelopes, a_message_behind_one_that_was_given_up_is_judged_by_itself)
{
    start_holding();
    const sent_message message =
        sent_by_hand({"ann@example.org"}, [](smtp_sender& sender, const string& content) {
            sender.must("MAIL FROM:<sender@elsewhere.example>");
            sender.must(string("RCPT TO:<") + someone + ">");
            sender.must("RSET");
            sender.must("MAIL FROM:<sender@elsewhere.example>");
            sender.must("RCPT TO:<ann@example.org>");
            sender.must("DATA", '3');
            return sender.content(content);
        });
    EXPECT_TRUE(comes_to_be(message, "hold"));
    expect_that_the_next_session_gets(message);
}

TEST_F(hold_envelopes, recipients_of_a_message_that_was_given_up_do_not_count_for_the_next)
{
    start_holding({.extra_main_cf = at_rcpt({access(someone, "OK"), policy})});
    const sent_message message =
        sent_by_hand({"ann@example.org", someone}, [](smtp_sender& sender, const string& content) {
            sender.must("MAIL FROM:<sender@elsewhere.example>");
            sender.must("RCPT TO:<bob@example.org>");
            sender.must("RSET");
            sender.must("MAIL FROM:<sender@elsewhere.example>");
            sender.must("RCPT TO:<ann@example.org>");
            sender.must(string("RCPT TO:<") + someone + ">");
            sender.must("DATA", '3');
            return sender.content(content);
        });
    expect_that_only_the_customer_waits(message);
}

TEST_F(hold_envelopes, a_refused_data_changes_nothing)
{
    start_holding({.extra_main_cf = at_rcpt({policy, access("nobody@example.org", "REJECT")})});
    const sent_message message =
        sent_by_hand({"ann@example.org", someone}, [](smtp_sender& sender, const string& content) {
            sender.must("MAIL FROM:<sender@elsewhere.example>");
            sender.must("RCPT TO:<nobody@example.org>", '5');
            sender.must("DATA", '5');
            sender.must("RCPT TO:<ann@example.org>");
            sender.must(string("RCPT TO:<") + someone + ">");
            sender.must("DATA", '3');
            return sender.content(content);
        });
    expect_that_only_the_customer_waits(message);
}

TEST_F(hold_envelopes, a_message_refused_for_its_content_leaves_nothing_behind)
{
    start_holding({.odmr = {often}, .extra_main_cf = "header_checks = regexp:{ {/^X-Bad:/ REJECT} }\n"});
    const sent_message message =
        sent_by_hand({"ann@example.org"}, [](smtp_sender& sender, const string& content) {
            const outgoing_message bad{"sender@elsewhere.example", {"bob@example.org"}, "X-Bad: yes\r\n\r\n"};
            EXPECT_THAT(sender.send(bad), StartsWith("5"));
            return sender.send({"sender@elsewhere.example", {"ann@example.org"}, content});
        });
    EXPECT_TRUE(comes_to_be(message, "hold"));
    expect_that_the_next_session_gets(message);
    EXPECT_TRUE(wait_until([&] { return the_provider().odmrctl({"queue"}).output == "nothing waits\n"; }));
    EXPECT_EQ(visit(), std::nullopt);
}

// ---- other ways to say it

TEST_F(hold_envelopes, bdat_is_held_like_data)
{
    start_holding();
    const sent_message message =
        sent_by_hand({"ann@example.org"}, [](smtp_sender& sender, const string& content) {
            sender.must("MAIL FROM:<sender@elsewhere.example> BODY=8BITMIME");
            sender.must("RCPT TO:<ann@example.org>");
            const std::size_t half = content.size() / 2;
            sender.raw("BDAT " + std::to_string(half) + "\r\n" + content.substr(0, half));
            return sender.raw("BDAT " + std::to_string(content.size() - half) + " LAST\r\n" +
                              content.substr(half));
        });
    EXPECT_TRUE(comes_to_be(message, "hold"));
    expect_that_the_next_session_gets(message);
}

TEST_F(hold_envelopes, messages_on_one_connection_are_each_judged_by_themselves)
{
    start_holding();
    the_provider().add_customer("bob", {"example.net"});
    const std::vector<std::vector<string>> envelopes = {
        {"ann@example.org"}, {"ann@example.org", someone}, {"bob@example.net"},
        {someone},           {"ann@example.org"},          {"ann@example.org", "bob@example.net"}};
    const auto sent = the_provider().send_many(envelopes);
    const std::vector<string> queues = {"hold", "deferred", "hold", "", "hold", "deferred"};
    for (std::size_t i = 0; i < sent.size(); ++i)
        EXPECT_TRUE(comes_to_be(sent[i], queues[i])) << i;
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_EQ(fetch("ATRN", "bob"), session_end::quit);
    EXPECT_TRUE(queue_becomes_empty());
}

}  // namespace
}  // namespace odmr::test
