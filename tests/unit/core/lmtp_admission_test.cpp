// lmtp_admission: which recipients the mail system may name on the socket of all domains, and where the
// message goes. What a socket of one domain takes is shown with the real Postfix, too (offers_test,
// domains_test).
#include "core/lmtp_admission.hpp"

#include "fake_route.hpp"

#include <gtest/gtest.h>

#include <map>

namespace odmr
{
namespace
{

using test::fake_route;
using words = std::vector<std::string>;

recipient to(std::string_view text, std::string_view parameters = "")
{
    return {*parse_mailbox(text, utf8::allowed), *parse_parameters(parameters), std::nullopt};
}

class lmtp_admission_test : public ::testing::Test
{
protected:
    lmtp_admission_test()
    {
        config_.max_open_messages = 2;
        begin();
    }

    /// A new connection; domain: whose socket it came by.
    void begin(const std::string& domain = "")
    {
        admission_.emplace(domain, online_, open_, config_);
        admission_->promise();
    }

    fake_route& enter(const std::string& customer, const words& domains,
                      const std::string& keywords = "8BITMIME")
    {
        routes_.push_back(std::make_unique<fake_route>(customer));
        routes_.back()->can = parse_capabilities(reply(250, "", "mx.example\n" + keywords));
        online_.enter(*routes_.back(), domains);
        return *routes_.back();
    }

    void mail(std::string_view parameters = "")
    {
        message_ = transaction();
        message_.parameters = *parse_parameters(parameters);
    }

    /// Code and enhanced code of the refusal, or "taken".
    std::string rcpt(std::string_view text, std::string_view parameters = "")
    {
        const recipient named = to(text, parameters);
        if (const auto refusal = admission_->refuse(message_, named))
            return std::to_string(refusal->code) + ' ' + refusal->enhanced;
        message_.add_recipient(named.path, named.parameters);
        return "taken";
    }

    mail_route* route() { return admission_->route_for(message_); }

    std::string without_route()
    {
        const reply said = admission_->no_route_for(message_);
        return std::to_string(said.code) + ' ' + said.enhanced;
    }

