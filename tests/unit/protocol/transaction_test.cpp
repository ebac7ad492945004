#include "protocol/transaction.hpp"

#include "pieces.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>

namespace odmr
{
namespace
{

const reply ok(250, "2.0.0", "Ok");
const reply no(550, "5.1.1", "no such user");
const reply later(451, "4.4.2", "later");

address path(const std::string& text)
{
    return *parse_mailbox(text, utf8::refused);
}

TEST(content_buffer, octets_come_out_as_they_went_in)
{
    std::mt19937 random(1);
    content_buffer buffer;
    std::string in;
    std::string out;
    for (int i = 0; i < 2000; ++i) {
        const std::string more = test::random_text(random, 30, "abc\r\n");
        if (i % 2 == 0)
            buffer.append(more);
        else
            buffer.tail() += more;
        in += more;
        const std::size_t n = std::min(buffer.size(), std::size_t{random() % 40});
        out += buffer.front().substr(0, n);
        buffer.consume(n);
        ASSERT_EQ(buffer.size(), in.size() - out.size());
        ASSERT_EQ(buffer.empty(), in.size() == out.size());
    }
    EXPECT_EQ(out + std::string(buffer.front()), in);
    buffer.consume(buffer.size());
    EXPECT_TRUE(buffer.empty());
    EXPECT_EQ(buffer.front(), "");
}

TEST(content_buffer, what_was_taken_is_not_kept)
{
    content_buffer buffer;
    for (int i = 0; i < 10000; ++i) {
        buffer.append(std::string(1000, 'x'));
        buffer.consume(buffer.size() - 1);  // never empty
    }
    EXPECT_LT(buffer.tail().capacity(), 10000U);
}

TEST(content_buffer, finished_is_not_empty)
{
    content_buffer buffer;
    buffer.append("x");
    EXPECT_FALSE(buffer.finished());
    buffer.finish();
    EXPECT_TRUE(buffer.finished());
    EXPECT_FALSE(buffer.empty());
}

TEST(transaction, is_settled_when_every_recipient_is)
{
    transaction t;
    EXPECT_FALSE(t.settled()) << "without recipients there is nothing to settle";
    t.add_recipient(path("b@b.example"), {});
    t.add_recipient(path("c@b.example"), {});
    EXPECT_FALSE(t.settled());
    t.settle(1, no);
    EXPECT_FALSE(t.settled());
    t.settle(0, ok);
    EXPECT_TRUE(t.settled());
    EXPECT_EQ(t.recipients[0].outcome, ok);
    EXPECT_EQ(t.recipients[1].outcome, no);
}

TEST(transaction, what_is_settled_stays)
{
    transaction t;
    t.add_recipient(path("b@b.example"), {});
    t.add_recipient(path("c@b.example"), {});
    t.settle(0, no);
    t.settle(0, ok);
    t.settle_open(later);
    t.settle_open(ok);
    EXPECT_EQ(t.recipients[0].outcome, no);
    EXPECT_EQ(t.recipients[1].outcome, later);
}

TEST(transaction, tells_once_that_all_is_settled)
{
    transaction t;
    t.settle_open(later);
    t.add_recipient(path("b@b.example"), {});
    t.add_recipient(path("c@b.example"), {});
    int told = 0;
    t.changed = [&] {
        EXPECT_TRUE(t.settled());
        ++told;
    };
    t.settle(0, no);
    EXPECT_EQ(told, 0);
    t.settle_open(later);
    EXPECT_EQ(told, 1);
    t.settle_open(ok);
    EXPECT_EQ(told, 1);
}

TEST(transaction, nobody_has_to_listen)
{
    transaction t;
    t.notify();
    EXPECT_FALSE(t.abandoned());
    t.abandon();
    EXPECT_TRUE(t.abandoned());
}

}  // namespace
}  // namespace odmr
