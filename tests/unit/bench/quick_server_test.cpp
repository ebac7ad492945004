#include "bench/quick_server.hpp"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace odmr::bench
{
namespace
{

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A server, and what it was brought.
class QuickServer : public testing::Test
{
protected:
    quick_server& server(quick_server::behaviour how = {.chunking = true})
    {
        return server_.emplace(
            how, quick_server::handlers{.complete = [this](const std::string& to) { keep(to); },
                                        .content = [this](std::string_view octets) { content_ += octets; },
                                        .abandoned = [this] { content_ += "(abandoned)"; }});
    }

    void keep(const std::string& recipient)
    {
        messages_.push_back(recipient + ": " + content_);
        content_.clear();
    }

    std::optional<quick_server> server_;
    std::string content_;
    std::vector<std::string> messages_;
};

const std::string envelope = "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n";

TEST_F(QuickServer, TakesMessagesBackToBackInPiecesOfAnySize)
{
    const std::string dialogue =
        "EHLO x\r\n" + envelope + "DATA\r\n..\r\n...x.y\r\nz.\r\n.\r\n" + envelope + "DATA\r\n.\r\n" +
        envelope + "BDAT 5\r\n.\r\n.\rBDAT 3 LAST\r\n\nxyRSET\r\n" + envelope + "BDAT 0 LAST\r\nQUIT\r\n";
    for (std::size_t piece = 1; piece <= dialogue.size(); ++piece) {
        messages_.clear();
        std::string replies;
        server();
        for (std::size_t i = 0; i < dialogue.size(); i += piece)
            replies += server_->receive(std::string_view(dialogue).substr(i, piece));
        EXPECT_THAT(messages_,
                    ElementsAre("c@d: .\r\n..x.y\r\nz.\r\n", "c@d: ", "c@d: .\r\n.\r\nxy", "c@d: "))
            << piece;
        EXPECT_TRUE(server_->ended());
        EXPECT_THAT(replies, testing::EndsWith("\r\n221 2.0.0 Bye\r\n"));
        EXPECT_THAT(replies, testing::Not(HasSubstr("\r\n5")));
    }
}

TEST_F(QuickServer, OffersWhatItIsToldTo)
{
    EXPECT_THAT(server({.pipelining = false}).receive("EHLO x\r\n"),
                testing::Not(testing::AnyOf(HasSubstr("PIPELINING"), HasSubstr("CHUNKING"))));
    EXPECT_THAT(server().receive("EHLO x\r\n"),
                testing::AllOf(HasSubstr("PIPELINING"), HasSubstr("CHUNKING")));
}

TEST_F(QuickServer, AnswersForEachRecipientInLmtp)
{
    server({.lmtp = true});
    server_->receive("LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@d>\r\nDATA\r\n");
    EXPECT_EQ(server_->receive("x\r\n.\r\n"), "250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n");
}

TEST_F(QuickServer, ForgetsWhatIsReset)
{
    server();
    server_->receive("EHLO x\r\n" + envelope + "BDAT 3\r\nabcRSET\r\n");
    EXPECT_EQ(content_, "abc(abandoned)");
    EXPECT_THAT(messages_, IsEmpty());
}

TEST_F(QuickServer, RefusesWhatIsOutOfOrder)
{
    EXPECT_THAT(server().receive("EHLO x\r\nDATA\r\n"), HasSubstr("503 "));
    EXPECT_THAT(server().receive("EHLO x\r\nBDAT 0 LAST\r\n"), HasSubstr("503 "));
    EXPECT_THAT(server().receive("EHLO x\r\n" + envelope + envelope), HasSubstr("503 "));
    EXPECT_THAT(server().receive("EHLO x\r\n" + envelope + "BDAT 1\r\nxDATA\r\n"), HasSubstr("503 "));
    EXPECT_THAT(server().receive("EHLO x\r\n" + envelope + "BDAT x LAST\r\n"), HasSubstr("501 "));
    EXPECT_THAT(server({}).receive("EHLO x\r\n" + envelope + "BDAT 0 LAST\r\n"), HasSubstr("503 "));
}

TEST_F(QuickServer, StallsWhenToldTo)
{
    server({.stalls_in_content = true});
    EXPECT_FALSE(server_->stalled());
    server_->receive("EHLO x\r\n" + envelope + "DATA\r\n");
    EXPECT_TRUE(server_->stalled());
}

}  // namespace
}  // namespace odmr::bench
