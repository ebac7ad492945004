// interceptor - refuse, hold or pass mail for customers as it arrives.
#include "core/interceptor.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace odmr
{

namespace
{

bool over(std::uint64_t waiting, std::uint64_t more, std::uint64_t limit)
{
    return limit > 0 && (waiting >= limit || more > limit - waiting);
}

}  // namespace

policy_answer interceptor::answer(const policy_request& request)
{
    // Without an instance nothing tells one message from the next.
    if (request.instance.empty())
        return policy_answer::pass();
    // With another instance the message before is done with or given up (SMTPD_POLICY_README), so one at a
    // time is all there is to remember.
    if (request.instance != present_.instance) {
        present_ = {};
        present_.instance = request.instance;
    }
    switch (request.stage) {
        case policy_stage::rcpt:
            return at_rcpt(request);
        case policy_stage::end_of_message:
            return at_end(request);
        case policy_stage::other:
            break;
    }
    return policy_answer::pass();
}

policy_answer interceptor::at_rcpt(const policy_request& request)
{
    const address_parts to = split_address(request.recipient);
    const customer_directory::owner owner = directory_.owner_of(to.domain);
    const customer_view& customer = owner.customer;
    if (owner.found == known::yes) {
        const known wanted = takes_mail(to, customer);
        if (wanted == known::no)
            return refuse(refusal::unknown_recipient);
        if (!customer.enabled)
            return refuse(refusal::disabled);
        // Refused now, or accepted and returned to the sender later: the sender's own server says it better.
        if (full(customer, request.size))
            return refuse(refusal::full);
        present_.whole = present_.whole && wanted == known::yes;
    }

    // A recipient counts once. Postfix may ask several times about one (when the service stands in several of
    // its lists), and counting questions could make up for a recipient we were not asked about. A recipient
    // the client named twice, and two with the same hash, make the count too small: then the message is
    // merely not held.
    present_.whole = present_.whole && present_.seen.size() < max_recipients;
    if (present_.whole && !present_.seen.insert(std::hash<std::string_view>{}(request.recipient)).second)
        return policy_answer::pass();
    // When the directory cannot say whose it is, it may be anybody's.
    if (owner.found == known::yes)
        present_.recipients.add(customer.name, to.domain);
    else
        present_.recipients.add_other();
    return policy_answer::pass();
}

policy_answer interceptor::at_end(const policy_request& request)
{
    message m = std::exchange(present_, {});
    const bool hold = may_hold(m, request);
    const arrival coming{request.queue_id, std::move(m.recipients), request.size};
    if (coming.queue_id.empty() || coming.recipients.shares().empty())
        return policy_answer::pass();
    // First the record, then the hold: what is on hold without a record would be taken for somebody else's,
    // and wait for ever.
    if (hold && host_.record_hold(coming))
        return policy_answer::hold("until customer " + std::string(coming.recipients.sole_customer()) +
                                   " comes");
    host_.passed(coming);
    return policy_answer::pass();
}

policy_answer interceptor::refuse(refusal why)
{
    host_.refused(why);
    switch (why) {
        case refusal::unknown_recipient:
            return policy_answer::refuse(reply(550, "5.1.1", "No such recipient here"));
        case refusal::disabled:
            return policy_answer::refuse(reply(450, "4.2.1", "This domain takes no mail at present"));
        case refusal::full:
            break;
    }
    return policy_answer::refuse(reply(452, "4.2.2", "Too much mail waits for this domain already"));
}

/// RFC 5321 4.5.1: mail for postmaster is always taken.
known interceptor::takes_mail(const address_parts& to, const customer_view& customer) const
{
    if (!customer.has_recipient_list || to.local == "postmaster")
        return known::yes;
    const known exact = directory_.has_recipient(to.local, to.domain);
    const std::size_t plus = to.local.find('+');
    if (exact != known::no || plus == 0 || plus == std::string::npos)
        return exact;
    return directory_.has_recipient(std::string_view(to.local).substr(0, plus), to.domain);
}

bool interceptor::full(const customer_view& customer, std::uint64_t announced) const
{
    if (customer.limit == mail_amount{})
        return false;
    const mail_amount waiting = host_.waiting(customer.name);
    return over(waiting.messages, 1, customer.limit.messages) ||
           over(waiting.octets, announced, customer.limit.octets);
}

/// A hold acts on the message as a whole. So nobody else's mail may be in it, as far as can be seen from
/// here, and what cannot be seen must show in the count: recipients that another restriction permitted before
/// we were asked, and the bare "postmaster", about which Postfix asks nobody.
bool interceptor::may_hold(const message& m, const policy_request& request) const
{
    if (!trusted_ || !m.whole || m.recipients.sole_customer().empty())
        return false;
    if (request.recipient_count == 0 || m.seen.size() < request.recipient_count)
        return false;
    // Recipients that were refused after us are among those we have seen, and may make up for one we have
    // not. When only one is left Postfix names it.
    if (request.recipient_count == 1 && !m.seen.contains(std::hash<std::string_view>{}(request.recipient)))
        return false;
    // A session may serve some of the customer's domains only; it is the domain that is online or not.
    return std::none_of(m.recipients.shares().begin(), m.recipients.shares().end(),
                        [&](const envelope::share& s) { return host_.online(s.domain); });
}

}  // namespace odmr
