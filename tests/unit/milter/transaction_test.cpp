#include "milter/transaction.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace odmr::milter
{
namespace
{

using action = policy_verdict::action;

/// Remembers what it is asked; answers as told, and DUNNO after that.
class transaction_test : public ::testing::Test
{
protected:
    class recorded_line final : public policy_line
    {
    public:
        explicit recorded_line(transaction_test& test) : test_(test) {}
        std::optional<policy_verdict> ask(const policy_request& question) override
        {
            test_.asked.push_back(question);
            if (test_.answers.empty())
                return policy_verdict{};
            const auto answer = test_.answers.front();
            test_.answers.pop_front();
            return answer;
        }

    private:
        transaction_test& test_;
    };

    transaction begin(const std::vector<std::string_view>& mail)
    {
        return {std::make_unique<recorded_line>(*this), "7", mail};
    }
    void answer(std::string_view text) { answers.emplace_back(parse_policy_action(text)); }

    std::vector<policy_request> asked;
    std::deque<std::optional<policy_verdict>> answers;
};

TEST_F(transaction_test, a_recipient_is_asked_about_as_postfix_does)
{
    transaction mail = begin({"<Ann@client.example>", "BODY=8BITMIME", "size=1234"});
    EXPECT_EQ(mail.recipient("<bob@example.org>"), policy_verdict{});
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].request, "smtpd_access_policy");
    EXPECT_EQ(asked[0].protocol_state, "RCPT");
    EXPECT_EQ(asked[0].instance, "7");
    EXPECT_EQ(asked[0].sender, "Ann@client.example");
    EXPECT_EQ(asked[0].recipient, "bob@example.org");
    EXPECT_EQ(asked[0].size, 1234U);
    EXPECT_EQ(asked[0].recipient_count, 0U);
    EXPECT_EQ(asked[0].queue_id, "");
}

TEST_F(transaction_test, a_refusal_is_handed_on_and_the_recipient_does_not_count)
{
    transaction mail = begin({"<>"});
    EXPECT_EQ(mail.recipient("<ann@example.org>").what, action::pass);
    answer("550 5.1.1 no");
    EXPECT_EQ(mail.recipient("<bob@example.org>").answer, reply(550, "5.1.1", "no"));
    mail.end_of_message("id", "99");
    EXPECT_EQ(asked.back().sender, "");
    EXPECT_EQ(asked.back().recipient_count, 1U);
    EXPECT_EQ(asked.back().recipient, "ann@example.org");
}

TEST_F(transaction_test, the_end_has_id_size_and_count)
{
    transaction mail = begin({"<a@client.example>", "SIZE=5"});
    mail.recipient("<ann@example.org>");
    answers.emplace_back(std::nullopt);
    mail.recipient("<bob@example.org>");
    answer("HOLD until customer alice comes");
    const auto verdict = mail.end_of_message("4C0FFEE", "1000");
    EXPECT_EQ(verdict.what, action::hold);
    EXPECT_EQ(verdict.reason, "until customer alice comes");
    EXPECT_EQ(asked.back().protocol_state, "END-OF-MESSAGE");
    EXPECT_EQ(asked.back().queue_id, "4C0FFEE");
    EXPECT_EQ(asked.back().size, 1000U);
    EXPECT_EQ(asked.back().recipient_count, 2U) << "asked about in vain, but let in";
    EXPECT_EQ(asked.back().recipient, "") << "with several it is none";
}

TEST_F(transaction_test, without_a_size_at_the_end_the_announced_one_counts)
{
    transaction mail = begin({"<a@client.example>", "SIZE=5"});
    mail.recipient("<ann@example.org>");
    mail.end_of_message("id", "");
    EXPECT_EQ(asked.back().size, 5U);
}

TEST_F(transaction_test, what_makes_no_sense_there_passes)
{
    transaction mail = begin({"<a@client.example>"});
    answer("HOLD at RCPT");
    EXPECT_EQ(mail.recipient("<ann@example.org>"), policy_verdict{});
    answer("550 5.0.0 at the end");
    EXPECT_EQ(mail.end_of_message("id", ""), policy_verdict{});
}

TEST_F(transaction_test, sizes_that_are_none_are_zero)
{
    for (const char* size :
         {"SIZE=", "SIZE=x", "SIZE=-1", "SIZE=99999999999999999999999", "SIZEX=5", "XSIZE=5", ""}) {
        transaction mail = begin({"<a@client.example>", size});
        mail.recipient("<ann@example.org>");
        EXPECT_EQ(asked.back().size, 0U) << size;
    }
    transaction mail = begin({});
    mail.recipient("<ann@example.org>");
    EXPECT_EQ(asked.back().sender, "");
}

TEST(plain_address, is_what_the_policy_protocol_has)
{
    EXPECT_EQ(plain_address("<ann@example.org>"), "ann@example.org");
    EXPECT_EQ(plain_address("ann@example.org"), "ann@example.org");
    EXPECT_EQ(plain_address("<Ann@Example.ORG>"), "Ann@Example.ORG");
    EXPECT_EQ(plain_address("<>"), "");
    EXPECT_EQ(plain_address("<\"a b\"@example.org>"), "a b@example.org");
    EXPECT_EQ(plain_address("<\"ann\"@example.org>"), "ann@example.org");
    EXPECT_EQ(plain_address("<\"a\\\"b\"@example.org>"), "a\"b@example.org");
    EXPECT_EQ(plain_address("\"a b\"@example.org"), "a b@example.org");
    EXPECT_EQ(plain_address("<@one.example,@two.example:ann@example.org>"), "ann@example.org");
    EXPECT_EQ(plain_address("<ann@[192.0.2.1]>"), "ann@[192.0.2.1]");
    EXPECT_EQ(plain_address("<postmaster>"), "postmaster");
    EXPECT_EQ(plain_address("<PostMaster>"), "PostMaster");
    EXPECT_EQ(plain_address("<j\xc3\xb6rg@example.org>"), "j\xc3\xb6rg@example.org");
}

TEST(plain_address, of_what_is_no_address_is_itself)
{
    EXPECT_EQ(plain_address("<ann>"), "ann");
    EXPECT_EQ(plain_address("<ann@example.org.>"), "ann@example.org.");
    EXPECT_EQ(plain_address("<a..b@example.org>"), "a..b@example.org");
    EXPECT_EQ(plain_address("<ann@@example.org>"), "ann@@example.org");
    EXPECT_EQ(plain_address("<"), "<");
    EXPECT_EQ(plain_address(""), "");
    EXPECT_EQ(plain_address(">a<"), ">a<");
}

TEST(reply_text, holds_nothing_that_libmilter_could_misread)
{
    EXPECT_EQ(reply_text("No such recipient here"), "No such recipient here");
    EXPECT_EQ(reply_text("100% of %s"), "100%% of %%s");
    EXPECT_EQ(reply_text("a\r\nb\tc\x7f"), "a??b?c?");
    EXPECT_EQ(reply_text("\xc3\xb6"), "??");
    EXPECT_EQ(reply_text(std::string(5000, '%')).size(), 960U) << "libmilter takes 980";
}

}  // namespace
}  // namespace odmr::milter
