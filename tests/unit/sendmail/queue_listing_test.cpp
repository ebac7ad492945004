// What Sendmail 8.17.1 prints, and what is not quite that.
#include "sendmail/queue_listing.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <gmock/gmock.h>

namespace odmr::sendmail
{
namespace
{

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct read_listing {
    explicit read_listing(std::string_view text, std::size_t piece = std::string_view::npos)
    {
        listing_reader reader([this](const queued_message& m) { messages.push_back(m); });
        for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
            reader.take(text.substr(0, piece));
        whole = reader.finish();
    }
    std::vector<queued_message> messages;
    bool whole = false;
};

constexpr std::string_view verbose =
    "\t\t/var/spool/mqueue/odmr (5 requests)\n"
    "-----Q-ID----- --Size-- -Priority- ---Q-Time--- --------Sender/Recipient--------\n"
    "6AME0LoC031738      143     210155 Nov 22 14:00 <sender@remote.example>\n"
    "                 (Deferred: 450 4.4.1 customer is offline)\n"
    "\t\t\t\t\t\t<new@example.org>\n"
    "\t\t (Deferred: 450 4.4.1 customer is offline)\n"
    "6AMDjah9016989*     143      30155 Nov 22 13:45 <>\n"
    "      8BITMIME\n"
    "\t\t\t\t\t\t(---root---)\n"
    "\t\t\t\t\t\tanna@example.org\n"
    "6AMDjaem017031  1234567     120155+Nov  2 13:45 <sender@remote.example>\n"
    "\t\t\t\t\t\t<bert@example.com>\n"
    "\t\t\t\t\t\t<verylonglocalpart-verylonglocalpart-verylonglocalpart-verylon@example.\n"
    "6AMDjaxd017075  (job completed)\n"
    "6AMDjaxd017076  (no control file)\n";

constexpr std::string_view brief =
    "/var/spool/mqueue/main is empty\n"
    "\t\t/var/spool/mqueue/odmr (1 request)\n"
    "-----Q-ID----- --Size-- -----Q-Time----- ------------Sender/Recipient-----------\n"
    "6AMDjaem017031      143 Sun Nov 22 13:45 <sender@remote.example>\n"
    "\t\t\t\t\t <anna@example.org>\n"
    "\t\t\t\t\t <verylonglocalpart-verylonglocalpart-v\n"
    "\t\tTotal requests: 1\n";

TEST(queue_listing, of_a_queue_that_may_not_be_read_is_none)
{
    EXPECT_FALSE(read_listing("gatherq: cannot open \"/var/spool/mqueue/odmr\": Permission denied\n"
                              "/var/spool/mqueue/odmr is empty\n")
                     .whole);
    EXPECT_FALSE(read_listing("\t\t/var/spool/mqueue/odmr (1 request)\n"
                              "6AMEfGLg024324 (Permission denied)\n"
                              "\t\tTotal requests: 1\n")
                     .whole);
}

TEST(queue_listing, shows_messages_and_what_became_of_them)
{
    const read_listing read(verbose);
    EXPECT_TRUE(read.whole);
    ASSERT_THAT(read.messages, SizeIs(3));
    EXPECT_EQ(read.messages[0],
              (queued_message{
                  .queue_id = "6AME0LoC031738",
                  .size = 143,
                  .priority = 210155,
                  .arrival = "Nov 22 14:00",
                  .sender = "sender@remote.example",
                  .status = "Deferred: 450 4.4.1 customer is offline",
                  .recipients = {{"new@example.org", false, "Deferred: 450 4.4.1 customer is offline"}}}));
    EXPECT_EQ(read.messages[1], (queued_message{.queue_id = "6AMDjah9016989",
                                                .locked = true,
                                                .size = 143,
                                                .priority = 30155,
                                                .arrival = "Nov 22 13:45",
                                                .recipients = {{"anna@example.org"}}}));
    EXPECT_EQ(read.messages[2].size, 1234567U);
    EXPECT_EQ(read.messages[2].arrival, "Nov  2 13:45");
    EXPECT_THAT(
        read.messages[2].recipients,
        ElementsAre(queued_recipient{"bert@example.com"},
                    queued_recipient{"verylonglocalpart-verylonglocalpart-verylonglocalpart-verylon@example.",
                                     true}));
}

TEST(queue_listing, may_be_brief)
{
    const read_listing read(brief);
    EXPECT_TRUE(read.whole);
    EXPECT_THAT(read.messages,
                ElementsAre(queued_message{
                    .queue_id = "6AMDjaem017031",
                    .size = 143,
                    .arrival = "Nov 22 13:45",
                    .sender = "sender@remote.example",
                    .recipients = {{"anna@example.org"}, {"verylonglocalpart-verylonglocalpart-v", true}}}));
}

TEST(queue_listing, comes_in_pieces)
{
    for (const std::string_view text : {verbose, brief})
        for (std::size_t piece = 1; piece < 100; ++piece) {
            const read_listing read(text, piece);
            EXPECT_TRUE(read.whole);
            EXPECT_EQ(read.messages, read_listing(text).messages) << piece;
        }
}

TEST(queue_listing, says_when_nothing_waits)
{
    EXPECT_TRUE(read_listing("/var/spool/mqueue/odmr is empty\n").whole);
    EXPECT_TRUE(read_listing("/var/spool/mqueue/odmr is empty\n\t\tTotal requests: 0\n").whole);
}

TEST(queue_listing, is_not_whole_when_it_is_cut_or_is_none)
{
    EXPECT_FALSE(read_listing("").whole);
    EXPECT_FALSE(read_listing("You are not permitted to see the queue\n").whole);
    EXPECT_FALSE(read_listing(verbose.substr(0, verbose.find("6AMDjaxd017076"))).whole);
    EXPECT_THAT(read_listing("You are not permitted to see the queue\n").messages, IsEmpty());
}

TEST(queue_listing, long_lines_do_no_harm)
{
    std::string text(verbose);
    text.insert(text.find("<new@example.org>"), std::string(3 * listing_reader::max_line, 'x'));
    const read_listing read(text);
    EXPECT_TRUE(read.whole);
    ASSERT_THAT(read.messages, SizeIs(3));
    EXPECT_LE(read.messages[0].recipients.front().address.size(), listing_reader::max_line);
    EXPECT_TRUE(read.messages[0].recipients.front().cut);
}

TEST(shown_domain, is_known_as_far_as_it_is_shown)
{
    const shown_domain whole = domain_of({"anna@Example.ORG"});
    EXPECT_TRUE(whole.may_be("example.org"));
    EXPECT_FALSE(whole.may_be("example.org.uk"));
    EXPECT_FALSE(domain_of({"anna"}).may_be("example.org"));
    const shown_domain cut = domain_of({"anna@Example.", true});
    EXPECT_TRUE(cut.may_be("example.org"));
    EXPECT_TRUE(cut.may_be("example.com"));
    EXPECT_FALSE(cut.may_be("other.org"));
    EXPECT_TRUE(domain_of({"anna", true}).may_be("example.org"));
}

TEST(arrival_time, gets_the_year_that_is_not_shown)
{
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    using namespace std::chrono;
    const sys_seconds now = sys_days{2026y / January / 2} + 3h;
    EXPECT_EQ(time_of("Jan  2 02:59", now), sys_days{2026y / January / 2} + 2h + 59min);
    EXPECT_EQ(time_of("Dec 31 23:00", now), sys_days{2025y / December / 31} + 23h);
    EXPECT_EQ(time_of("Jan  2 04:00", now),
              sys_days{2026y / January / 2} + 4h);  // the clocks differ a little
    EXPECT_EQ(time_of("once upon a", now), std::nullopt);
}

}  // namespace
}  // namespace odmr::sendmail
