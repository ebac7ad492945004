#include "hold_test.hpp"

#include <algorithm>

namespace odmr::test
{
namespace
{

std::ptrdiff_t attempts(const private_postfix& postfix, const sent_message& message)
{
    return std::ranges::count_if(postfix.log_of(message.queue_id), [](const std::string& line) {
        return line.find("status=deferred") != std::string::npos;
    });
}

}  // namespace

void hold_test::start_holding(const provider::setup& how)
{
    prepare(how);
    start_odmrd_holding();
}

void hold_test::start_odmrd_holding()
{
    the_provider().start_odmrd();
    ASSERT_TRUE(odmrd_says("ready: holding=yes")) << the_provider().logs();
}

sent_message hold_test::held(const std::vector<std::string>& recipients, std::size_t octets)
{
    sent_message message = send(recipients, octets);
    EXPECT_TRUE(comes_to_be(message, "hold")) << message.queue_id;
    return message;
}

std::vector<sent_message> hold_test::many_held(const std::string& recipient, std::size_t messages,
                                               std::size_t octets)
{
    std::vector<sent_message> sent =
        the_provider().send_many(std::vector(messages, std::vector{recipient}), octets);
    EXPECT_TRUE(wait_until([&] {
        const mail_books books = the_provider().books(box_);
        return std::ranges::all_of(sent, [&](const auto& m) { return books.queue_of(m) == "hold"; });
    }));
    return sent;
}

void hold_test::expect_that_only_the_customer_waits(const sent_message& message)
{
    EXPECT_TRUE(arrives_elsewhere(message, someone));
    EXPECT_TRUE(comes_to_be(message, "deferred"));
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
    expect_that_the_next_session_gets(message);
}

void hold_test::expect_that_the_next_session_gets(const sent_message& message)
{
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
    EXPECT_TRUE(queue_becomes_empty());
}

std::optional<session_end> hold_test::visit()
{
    scripted_customer& customer = logged_in();
    const std::string reply = customer.say("ATRN");
    EXPECT_THAT(reply, ::testing::AnyOf(::testing::StartsWith("250 "), ::testing::StartsWith("453 ")));
    if (!reply.starts_with("250"))
        return std::nullopt;
    customer.serve();
    return customer.wait_for_end();
}

void hold_test::queue_run(const sent_message& in_deferred)
{
    const private_postfix& postfix = the_provider().postfix();
    const auto before = attempts(postfix, in_deferred);
    postfix.flush();
    ASSERT_TRUE(wait_until([&] { return attempts(postfix, in_deferred) > before; })) << in_deferred.queue_id;
    ASSERT_TRUE(comes_to_be(in_deferred, "deferred"));
}

}  // namespace odmr::test
