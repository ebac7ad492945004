// Mail that is rewritten behind the eyes of the policy service: aliases, copies, canonical addresses, content
// filters. It may be held for what it looked like, and is let go as soon as a listing shows what it is.
#include "hold_test.hpp"
#include "support/listener.hpp"

namespace odmr::test
{
namespace
{

using std::string;

class hold_rewriting : public hold_test
{
protected:
    /// Hands in a message for one address, which in the end is for these recipients.
    sent_message send_to(const string& address, const std::vector<string>& recipients)
    {
        return sent_by_hand(recipients, [&](smtp_sender& sender, const string& content) {
            return sender.send({"sender@elsewhere.example", {address}, content});
        });
    }
};

TEST_F(hold_rewriting, an_alias_that_leads_elsewhere_too_is_let_go)
{
    start_holding({.odmr = {often},
                   .extra_main_cf = "virtual_alias_maps = inline:{ {team@example.org = ann@example.org, "
                                    "someone@elsewhere.example} }\n"});
    expect_that_only_the_customer_waits(send_to("team@example.org", {"ann@example.org", someone}));
}

TEST_F(hold_rewriting, an_alias_that_leads_to_somebody_else_is_let_go)
{
    start_holding({.odmr = {often},
                   .extra_main_cf =
                       "virtual_alias_maps = inline:{ {gone@example.org = someone@elsewhere.example} }\n"});
    const sent_message message = send_to("gone@example.org", {someone});
    EXPECT_TRUE(arrives_elsewhere(message, someone));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(hold_rewriting, an_alias_within_the_customers_domains_is_held)
{
    start_holding({.odmr = {often},
                   .extra_main_cf = "virtual_alias_maps = inline:{ {team@example.org = ann@example.org, "
                                    "bob@example.com} }\n"});
    const sent_message message = send_to("team@example.org", {"ann@example.org", "bob@example.com"});
    EXPECT_TRUE(comes_to_be(message, "hold"));
    expect_that_the_next_session_gets(message);
}

TEST_F(hold_rewriting, an_alias_of_another_domain_that_leads_to_a_customer_is_deferred)
{
    start_holding({.extra_main_cf =
                       "virtual_alias_domains = lists.example\n"
                       "virtual_alias_maps = inline:{ {team@lists.example = ann@example.org} }\n"});
    const sent_message message = send_to("team@lists.example", {"ann@example.org"});
    EXPECT_TRUE(comes_to_be(message, "deferred"));
    expect_that_the_next_session_gets(message);
}

TEST_F(hold_rewriting, a_copy_for_somebody_else_is_let_go)
{
    start_holding(
        {.odmr = {often},
         .extra_main_cf = "recipient_bcc_maps = inline:{ {ann@example.org = someone@elsewhere.example} }\n"});
    expect_that_only_the_customer_waits(send_to("ann@example.org", {"ann@example.org", someone}));
}

TEST_F(hold_rewriting, copies_of_all_mail_for_an_archive_are_let_go)
{
    start_holding({.odmr = {often}, .extra_main_cf = "always_bcc = someone@elsewhere.example\n"});
    expect_that_only_the_customer_waits(send_to("ann@example.org", {"ann@example.org", someone}));
}

TEST_F(hold_rewriting, a_canonical_address_within_the_domain_is_held)
{
    start_holding(
        {.odmr = {often},
         .extra_main_cf = "recipient_canonical_maps = inline:{ {old@example.org = ann@example.org} }\n"});
    const sent_message message = send_to("old@example.org", {"ann@example.org"});
    EXPECT_TRUE(comes_to_be(message, "hold"));
    expect_that_the_next_session_gets(message);
}

// ---- an after-queue content filter; here it is Postfix itself, which hands in the message once more

class hold_filtered : public hold_rewriting
{
protected:
    /// Who hands in mail at the provider's port meets the filter; behind it is a port of its own. The policy
    /// service is asked at the provider's port.
    void start_asking_in_front(provider::setup how)
    {
        how.extra_main_cf += to_filter();
        how.extra_master_cf += port_behind() +
                               "    -o smtpd_recipient_restrictions=\n"
                               "    -o smtpd_end_of_data_restrictions=\n";
        start_holding(how);
    }
    /// It is asked behind the filter.
    void start_asking_behind(provider::setup how)
    {
        how.extra_main_cf += to_filter() +
                             "smtpd_recipient_restrictions =\n"
                             "smtpd_end_of_data_restrictions =\n";
        how.extra_master_cf += port_behind();
        for (const char* list : {"smtpd_recipient_restrictions", "smtpd_end_of_data_restrictions"})
            how.extra_master_cf += string("    -o { ") + list + " = " + policy + " }\n";
        start_holding(how);
    }

private:
    string to_filter() const
    {
        return "content_filter = smtp:[127.0.0.1]:" + std::to_string(behind_.number()) + "\n";
    }
    string port_behind() const
    {
        return "127.0.0.1:" + std::to_string(behind_.number()) +
               " inet n - n - - smtpd\n"
               "    -o content_filter=\n"
               "    -o myhostname=filter.example.net\n";
    }

    reserved_port behind_;
};

TEST_F(hold_filtered, mail_is_held_behind_the_filter_and_let_go)
{
    start_asking_behind({});
    const sent_message message = send({"ann@example.org"});
    EXPECT_TRUE(the_provider().postfix().wait_for_queue(
        [](const auto& queue) { return queue.size() == 1 && queue.front().queue_name == "hold"; }));
    expect_that_the_next_session_gets(message);
}

TEST_F(hold_filtered, mail_held_in_front_of_the_filter_comes_through_it)
{
    start_asking_in_front({.odmr = {stay}});
    const sent_message message = held({"ann@example.org"});
    scripted_customer& customer = turned();
    customer.serve();
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(hold_filtered, mail_held_in_front_of_the_filter_comes_with_the_next_session_at_the_latest)
{
    start_asking_in_front({.odmr = {often}});
    const sent_message message = held({"ann@example.org"});
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(wait_until([&] {
        const auto queue = the_provider().postfix().queue();
        return queue.empty() || (queue.size() == 1 && queue.front().queue_name == "deferred");
    }));
    if (!the_provider().postfix().queue().empty())
        expect_that_the_next_session_gets(message);
}

}  // namespace
}  // namespace odmr::test
