#include "core/waiting_mail.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace odmr
{
namespace
{

using strings = std::vector<std::string>;

wall_time at(int second)
{
    return wall_time{std::chrono::seconds(second)};
}

class waiting_accounts_test : public ::testing::Test
{
protected:
    waiting_message& enter(const std::string& queue_id, mail_state state, int arrival, std::uint64_t octets,
                           const std::vector<std::pair<std::string, std::string>>& recipients)
    {
        envelope e;
        for (const auto& [customer, domain] : recipients)
            e.add(customer, domain);
        messages.push_back({.queue_id = queue_id,
                            .state = state,
                            .arrival = at(arrival),
                            .octets = octets,
                            .parts = books.parts_of(e)});
        books.enter(messages.back());
        return messages.back();
    }

    static strings ids(const waiting_accounts::queue& queue)
    {
        strings result;
        for (const waiting_message* m : queue)
            result.push_back(m->queue_id);
        return result;
    }

    waiting_accounts books;
    std::list<waiting_message> messages;
};

TEST_F(waiting_accounts_test, nothing_waits_for_who_is_not_known)
{
    EXPECT_EQ(books.of_customer("smith"), waiting_mail{});
    EXPECT_EQ(books.of_domain("a.example"), waiting_mail{});
    EXPECT_TRUE(books.customers().empty());
    EXPECT_TRUE(books.held_for("smith").empty());
    EXPECT_TRUE(books.released_for("smith").empty());
    EXPECT_TRUE(books.customers_with_held_mail().empty());
    EXPECT_EQ(books.released(), 0U);
}

TEST_F(waiting_accounts_test, each_state_is_counted)
{
    enter("H", mail_state::held, 30, 1, {{"smith", "a.example"}});
    enter("R", mail_state::released, 20, 10, {{"smith", "a.example"}});
    enter("D", mail_state::deferred, 40, 100, {{"smith", "a.example"}});
    enter("K", mail_state::kept, 10, 1000, {{"smith", "a.example"}});
    const waiting_mail expected{{3, 111}, {1, 1}, {1, 10}, 1, at(20)};
    EXPECT_EQ(books.of_customer("smith"), expected);
    EXPECT_EQ(books.of_domain("a.example"), expected);
    EXPECT_EQ(ids(books.held_for("smith")), strings{"H"});
    EXPECT_EQ(ids(books.released_for("smith")), strings{"R"});
    EXPECT_EQ(books.released(), 1U);
    EXPECT_EQ(books.of_customer("jones"), waiting_mail{});

    for (const waiting_message& m : messages)
        books.take_out(m);
    EXPECT_EQ(books.of_customer("smith"), waiting_mail{});
    EXPECT_EQ(books.of_domain("a.example"), waiting_mail{});
    EXPECT_TRUE(books.held_for("smith").empty());
    EXPECT_TRUE(books.released_for("smith").empty());
    EXPECT_EQ(books.released(), 0U);
}

TEST_F(waiting_accounts_test, a_message_counts_at_each_domain_and_once_for_each_customer)
{
    const waiting_message& m = enter(
        "M", mail_state::deferred, 5, 7,
        {{"smith", "a.example"}, {"jones", "j.example"}, {"smith", "b.example"}, {"smith", "b.example"}});
    const waiting_mail one{.all = {1, 7}, .oldest = at(5)};
    for (const char* domain : {"a.example", "b.example", "j.example"})
        EXPECT_EQ(books.of_domain(domain), one) << domain;
    for (const char* customer : {"smith", "jones"})
        EXPECT_EQ(books.of_customer(customer), one) << customer;
    books.take_out(m);
    for (const char* domain : {"a.example", "b.example", "j.example"})
        EXPECT_EQ(books.of_domain(domain), waiting_mail{}) << domain;
}

TEST_F(waiting_accounts_test, the_oldest_is_the_oldest_that_is_left)
{
    const waiting_message& first = enter("1", mail_state::held, 10, 1, {{"smith", "a.example"}});
    const waiting_message& second = enter("2", mail_state::deferred, 10, 1, {{"smith", "a.example"}});
    enter("3", mail_state::deferred, 20, 1, {{"smith", "b.example"}});
    EXPECT_EQ(books.of_customer("smith").oldest, at(10));
    EXPECT_EQ(books.of_domain("b.example").oldest, at(20));
    books.take_out(first);
    EXPECT_EQ(books.of_customer("smith").oldest, at(10));
    books.take_out(second);
    EXPECT_EQ(books.of_customer("smith").oldest, at(20));
    EXPECT_EQ(books.of_domain("a.example").oldest, std::nullopt);
}

TEST_F(waiting_accounts_test, held_mail_is_in_order_of_arrival)
{
    enter("young", mail_state::held, 30, 1, {{"smith", "a.example"}});
    enter("old", mail_state::held, 10, 1, {{"smith", "b.example"}});
    enter("b", mail_state::held, 20, 1, {{"smith", "a.example"}});
    enter("a", mail_state::held, 20, 1, {{"smith", "a.example"}, {"smith", "b.example"}});
    enter("other", mail_state::held, 1, 1, {{"jones", "j.example"}});
    EXPECT_EQ(ids(books.held_for("smith")), (strings{"old", "a", "b", "young"}));
    EXPECT_EQ(books.customers_with_held_mail(), (std::vector<std::string_view>{"jones", "smith"}));
}

TEST_F(waiting_accounts_test, customers_are_named_while_they_have_mail)
{
    const auto& deferred = enter("D", mail_state::deferred, 10, 1, {{"smith", "a.example"}});
    enter("K", mail_state::kept, 10, 1, {{"jones", "j.example"}});
    EXPECT_EQ(books.customers(), (std::vector<std::string_view>{"jones", "smith"}));
    books.take_out(deferred);
    EXPECT_EQ(books.customers(), std::vector<std::string_view>{"jones"});
}

TEST_F(waiting_accounts_test, a_message_without_recipients_counts_for_nobody)
{
    enter("R", mail_state::released, 10, 1, {});
    enter("H", mail_state::held, 10, 1, {});
    EXPECT_EQ(books.released(), 1U);
    EXPECT_TRUE(books.customers_with_held_mail().empty());
}

}  // namespace
}  // namespace odmr
