#include "protocol/policy_client.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace odmr
{
namespace
{

using action = policy_verdict::action;
using status = policy_answer_reader::status;

policy_request whole_request()
{
    policy_request request;
    request.stage = policy_stage::end_of_message;
    request.request = "smtpd_access_policy";
    request.protocol_state = "END-OF-MESSAGE";
    request.instance = "12.34.5";
    request.queue_id = "4C0FFEE";
    request.sender = "a@client.example";
    request.recipient = "a b@example.org";
    request.client_address = "192.0.2.1";
    request.recipient_count = 2;
    request.size = 1000;
    return request;
}

TEST(policy_client, what_is_asked_is_what_is_read)
{
    const policy_request asked = whole_request();
    policy_reader reader;
    reader.append(format_policy_request(asked).value());
    reader.append(format_policy_request(asked).value());
    for (int i = 0; i < 2; ++i) {
        const auto read = reader.next();
        ASSERT_EQ(read.what, policy_reader::status::request);
        EXPECT_EQ(read.request, asked);
    }
    EXPECT_FALSE(reader.in_request());
}

TEST(policy_client, what_is_empty_is_left_out)
{
    policy_request request;
    request.request = "smtpd_access_policy";
    EXPECT_EQ(format_policy_request(request), "request=smtpd_access_policy\nrecipient_count=0\nsize=0\n\n");
}

TEST(policy_client, a_value_cannot_forge_an_attribute)
{
    using namespace std::string_literals;
    for (const std::string& bad : {"a\nb@example.org"s, "a\0b@example.org"s, "a\rb"s, "\x7f"s}) {
        policy_request request = whole_request();
        request.recipient = bad;
        EXPECT_EQ(format_policy_request(request), std::nullopt);
        request = whole_request();
        request.queue_id = bad;
        EXPECT_EQ(format_policy_request(request), std::nullopt);
    }
}

TEST(policy_client, a_line_is_never_longer_than_is_read)
{
    policy_request request = whole_request();
    request.sender = std::string(policy_reader::max_line - std::string_view("sender=").size(), 'x');
    policy_reader reader;
    reader.append(format_policy_request(request).value());
    EXPECT_EQ(reader.next().request, request);
    request.sender += 'x';
    EXPECT_EQ(format_policy_request(request), std::nullopt);
}

TEST(policy_client, answers_mean_what_odmrd_meant)
{
    EXPECT_EQ(parse_policy_action("DUNNO"), policy_verdict{});
    const reply unknown(550, "5.1.1", "No such recipient here");
    const auto refused = parse_policy_action(policy_answer::refuse(unknown).action());
    EXPECT_EQ(refused.what, action::refuse);
    EXPECT_EQ(refused.answer, unknown);
    const auto held = parse_policy_action(policy_answer::hold("until customer alice comes").action());
    EXPECT_EQ(held.what, action::hold);
    EXPECT_EQ(held.reason, "until customer alice comes");
}

TEST(policy_client, what_is_not_known_passes)
{
    for (const char* other :
         {"", "OK", "REJECT", "DEFER", "HOLDING", "PERMIT", "250 2.0.0 no", "354 go", "450", "450-more",
          "4500 x", "45 x", "4x0 x", "550x", "690 x", "499 x", "FILTER x"})
        EXPECT_EQ(parse_policy_action(other), policy_verdict{}) << other;
}

TEST(policy_client, a_refusal_need_not_have_an_enhanced_code)
{
    const auto refused = parse_policy_action("451 later");
    EXPECT_EQ(refused.what, action::refuse);
    EXPECT_EQ(refused.answer, reply(451, "", "later"));
    EXPECT_EQ(parse_policy_action("550 4.2.1 x").answer, reply(550, "", "4.2.1 x")) << "not of its class";
    EXPECT_EQ(parse_policy_action("HOLD").what, action::hold);
}

TEST(policy_client, an_answer_may_come_in_pieces)
{
    const std::string wire = "action=450 4.2.1 later\n\n";
    for (std::size_t cut = 1; cut < wire.size(); ++cut) {
        policy_answer_reader reader;
        EXPECT_EQ(reader.append(wire.substr(0, cut)), status::incomplete);
        EXPECT_EQ(reader.append(wire.substr(cut)), status::answer);
        EXPECT_EQ(reader.take().answer, reply(450, "4.2.1", "later"));
        EXPECT_EQ(reader.append("action=DUNNO\n\n"), status::answer) << "and the next one";
        EXPECT_EQ(reader.take(), policy_verdict{});
    }
}

TEST(policy_client, other_attributes_are_not_looked_at)
{
    policy_answer_reader reader;
    EXPECT_EQ(reader.append("comment=x\naction=HOLD y\nmore=z\n\n"), status::answer);
    EXPECT_EQ(reader.take().reason, "y");
}

TEST(policy_client, what_is_no_answer_is_known)
{
    using namespace std::string_literals;
    for (const std::string& bad : {"\n\n"s, "reaction=DUNNO\n\n"s, "action=DUNNO\n\naction=DUNNO\n\n"s,
                                   "action=DUNNO\n\nx"s, "action=DU\0NNO\n\n"s}) {
        policy_answer_reader reader;
        EXPECT_EQ(reader.append(bad), status::malformed) << bad;
    }
}

TEST(policy_client, an_answer_is_not_for_ever)
{
    policy_answer_reader reader;
    for (std::size_t i = 0; i < policy_answer_reader::max_answer; ++i)
        ASSERT_EQ(reader.append("x"), status::incomplete);
    EXPECT_EQ(reader.append("x"), status::malformed);
    policy_answer_reader other;
    EXPECT_EQ(other.append(std::string(1'000'000, 'x')), status::malformed);
}

}  // namespace
}  // namespace odmr
