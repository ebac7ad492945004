// The tests' own tools against each other: a private Postfix between a sender and the sink that is
// "elsewhere".
#include "support/private_postfix.hpp"

#include "support/child_process.hpp"
#include "support/smtp_sink.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace odmr::test
{
namespace
{

using ::testing::ElementsAre;
using ::testing::EndsWith;

TEST(private_postfix, starts_in_less_than_a_second_and_a_half)
{
    const temp_dir dir;
    const auto begin = clock::now();
    const private_postfix postfix(dir.path(), 1);
    EXPECT_LT(clock::now() - begin, milliseconds(1'500));
}

TEST(private_postfix, sends_mail_for_other_domains_elsewhere_byte_for_byte)
{
    const temp_dir dir;
    const smtp_sink elsewhere;
    const private_postfix postfix(dir.path(), elsewhere.port());
    const std::string content = make_content("hello", 100'000);
    postfix.inject({"ann@elsewhere.example", {"bob@other.example"}, content, "BODY=8BITMIME"});
    ASSERT_TRUE(wait_until([&] { return elsewhere.box().count("bob@other.example", content) == 1; }));
    EXPECT_THAT(elsewhere.box().messages().front().content, EndsWith("\r\n" + content));
    EXPECT_TRUE(postfix.wait_for_queue([](const auto& queue) { return queue.empty(); }));
}

TEST(private_postfix, keeps_mail_that_the_next_server_defers)
{
    const temp_dir dir;
    const smtp_sink elsewhere(server_script().answer("RCPT TO:<bob@", "450 4.2.0 Later"));
    const private_postfix postfix(dir.path(), elsewhere.port());
    const std::string id = postfix.inject(
        {"ann@elsewhere.example", {"bob@other.example", "eve@other.example"}, make_content("two")});
    ASSERT_TRUE(postfix.wait_for_queue(
        [](const auto& queue) { return queue.size() == 1 && queue.front().queue_name == "deferred"; }));
    const queued_message waiting = postfix.queue().front();
    EXPECT_EQ(waiting.queue_id, id);
    ASSERT_EQ(waiting.recipients.size(), 1U);
    EXPECT_EQ(waiting.recipients.front().address, "bob@other.example");
    EXPECT_THAT(waiting.recipients.front().delay_reason, ::testing::HasSubstr("450 4.2.0 Later"));
}

}  // namespace
}  // namespace odmr::test
