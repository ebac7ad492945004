// queue_entry: what `postqueue -j` says, and what is no such line.
#include "postfix/queue_entry.hpp"

#include <gtest/gtest.h>

#include <string>

namespace odmr::postfix
{
namespace
{

const std::string line =
    R"({"queue_name": "deferred", "queue_id": "4XqT5k2Ybcz1P", "arrival_time": 1700000000, "message_size": 1129, )"
    R"("forced_expire": false, "sender": "a@example.net", "recipients": [{"address": "One@Example.org", )"
    R"("delay_reason": "connect to example.org[odmr/example.org]: No such file or directory"}, {"address": "two"}]})";

TEST(queue_entry, is_read_from_a_line)
{
    const auto entry = parse_queue_entry(line);
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->queue_name, "deferred");
    EXPECT_EQ(entry->queue_id, "4XqT5k2Ybcz1P");
    EXPECT_EQ(entry->arrival, 1700000000);
    EXPECT_EQ(entry->size, 1129U);
    EXPECT_EQ(entry->sender, "a@example.net");
    EXPECT_EQ(entry->recipients, (std::vector<std::string>{"One@Example.org", "two"}));
    EXPECT_FALSE(entry->held());
}

TEST(queue_entry, with_an_empty_recipient_list_is_one_too)
{
    const auto entry = parse_queue_entry(
        R"({"queue_name": "hold", "queue_id": "ABCDEF0123", "arrival_time": 1, "message_size": 2, "recipients": []})");
    ASSERT_TRUE(entry);
    EXPECT_TRUE(entry->held());
    EXPECT_TRUE(entry->recipients.empty());
}

TEST(queue_entry, is_nothing_else)
{
    for (const char* junk :
         {"", "{", "[]", "null", "{}", "postqueue: warning: Mail system is down",
          R"({"queue_name": "hold", "queue_id": "../../etc", "arrival_time": 1, "message_size": 2,
                                "recipients": []})",
          R"({"queue_name": 1, "queue_id": "ABCDEF", "arrival_time": 1, "message_size": 2,
                                "recipients": []})"})
        EXPECT_FALSE(parse_queue_entry(junk)) << junk;
    for (std::size_t cut = 0; cut < line.size(); ++cut)
        EXPECT_FALSE(parse_queue_entry(line.substr(0, cut))) << cut;
}

TEST(queue_entry, knows_the_domain_of_an_address)
{
    EXPECT_EQ(domain_of("One@Example.ORG"), "example.org");
    EXPECT_EQ(domain_of("\"a@b\"@example.org"), "example.org");
    EXPECT_EQ(domain_of("postmaster"), "");
}

}  // namespace
}  // namespace odmr::postfix
