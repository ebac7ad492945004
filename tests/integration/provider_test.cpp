#include "provider_test.hpp"

#include <algorithm>
#include <iostream>

namespace odmr::test
{

void provider_test::prepare(const provider::setup& how)
{
    provider_.emplace(how);
    provider_->add_customer("alice", {"example.org", "example.com"});
}

void provider_test::start(const provider::setup& how)
{
    prepare(how);
    provider_->start_odmrd();
}

scripted_customer& provider_test::new_customer()
{
    return customers_.emplace_back(box_);
}

scripted_customer& provider_test::connected()
{
    scripted_customer& customer = new_customer();
    EXPECT_THAT(customer.connect(provider_->port()), ::testing::StartsWith("220 "));
    EXPECT_THAT(customer.ehlo(), ::testing::StartsWith("250-"));
    return customer;
}

scripted_customer& provider_test::logged_in(const std::string& name)
{
    scripted_customer& customer = connected();
    EXPECT_THAT(customer.authenticate("CRAM-MD5", name, provider::password),
                ::testing::StartsWith("235 2.7.0 "));
    return customer;
}

scripted_customer& provider_test::turned(const std::string& atrn, const std::string& name)
{
    scripted_customer& customer = logged_in(name);
    EXPECT_THAT(customer.say(atrn), ::testing::StartsWith("250 2.0.0 "));
    return customer;
}

std::optional<session_end> provider_test::fetch(const std::string& atrn, const std::string& name)
{
    scripted_customer& customer = turned(atrn, name);
    customer.serve();
    return customer.wait_for_end();
}

bool provider_test::arrives(const sent_message& message, const std::string& recipient) const
{
    return wait_until([&] { return box_.count(recipient, message.message.content) > 0; });
}

bool provider_test::arrives_elsewhere(const sent_message& message, const std::string& recipient)
{
    return wait_until(
        [&] { return provider_->elsewhere().box().count(recipient, message.message.content) > 0; });
}

bool provider_test::all_arrive(const std::vector<sent_message>& messages)
{
    return wait_until([&] {
        const mail_books books({}, box_.messages(), provider_->elsewhere().box().messages());
        return std::ranges::all_of(messages, [&](const sent_message& sent) {
            return std::ranges::all_of(sent.message.recipients, [&](const std::string& recipient) {
                const whereabouts found = books.find(sent, recipient);
                return found.at_customer + found.elsewhere > 0;
            });
        });
    });
}

bool provider_test::odmrd_says(const std::string& text)
{
    return wait_until([&] { return provider_->odmrd().log().find(text) != std::string::npos; });
}

bool provider_test::still_waits(const sent_message& message, const std::string& recipient) const
{
    return provider_->in_queue(message, recipient) && box_.count(recipient, message.message.content) == 0;
}

void provider_test::TearDown()
{
    if (!provider_)
        return;
    std::string wrong;
    EXPECT_TRUE(wait_until([&] { return (wrong = misplaced()).empty(); })) << wrong;
    if (!HasFailure())
        return;
    for (const scripted_customer& customer : customers_)
        std::cerr << "--- customer\n" << customer.log().text();
    std::cerr << provider_->logs();
}

std::string provider_test::misplaced() const
{
    const mail_books books = provider_->books(box_);
    std::string text;
    for (const sent_message& sent : provider_->sent())
        for (const std::string& recipient : sent.message.recipients)
            if (const whereabouts found = books.find(sent, recipient); !accounted_for(found, recipient))
                text += sent.queue_id + " to " + recipient + ": " + found.text() + "\n";
    return text;
}

bool provider_test::accounted_for(const whereabouts& found, const std::string& recipient) const
{
    if ((found.bounced > 0) != bounced_.contains(recipient))
        return false;
    return found.copies() == 1 || (found.copies() == 2 && twice_.contains(recipient));
}

}  // namespace odmr::test
