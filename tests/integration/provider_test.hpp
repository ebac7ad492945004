// provider_test - what all integration tests with a mail system share: a provider, customers who connect to
// it, and, at the end of every test, a look at the books.
//
// The books: each recipient of each message handed in is in exactly one place: in the mail system's queue, at
// the customer, elsewhere, or returned to its sender. Returned only where the test says that this is right;
// in two places only where SMTP itself cannot avoid it, and the test says so.
#pragma once

#include "support/provider.hpp"
#include "support/scripted_customer.hpp"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <initializer_list>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace odmr::test
{

class provider_test : public ::testing::Test
{
protected:
    /// For odmr.conf: a customer stays on the line; what waits is compared with the queue every second.
    static constexpr std::pair<const char*, const char*> stay = {"linger", "1h"};
    static constexpr std::pair<const char*, const char*> often = {"reconcile_interval", "1s"};
    /// Not a customer's.
    static constexpr const char* someone = "someone@elsewhere.example";

    /// A provider with odmrd running, and the customer alice, who has example.org and example.com.
    void start(const provider::setup& how = {});
    /// The same, but odmrd does not run yet.
    virtual void prepare(const provider::setup& how = {});

    provider& the_provider() { return *provider_; }
    /// True when odmrd logs that within patience.
    [[nodiscard]] bool odmrd_says(const std::string& text);

    // --- customers
    /// A customer that has said nothing yet.
    scripted_customer& new_customer();
    /// Connected, and EHLO said.
    scripted_customer& connected();
    /// Authenticated with CRAM-MD5.
    scripted_customer& logged_in(const std::string& name = "alice");
    /// Logged in, ATRN said and granted; the script is the test's to fill in before serve().
    scripted_customer& turned(const std::string& atrn = "ATRN", const std::string& name = "alice");
    /// A whole session without any mischief: fetches what there is. How it ended.
    std::optional<session_end> fetch(const std::string& atrn = "ATRN", const std::string& name = "alice");

    // --- mail
    sent_message send(const std::vector<std::string>& recipients, std::size_t octets = 0)
    {
        return provider_->send(recipients, octets);
    }
    sent_message waiting(const std::vector<std::string>& recipients, std::size_t octets = 0)
    {
        return provider_->send_and_wait(recipients, octets);
    }
    /// True when it arrives within patience.
    [[nodiscard]] bool arrives(const sent_message& message, const std::string& recipient) const;
    [[nodiscard]] bool arrives_elsewhere(const sent_message& message, const std::string& recipient = someone);
    /// Every recipient of every one of them gets it within patience.
    [[nodiscard]] bool all_arrive(const std::vector<sent_message>& messages);
    [[nodiscard]] bool still_waits(const sent_message& message, const std::string& recipient) const;
    [[nodiscard]] bool queue_becomes_empty() const { return provider_->wait_for_empty_queue(); }

    // --- the books
    void bounce_is_right(const std::string& recipient) { bounced_.insert(recipient); }
    void may_come_twice(const std::string& recipient) { twice_.insert(recipient); }

    mailbox box_;  ///< of all customers

    void TearDown() override;

private:
    /// What is not where it should be, in words.
    [[nodiscard]] std::string misplaced() const;
    [[nodiscard]] bool accounted_for(const whereabouts& found, const std::string& recipient) const;

    std::optional<provider> provider_;
    std::list<scripted_customer> customers_;
    std::set<std::string> bounced_;
    std::set<std::string> twice_;
};

}  // namespace odmr::test
