// interceptor - what becomes of mail for customers at the moment the mail system accepts it: refused at RCPT,
// put on hold as a whole at the end of the message, or left to go its ordinary way.
//
// It is asked in the words of Postfix's policy protocol (protocol/policy.hpp). It never permits anything:
// where it has nothing to say, and wherever it is in doubt, it passes, and the mail system goes on as if it
// were not there. The codes of its refusals are those of RFC 3463 3.2 and 3.3.
#pragma once

#include "core/customer_directory.hpp"
#include "core/envelope.hpp"
#include "core/mail_amount.hpp"
#include "protocol/policy.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>

namespace odmr
{

/// Why a recipient is refused.
enum class refusal { unknown_recipient, disabled, full };

/// What an interceptor asks and tells the rest of the service.
class interceptor_host
{
public:
    virtual ~interceptor_host() = default;
    /// A session takes the mail of this domain (in lower case) now.
    [[nodiscard]] virtual bool online(std::string_view domain) const = 0;
    /// All that waits for the customer: held, deferred or about to be delivered.
    [[nodiscard]] virtual mail_amount waiting(std::string_view customer) const = 0;
    /// Writes down that this message is held for its customer, on our order; false when that cannot be done.
    [[nodiscard]] virtual bool record_hold(const arrival& message) = 0;
    /// A message with recipients of customers goes its ordinary way: delivered now to who is online, and
    /// deferred for who is not. (It may still be refused by what the mail system asks after us.)
    virtual void passed(const arrival& message) = 0;
    virtual void refused(refusal why) = 0;
};

/// One for each policy connection.
class interceptor
{
public:
    /// Distinct recipients of one message; an envelope with more is not held.
    static constexpr std::size_t max_recipients = 10'000;

    interceptor(const customer_directory& directory, interceptor_host& host)
        : directory_(directory), host_(host)
    {
    }

    policy_answer answer(const policy_request& request);
    /// A question came that could not be understood, of whatever message: it may have been about a recipient.
    /// From now on nothing is held.
    void distrust() { trusted_ = false; }

private:
    /// What has been seen of the message that is arriving.
    struct message {
        std::string instance;
        envelope recipients;
        std::unordered_set<std::size_t> seen;  ///< hashes of the recipients' addresses
        bool whole = true;  ///< nothing happened so far that leaves us in doubt about the envelope
    };

    policy_answer at_rcpt(const policy_request& request);
    policy_answer at_end(const policy_request& request);
    policy_answer refuse(refusal why);
    [[nodiscard]] known takes_mail(const address_parts& to, const customer_view& customer) const;
    [[nodiscard]] bool full(const customer_view& customer, std::uint64_t announced) const;
    [[nodiscard]] bool may_hold(const message& m, const policy_request& request) const;

    const customer_directory& directory_;
    interceptor_host& host_;
    message present_;
    bool trusted_ = true;  ///< all questions were understood
};

}  // namespace odmr