    test::nobody_listens listener_;
    presence online_{listener_};
    open_messages open_;
    settings config_;  ///< 8-bit content passes
    std::optional<lmtp_admission> admission_;
    transaction message_;

private:
    std::vector<std::unique_ptr<fake_route>> routes_;
};

TEST_F(lmtp_admission_test, every_recipient_goes_by_its_own_domain)
{
    fake_route& smith = enter("smith", {"a.example"});
    fake_route& jones = enter("jones", {"b.example"});
    EXPECT_EQ(rcpt("x@nobody.example"), "450 4.4.1");
    EXPECT_EQ(rcpt("x@A.Example"), "taken");
    EXPECT_EQ(route(), &smith);
    EXPECT_EQ(admission_->domains(), words{"a.example"});
    mail();
    EXPECT_EQ(rcpt("x@b.example"), "taken");
    EXPECT_EQ(route(), &jones);
    EXPECT_EQ(admission_->domains(), words{"b.example"});
}

TEST_F(lmtp_admission_test, customers_do_not_share_a_transaction)
{
    fake_route& smith = enter("smith", {"a.example"});
    enter("jones", {"b.example"});
    EXPECT_EQ(rcpt("x@a.example"), "taken");
    EXPECT_EQ(rcpt("x@b.example"), "450 4.5.3");
    EXPECT_EQ(rcpt("x@nobody.example"), "450 4.4.1");
    EXPECT_EQ(rcpt("y@a.example"), "taken");
    EXPECT_EQ(route(), &smith);
    EXPECT_EQ(admission_->domains(), words{"a.example"});
}

TEST_F(lmtp_admission_test, domains_share_one_when_one_session_serves_them)
{
    enter("smith", {"a.example", "c.example"}).busy = 0;
    fake_route& serves_two = enter("smith", {"a.example", "b.example"});
    serves_two.busy = 9;
    EXPECT_EQ(rcpt("x@a.example"), "taken");
    EXPECT_EQ(rcpt("x@b.example"), "taken");
    EXPECT_EQ(rcpt("x@c.example"), "450 4.5.3");
    EXPECT_EQ(route(), &serves_two) << "whatever its load";
    EXPECT_EQ(admission_->domains(), (words{"a.example", "b.example"}));
}

TEST_F(lmtp_admission_test, a_domains_socket_takes_only_that_domain)
{
    enter("smith", {"a.example", "b.example"});
    begin("a.example");
    EXPECT_EQ(rcpt("x@b.example"), "450 4.4.1");
    EXPECT_EQ(rcpt("x@A.example"), "taken");
}

TEST_F(lmtp_admission_test, a_customers_bound_is_for_all_connections_and_no_other_customer)
{
    config_.max_open_messages = 1;
    enter("smith", {"a.example"});
    enter("jones", {"b.example"});
    const auto others = open_.take("smith", 1);
    EXPECT_EQ(rcpt("x@a.example"), "450 4.4.5");
    EXPECT_EQ(rcpt("x@b.example"), "taken");
    EXPECT_EQ(open_.of("jones"), 1U);
    mail();  // after RSET
    EXPECT_EQ(rcpt("x@a.example"), "450 4.4.5");
    EXPECT_EQ(open_.of("jones"), 0U) << "the place of the transaction before is free";
}

TEST_F(lmtp_admission_test, what_one_customer_cannot_take_is_refused_for_him)
{
    enter("smith", {"a.example"}, "SIZE 100");
    enter("jones", {"b.example"}, "SIZE 1000");
    mail("SIZE=101 BODY=8BITMIME");
    EXPECT_EQ(rcpt("x@a.example"), "552 5.3.4");
    EXPECT_EQ(rcpt("x@b.example"), "taken");
    config_.eight_bit = eight_bit_content::refuse;
    mail("BODY=8BITMIME");
    EXPECT_EQ(rcpt("x@a.example"), "554 5.6.3");
}

TEST_F(lmtp_admission_test, a_request_for_reports_waits_where_the_promise_was_broken)
{
    enter("smith", {"a.example"}, "DSN");
    begin();
    EXPECT_FALSE(admission_->promise_broken());
    enter("jones", {"b.example"}, "");
    EXPECT_TRUE(admission_->promise_broken());
    EXPECT_EQ(rcpt("x@b.example", "NOTIFY=SUCCESS"), "451 4.3.3");
    EXPECT_EQ(rcpt("x@b.example"), "taken") << "other messages do not suffer";
    mail();
    EXPECT_EQ(rcpt("x@a.example", "NOTIFY=SUCCESS"), "taken");
}

TEST_F(lmtp_admission_test, nothing_is_returned_on_the_word_of_a_broken_promise)
{
    enter("smith", {"a.example"}, "SMTPUTF8");
    begin();
    enter("jones", {"b.example"}, "");
    mail("SMTPUTF8");
    EXPECT_EQ(rcpt("x@b.example"), "451 4.3.3");
    begin();
    EXPECT_EQ(rcpt("x@b.example"), "550 5.6.9");
}

TEST_F(lmtp_admission_test, when_the_line_is_lost_the_mail_comes_again)
{
    fake_route& smith = enter("smith", {"a.example"});
    EXPECT_EQ(rcpt("x@a.example"), "taken");
    online_.leave(smith);
    EXPECT_EQ(route(), nullptr);
    EXPECT_EQ(without_route(), "451 4.4.1");
    EXPECT_EQ(rcpt("y@a.example"), "450 4.4.1");
}

TEST_F(lmtp_admission_test, what_turns_out_too_large_for_the_customer_is_returned)
{
    enter("smith", {"a.example"}, "SIZE 100");
    mail();
    EXPECT_EQ(rcpt("x@a.example"), "taken");
    message_.content.append(std::string(101, 'x'));
    EXPECT_EQ(route(), nullptr);
    EXPECT_EQ(without_route(), "552 5.3.4");
}

}  // namespace
}  // namespace odmr
