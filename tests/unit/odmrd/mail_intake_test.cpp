// Tests of mail_intake: what is recorded, what the ledger learns, and what is counted.
#include "odmrd/mail_intake.hpp"

#include "intake_fixture.hpp"

#include <filesystem>

namespace odmr
{
namespace
{

class mail_intake_test : public test::intake_fixture
{
protected:
    static arrival for_alice(const std::string& queue_id)
    {
        envelope recipients;
        recipients.add("alice", "example.org");
        return {.queue_id = queue_id, .recipients = recipients, .octets = 1129};
    }
};

TEST_F(mail_intake_test, what_is_held_is_recorded_and_in_the_ledger)
{
    EXPECT_TRUE(intake_.record_hold(for_alice("4C0FFEE")));
    const auto records = holds_.holds();
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records.front().queue_id, "4C0FFEE");
    EXPECT_EQ(records.front().customer, "alice");
    EXPECT_EQ(ledger_.of_customer("alice").held, (mail_amount{.messages = 1, .octets = 1129}));
    EXPECT_EQ(intake_.waiting("alice"), (mail_amount{.messages = 1, .octets = 1129}));
    EXPECT_EQ(intake_.counts().held, 1U);
}

TEST_F(mail_intake_test, what_cannot_be_let_go_again_is_not_held)
{
    can_hold_ = false;
    EXPECT_FALSE(intake_.record_hold(for_alice("4C0FFEE")));
    EXPECT_TRUE(holds_.holds().empty());
    EXPECT_EQ(ledger_.find("4C0FFEE"), nullptr);
    EXPECT_EQ(intake_.counts().held, 0U);
}

TEST_F(mail_intake_test, without_the_database_nothing_is_held_and_nothing_thrown)
{
    const auto away = path_ + ".away";
    std::filesystem::rename(path_, away);
    testing::internal::CaptureStderr();
    EXPECT_FALSE(intake_.record_hold(for_alice("A1")));
    EXPECT_FALSE(intake_.record_hold(for_alice("A2")));
    const auto logged = testing::internal::GetCapturedStderr();
    EXPECT_NE(logged.find("hold-not-recorded: queue_id=A1"), std::string::npos) << logged;
    EXPECT_EQ(logged.find("A2"), std::string::npos) << logged;
    EXPECT_EQ(ledger_.size(), 0U);
    std::filesystem::rename(away, path_);
    // It is tried again after a pause.
    EXPECT_TRUE(test::wait_until([&] { return intake_.record_hold(for_alice("A3")); }));
    EXPECT_EQ(holds_.holds().size(), 1U);
}

TEST_F(mail_intake_test, what_passed_is_deferred)
{
    intake_.passed(for_alice("4C0FFEE"));
    EXPECT_EQ(ledger_.find("4C0FFEE")->state, mail_state::deferred);
    EXPECT_EQ(intake_.waiting("alice").messages, 1U);
    EXPECT_TRUE(holds_.holds().empty());
    EXPECT_EQ(intake_.counts().passed, 1U);
    EXPECT_EQ(told_, std::vector{for_alice("4C0FFEE")});
}

TEST_F(mail_intake_test, refusals_are_counted_by_reason)
{
    intake_.refused(refusal::unknown_recipient);
    intake_.refused(refusal::full);
    intake_.refused(refusal::full);
    intake_.refused(refusal::disabled);
    EXPECT_EQ(intake_.counts().unknown_recipient, 1U);
    EXPECT_EQ(intake_.counts().full, 2U);
    EXPECT_EQ(intake_.counts().disabled, 1U);
}

}  // namespace
}  // namespace odmr
