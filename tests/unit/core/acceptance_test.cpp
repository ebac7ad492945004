#include "core/acceptance.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace odmr
{
namespace
{

constexpr auto pass = eight_bit_content::pass;
constexpr auto refuse = eight_bit_content::refuse;
constexpr auto convert = eight_bit_content::convert;

/// What a server offers whose EHLO reply has these keywords, one a line.
capabilities offers_of(const std::string& keywords)
{
    return parse_capabilities(reply(250, "", "mx.example\n" + keywords));
}

address at(std::string_view text)
{
    return text.empty() ? address{} : parse_mailbox(text, utf8::allowed).value();
}

recipient to(std::string_view text, std::string_view parameters = "")
{
    return {at(text), parse_parameters(parameters).value(), std::nullopt};
}

struct message_case {
    std::string sender = "a@a.example";
    std::string mail_parameters = {};
    std::string recipient = "b@b.example";
    std::string rcpt_parameters = {};
    std::size_t octets = 0;  ///< of content that has come

    [[nodiscard]] transaction message() const
    {
        transaction t;
        t.sender = at(sender);
        t.parameters = parse_parameters(mail_parameters).value();
        t.content.append(std::string(octets, 'x'));
        return t;
    }
};

/// Code and enhanced code of the refusal, or "taken".
std::string verdict(const std::string& offers, const message_case& c, eight_bit_content rule = pass)
{
    transaction message = c.message();
    const recipient whom = to(c.recipient, c.rcpt_parameters);
    const auto refusal = cannot_take(offers_of(offers), message, whom, rule);
    message.add_recipient(to("first@b.example").path, {});
    message.add_recipient(whom.path, whom.parameters);
    EXPECT_TRUE(!can_take(offers_of(offers), message, rule) || !refusal) << "both say the same";
    return refusal ? std::to_string(refusal->code) + ' ' + refusal->enhanced : "taken";
}

TEST(acceptance, plain_mail_goes_anywhere)
{
    for (const auto rule : {pass, refuse, convert}) {
        EXPECT_EQ(verdict("", {}, rule), "taken");
        EXPECT_EQ(verdict("", {.mail_parameters = "BODY=7BIT SIZE=9"}, rule), "taken");
        EXPECT_EQ(verdict("", {.sender = ""}, rule), "taken");
    }
}

TEST(acceptance, size)
{
    EXPECT_EQ(verdict("SIZE 1000", {.mail_parameters = "SIZE=1000"}), "taken");
    EXPECT_EQ(verdict("SIZE 1000", {.mail_parameters = "SIZE=1001"}), "552 5.3.4");
    EXPECT_EQ(verdict("SIZE", {.mail_parameters = "SIZE=1001"}), "taken");
    EXPECT_EQ(verdict("SIZE 0", {.mail_parameters = "SIZE=1001"}), "taken") << "RFC 1870 4: no limit";
    EXPECT_EQ(verdict("", {.mail_parameters = "SIZE=1001"}), "taken");
}

TEST(acceptance, what_has_come_counts_when_it_is_more_than_was_declared)
{
    EXPECT_EQ(verdict("SIZE 1000", {.octets = 1000}), "taken");
    EXPECT_EQ(verdict("SIZE 1000", {.octets = 1001}), "552 5.3.4");
    EXPECT_EQ(verdict("SIZE 1000", {.mail_parameters = "SIZE=10", .octets = 1001}), "552 5.3.4");
    EXPECT_EQ(verdict("SIZE 1000", {.mail_parameters = "SIZE=1001", .octets = 10}), "552 5.3.4");
}

TEST(acceptance, utf8)
{
    const message_case declared{.mail_parameters = "SMTPUTF8"};
    const message_case recipient{.mail_parameters = "SMTPUTF8", .recipient = "m\xc3\xbcller@b.example"};
    const message_case sender{.sender = "m\xc3\xbcller@a.example", .mail_parameters = "SMTPUTF8"};
    const message_case undeclared{.recipient = "m\xc3\xbcller@b.example"};
    for (const message_case& c : {declared, recipient, sender, undeclared})
        EXPECT_EQ(verdict("SMTPUTF8\n8BITMIME", c), "taken");
    EXPECT_EQ(verdict("8BITMIME", declared), "550 5.6.9");
    EXPECT_EQ(verdict("8BITMIME", sender), "550 5.6.7");
    EXPECT_EQ(verdict("8BITMIME", recipient), "553 5.6.7");
    EXPECT_EQ(verdict("8BITMIME", undeclared), "553 5.6.7");
}

TEST(acceptance, eight_bit_content)
{
    const message_case eight{.mail_parameters = "BODY=8bitmime"};
    for (const auto rule : {pass, refuse, convert})
        EXPECT_EQ(verdict("8BITMIME", eight, rule), "taken");
    EXPECT_EQ(verdict("", eight, pass), "taken");
    EXPECT_EQ(verdict("", eight, refuse), "554 5.6.3");
    EXPECT_EQ(verdict("", eight, convert), "451 4.6.3") << "the MTA will convert it the next time";
}

TEST(acceptance, requests_for_reports_are_not_dropped)
{
    const std::vector<message_case> requests{{.mail_parameters = "RET=HDRS"},
                                             {.mail_parameters = "ENVID=x"},
                                             {.rcpt_parameters = "NOTIFY=NEVER"},
                                             {.rcpt_parameters = "ORCPT=rfc822;b@b.example"}};
    for (const message_case& c : requests) {
        EXPECT_EQ(verdict("DSN", c), "taken");
        EXPECT_EQ(verdict("", c), "451 4.3.3");
    }
}

TEST(acceptance, what_is_permanent_comes_first)
{
    const message_case all{.mail_parameters = "SIZE=9 BODY=8BITMIME SMTPUTF8 RET=FULL"};
    EXPECT_EQ(verdict("SIZE 5", all, convert), "552 5.3.4");
    EXPECT_EQ(verdict("", all, convert), "550 5.6.9");
}

TEST(acceptance, one_recipient_who_cannot_have_it_is_enough)
{
    transaction message;
    message.add_recipient(at("b@b.example"), {});
    EXPECT_TRUE(can_take(offers_of(""), message, pass));
    message.add_recipient(at("m\xc3\xbcller@b.example"), {});
    message.add_recipient(at("c@b.example"), {});
    EXPECT_FALSE(can_take(offers_of(""), message, pass));
    EXPECT_TRUE(can_take(offers_of("SMTPUTF8"), message, pass));
}

TEST(acceptance, the_mta_is_offered_8bitmime_unless_it_shall_convert)
{
    capabilities poor = offers_of("SIZE 9\nDSN");
    capabilities rich = poor;
    rich.eight_bit_mime = true;
    EXPECT_EQ(promise_to_mta(poor, pass), rich);
    EXPECT_EQ(promise_to_mta(poor, refuse), rich);
    EXPECT_EQ(promise_to_mta(poor, convert), poor);
    EXPECT_EQ(promise_to_mta(rich, convert), rich);
}

}  // namespace
}  // namespace odmr
