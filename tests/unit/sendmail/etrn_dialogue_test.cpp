// etrn_dialogue: RFC 1985, whole dialogues, split everywhere.
#include "sendmail/etrn_dialogue.hpp"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace odmr::sendmail
{
namespace
{

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string greeting = "220 provider.example ESMTP Sendmail 8.17.1.9\r\n";
const std::string hello = "250-provider.example Hello\r\n250-ETRN\r\n250 HELP\r\n";

/// What the client sends when the server answers so.
std::string play(etrn_dialogue& dialogue, const std::vector<std::string>& replies, std::size_t piece = 1000)
{
    std::string sent;
    for (const std::string& reply : replies)
        for (std::size_t i = 0; i < reply.size(); i += piece) {
            dialogue.receive(reply.substr(i, piece));
            sent += dialogue.take_output();
        }
    return sent;
}

TEST(etrn_dialogue, asks_for_each_domain)
{
    for (std::size_t piece = 1; piece < 60; ++piece) {
        etrn_dialogue dialogue("odmr.example", {"example.org", "example.com"});
        EXPECT_THAT(dialogue.take_output(), IsEmpty());
        EXPECT_EQ(play(dialogue,
                       {greeting, hello, "250 2.0.0 Queuing for node example.org started\r\n",
                        "458 4.3.0 Unable to queue messages for node example.com\r\n", "221 2.0.0 bye\r\n"},
                       piece),
                  "EHLO odmr.example\r\nETRN example.org\r\nETRN example.com\r\nQUIT\r\n");
        EXPECT_TRUE(dialogue.closed());
        EXPECT_THAT(dialogue.problem(), IsEmpty());
        EXPECT_THAT(
            dialogue.answers(),
            ElementsAre(etrn_answer{"example.org", true, "250 2.0.0 Queuing for node example.org started"},
                        etrn_answer{"example.com", false,
                                    "458 4.3.0 Unable to queue messages for node example.com"}));
    }
}

TEST(etrn_dialogue, takes_every_kind_of_yes)
{
    for (const char* yes :
         {"250 OK", "251 OK, no messages waiting", "252 OK, pending messages", "253 OK, 14"}) {
        etrn_dialogue dialogue("x", {"example.org"});
        play(dialogue, {greeting, hello, std::string(yes) + "\r\n"});
        EXPECT_TRUE(dialogue.answers().at(0).started) << yes;
    }
}

TEST(etrn_dialogue, ends_when_the_server_will_not)
{
    const std::string go_away = "421 4.3.2 going down\r\n";
    for (const auto& replies : std::vector<std::vector<std::string>>{
             {"554 no\r\n"}, {go_away}, {greeting, "502 no\r\n"}, {greeting, hello, go_away}}) {
        etrn_dialogue dialogue("x", {"example.org"});
        play(dialogue, replies);
        EXPECT_TRUE(dialogue.closed());
        EXPECT_THAT(dialogue.answers(), IsEmpty());
        EXPECT_NE(dialogue.problem(), "");
    }
}

TEST(etrn_dialogue, ends_when_it_is_no_smtp)
{
    for (const std::string& nonsense : {std::string("hello\r\n"), std::string("220 a\n"),
                                        "220 " + std::string(etrn_dialogue::max_line, 'x') + "\r\n"}) {
        etrn_dialogue dialogue("x", {"example.org"});
        play(dialogue, {nonsense});
        EXPECT_TRUE(dialogue.closed());
        EXPECT_THAT(dialogue.problem(), HasSubstr("no SMTP reply"));
    }
}

TEST(etrn_dialogue, sends_nothing_that_is_no_name)
{
    etrn_dialogue dialogue("x", {"example.org\r\nMAIL FROM:<>", "#odmr", "", "example.com"});
    EXPECT_EQ(play(dialogue, {greeting, hello, "250 ok\r\n", "221 bye\r\n"}),
              "EHLO x\r\nETRN example.com\r\nQUIT\r\n");
}

}  // namespace
}  // namespace odmr::sendmail
