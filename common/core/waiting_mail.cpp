#include "core/waiting_mail.hpp"

#include <algorithm>
#include <tuple>

namespace odmr
{

namespace
{

/// A customer with several domains in the message is the customer of several parts, and of one message.
bool first_of_customer(const waiting_message& m, const waiting_message::part& p)
{
    const auto same = [&](const waiting_message::part& other) { return other.customer == p.customer; };
    return &*std::find_if(m.parts.begin(), m.parts.end(), same) == &p;
}

/// The amount m counts in, beside `all`.
mail_amount* amount_of(waiting_mail& count, mail_state state)
{
    switch (state) {
        case mail_state::held:
            return &count.held;
        case mail_state::released:
            return &count.released;
        case mail_state::deferred:
        case mail_state::kept:
            break;
    }
    return nullptr;
}

}  // namespace

bool waiting_accounts::older::operator()(const waiting_message* a, const waiting_message* b) const
{
    return std::tie(a->arrival, a->queue_id) < std::tie(b->arrival, b->queue_id);
}

std::vector<waiting_message::part> waiting_accounts::parts_of(const envelope& recipients)
{
    std::vector<waiting_message::part> parts;
    parts.reserve(recipients.shares().size());
    for (const envelope::share& s : recipients.shares())
        parts.push_back({&customers_.try_emplace(s.customer).first->first,
                         &domains_.try_emplace(s.domain).first->first, s.recipients});
    return parts;
}

void waiting_accounts::add(tally& t, const waiting_message& m)
{
    if (m.state == mail_state::kept) {
        ++t.count.kept;
        return;
    }
    ++t.arrivals[m.arrival];
    for (mail_amount* amount : {&t.count.all, amount_of(t.count, m.state)})
        if (amount != nullptr) {
            ++amount->messages;
            amount->octets += m.octets;
        }
}

void waiting_accounts::subtract(tally& t, const waiting_message& m)
{
    if (m.state == mail_state::kept) {
        --t.count.kept;
        return;
    }
    if (const auto at = t.arrivals.find(m.arrival); --at->second == 0)
        t.arrivals.erase(at);
    for (mail_amount* amount : {&t.count.all, amount_of(t.count, m.state)})
        if (amount != nullptr) {
            --amount->messages;
            amount->octets -= m.octets;
        }
}

void waiting_accounts::enter(const waiting_message& m)
{
    if (m.state == mail_state::released)
        ++released_;
    for (const waiting_message::part& p : m.parts) {
        add(domains_.find(*p.domain)->second, m);
        if (!first_of_customer(m, p))
            continue;
        account& customer = customers_.find(*p.customer)->second;
        add(customer.waits, m);
        if (m.state == mail_state::held)
            customer.held.insert(&m);
        else if (m.state == mail_state::released)
            customer.released.insert(&m);
    }
}

void waiting_accounts::take_out(const waiting_message& m)
{
    if (m.state == mail_state::released)
        --released_;
    for (const waiting_message::part& p : m.parts) {
        subtract(domains_.find(*p.domain)->second, m);
        if (!first_of_customer(m, p))
            continue;
        account& customer = customers_.find(*p.customer)->second;
        subtract(customer.waits, m);
        if (m.state == mail_state::held)
            customer.held.erase(&m);
        else if (m.state == mail_state::released)
            customer.released.erase(&m);
    }
}

waiting_mail waiting_accounts::total(const tally& t)
{
    waiting_mail result = t.count;
    if (!t.arrivals.empty())
        result.oldest = t.arrivals.begin()->first;
    return result;
}

waiting_mail waiting_accounts::of_customer(std::string_view customer) const
{
    const auto found = customers_.find(customer);
    return found == customers_.end() ? waiting_mail{} : total(found->second.waits);
}

waiting_mail waiting_accounts::of_domain(std::string_view domain) const
{
    const auto found = domains_.find(domain);
    return found == domains_.end() ? waiting_mail{} : total(found->second);
}

const waiting_accounts::queue& waiting_accounts::held_for(std::string_view customer) const
{
    static const queue none;
    const auto found = customers_.find(customer);
    return found == customers_.end() ? none : found->second.held;
}

const waiting_accounts::queue& waiting_accounts::released_for(std::string_view customer) const
{
    static const queue none;
    const auto found = customers_.find(customer);
    return found == customers_.end() ? none : found->second.released;
}

std::vector<std::string_view> waiting_accounts::customers() const
{
    std::vector<std::string_view> names;
    for (const auto& [name, customer] : customers_)
        if (customer.waits.count.all.messages > 0 || customer.waits.count.kept > 0)
            names.emplace_back(name);
    return names;
}

std::vector<std::string_view> waiting_accounts::customers_with_held_mail() const
{
    std::vector<std::string_view> names;
    for (const auto& [name, customer] : customers_)
        if (!customer.held.empty())
            names.emplace_back(name);
    return names;
}

}  // namespace odmr
