#include "conformance_test.hpp"

#include <algorithm>

namespace odmr::test
{

void conformance_test::prepare(const provider::setup& how)
{
    provider::setup ours = how;
    ours.host = host_;
    provider_test::prepare(ours);
}

void conformance_test::start_holding(const provider::setup& how)
{
    start(how);
    // Sendmail needs nobody's word for it.
    ASSERT_TRUE(with_sendmail() || odmrd_says(" ready: holding=yes")) << the_provider().logs();
}

sent_message conformance_test::held(const std::vector<std::string>& recipients, std::size_t octets)
{
    sent_message message = waiting(recipients, octets);
    EXPECT_EQ(host().attempts(message.queue_id), 0U) << message.queue_id;
    return message;
}

std::vector<sent_message> conformance_test::many_held(const std::string& recipient, std::size_t messages,
                                                      std::size_t octets)
{
    std::vector<sent_message> sent =
        the_provider().send_many(std::vector(messages, std::vector{recipient}), octets);
    EXPECT_TRUE(wait_until([&] {
        const std::vector<queued_message> queue = host().queue();
        return queue.size() == messages &&
               std::ranges::all_of(queue, [&](const auto& m) { return host().at_rest(m); });
    }));
    for (const sent_message& message : sent)
        EXPECT_EQ(host().attempts(message.queue_id), 0U) << message.queue_id;
    return sent;
}

sent_message conformance_test::report_for(const std::string& recipient)
{
    const outgoing_message report{"", {recipient}, make_content("a report")};
    const sent_message sent{host().inject(report), report};
    the_provider().book(sent);
    EXPECT_TRUE(wait_until([&] { return the_provider().at_rest(sent); }));
    return sent;
}

void conformance_test::queue_run()
{
    // Something that waits for another try shows that one took place.
    const sent_message other = send({"away@elsewhere.example"});
    const auto tries = [&] { return host().attempts(other.queue_id); };
    ASSERT_TRUE(wait_until([&] { return tries() > 0; }))
        << "elsewhere must say 4xx to away@elsewhere.example";
    const std::size_t before = tries();
    ASSERT_TRUE(wait_until([&] {
        host().flush();
        return wait_until([&] { return tries() > before; }, milliseconds(1'000));
    }));
}

bool conformance_test::returned(const sent_message& message, const std::string& recipient)
{
    bounce_is_right(recipient);
    return wait_until([&] { return the_provider().find(message, recipient, box_).bounced == 1; });
}

bool conformance_test::is_served(const std::string& domain)
{
    return wait_until([&] { return the_provider().serves(domain); });
}

bool conformance_test::is_served_no_more(const std::string& domain)
{
    return wait_until([&] { return !the_provider().serves(domain); });
}

scripted_customer& conformance_test::serving()
{
    scripted_customer& customer = turned();
    customer.serve();
    EXPECT_TRUE(is_served("example.org") && is_served("example.com"));
    return customer;
}

std::optional<session_end> conformance_test::fetch_with(const server_script& script)
{
    scripted_customer& customer = turned();
    customer.script() = script;
    customer.serve();
    return customer.wait_for_end();
}

void conformance_test::expect_that_the_next_session_gets(const std::vector<sent_message>& messages)
{
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(all_arrive(messages));
    EXPECT_TRUE(queue_becomes_empty());
}

void conformance_test::expect_that_the_next_sessions_get(const std::vector<sent_message>& messages)
{
    EXPECT_TRUE(wait_until([&] {
        scripted_customer& customer = logged_in();
        if (customer.say("ATRN").starts_with("250 ")) {
            customer.serve();
            (void)customer.wait_for_end();
        } else {
            customer.cut();
        }
        return host().queue().empty();
    }));
    EXPECT_TRUE(all_arrive(messages));
}

}  // namespace odmr::test
