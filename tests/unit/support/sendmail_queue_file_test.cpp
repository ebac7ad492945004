#include "support/sendmail_queue_file.hpp"

#include <gtest/gtest.h>

namespace odmr::test
{
namespace
{

constexpr std::string_view two_recipients = R"(V8
T1795354900
N1
MDeferred: Connection refused
F8bs
S<ann@elsewhere.example>
rRFC822; v@example.com
RPFD:<v@example.com>
M450 4.2.1 Later
rRFC822; u@example.org
RPFDA:u@example.org
H?P?Return-Path: <g>
H??Received: from x (localhost [127.0.0.1])
	by provider.example.net (8.17.1.9/8.17.1.9) with ESMTP id 6AMDfeVu012183;
	Sun, 22 Nov 2026 13:41:40 GMT
H??Received: from y by x id other;
H??Subject: R
.
Rbehind the end
)";

TEST(sendmail_queue_file, is_read_with_its_recipients_and_why_they_wait)
{
    const queued_message message = read_queue_file("odmr", "6AMDfeVv012183", two_recipients);
    EXPECT_EQ(message.queue_name, "odmr");
    EXPECT_EQ(message.queue_id, "6AMDfeVv012183");
    EXPECT_EQ(message.accepted_as, "6AMDfeVu012183");
    EXPECT_EQ(message.sender, "ann@elsewhere.example");
    ASSERT_EQ(message.recipients.size(), 2U);
    EXPECT_EQ(message.recipients[0].address, "v@example.com");
    EXPECT_EQ(message.recipients[0].delay_reason, "Deferred: Connection refused");
    EXPECT_EQ(message.recipients[1].address, "u@example.org");
    EXPECT_EQ(message.recipients[1].delay_reason, "450 4.2.1 Later");
}

TEST(sendmail_queue_file, of_a_bounce_has_an_empty_sender)
{
    EXPECT_EQ(read_queue_file("odmr", "1", "S<>\nRPFD:<u@example.org>\n.\n").sender, "");
}

TEST(sendmail_queue_file, without_a_received_field_was_accepted_as_what_it_is)
{
    EXPECT_EQ(read_queue_file("odmr", "1", "S<>\n.\n").accepted_as, "1");
}

TEST(sendmail_queue_file, that_is_empty_has_no_recipients)
{
    EXPECT_TRUE(read_queue_file("odmr", "1", "").recipients.empty());
}

}  // namespace
}  // namespace odmr::test
