#include "core/release_plan.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace odmr
{

namespace
{

bool any_part_at(const waiting_message& m, const auto& domains)
{
    return std::any_of(m.parts.begin(), m.parts.end(), [&](const waiting_message::part& p) {
        return std::find(domains.begin(), domains.end(), *p.domain) != domains.end();
    });
}

mail_amount one(const waiting_message& m)
{
    return {1, m.octets};
}

}  // namespace

void release_plan::set_limits(mail_amount most, std::chrono::seconds later)
{
    most_ = most;
    later_ = later;
}

void release_plan::domain_online(const std::string& customer, const std::string& domain)
{
    lines_.try_emplace(customer, line{{}, release_window(most_)}).first->second.domains.insert(domain);
    customers_[domain] = customer;
}

void release_plan::domain_offline(const std::string& customer, const std::string& domain)
{
    customers_.erase(domain);
    const auto found = lines_.find(customer);
    if (found == lines_.end())
        return;
    found->second.domains.erase(domain);
    if (!found->second.domains.empty())
        return;
    lines_.erase(found);
    books_.line_lost(customer);
    std::erase_if(not_come_, [&](const auto& entry) { return entry.second.customer == customer; });
}

std::vector<std::string> release_plan::take(time t)
{
    give_up_what_does_not_come(t.now);
    agree_with_ledger(t.now);
    std::vector<std::string> taken;
    std::vector<std::pair<const std::string*, line*>> waiting;
    std::vector<mail_amount> targets;
    for (auto& [customer, there] : lines_) {
        const mail_amount target = there.window.target(t.now);
        // Few and large top-ups: half a window is still a second's work for the line.
        const mail_amount under_way = there.window.under_way();
        const bool half_empty = under_way.messages <= target.messages / 2;
        if (!half_empty || books_.of_customer(customer).held.messages == 0)
            continue;
        waiting.emplace_back(&customer, &there);
        targets.push_back(target);
    }
    const std::vector<mail_amount> shares = divide_fairly(most_, targets);
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        const auto& [customer, there] = waiting[i];
        take_for(*customer, *there, there->window.top_up(t.now, shares[i]), t, taken);
    }
    return taken;
}

void release_plan::take_for(const std::string& customer, line& there, release_window::allowance allowance,
                            time t, std::vector<std::string>& taken)
{
    const std::size_t before = taken.size();
    mail_amount amount;
    books_.each_held(customer, t.wall, [&](const waiting_message& m) {
        if (!any_part_at(m, there.domains))
            return true;  // the session serves other domains of the customer
        if (!allowance.take(m.octets))
            return false;
        taken.push_back(m.queue_id);
        amount.messages += 1;
        amount.octets += m.octets;
        return true;
    });
    for (std::size_t i = before; i < taken.size(); ++i) {
        books_.released(taken[i]);
        not_come_[taken[i]] = {customer, t.now};
    }
    there.window.released(amount, t.now);
}

void release_plan::let_go(const std::vector<std::string>& taken, const std::vector<std::string>& named,
                          time t)
{
    const std::set<std::string_view> done(named.begin(), named.end());
    for (const std::string& id : taken) {
        const waiting_message* m = done.contains(id) ? nullptr : books_.find(id);
        if (!m)
            continue;
        not_come_.erase(id);
        if (m->state == mail_state::released)
            if (release_window* window = window_of(*m))
                window->withdrawn(one(*m), t.now);
        const bool arriving = t.wall - m->arrival < young;
        books_.put_back(id, t.wall + (arriving ? std::chrono::seconds(1) : later_));
    }
}

void release_plan::came(std::string_view queue_id)
{
    not_come_.erase(std::string(queue_id));
}

bool release_plan::settled(std::string_view queue_id, std::string_view domain, std::size_t final_answers,
                           bool others, clock_point now)
{
    const waiting_message* m = books_.find(queue_id);
    if (!m)
        return false;
    const bool let_go = m->state == mail_state::released;
    release_window* window = let_go ? window_of(*m) : nullptr;
    const mail_amount amount = one(*m);
    const bool done = books_.delivered(queue_id, domain, final_answers);
    if (!done && others)
        books_.deferred(queue_id);
    if (done || others) {
        not_come_.erase(std::string(queue_id));
        if (window)
            window->settled(amount, now);
        return false;
    }
    const bool more = any_part_at(*m, std::array{domain});
    if (more && let_go)
        not_come_[std::string(queue_id)] = {*m->parts.front().customer, now};
    return more;
}

release_plan::outlook release_plan::still_to_come(const std::vector<std::string>& domains, time t) const
{
    constexpr std::chrono::seconds soon{2};
    outlook found;
    std::set<std::string_view> customers;
    for (const std::string& domain : domains)
        if (const auto online = customers_.find(domain); online != customers_.end())
            customers.insert(online->second);
    for (const std::string_view customer : customers)
        books_.each_held(customer, t.wall + soon, [&](const waiting_message& m) {
            found.coming += any_part_at(m, domains) ? 1 : 0;
            return found.coming == 0;
        });
    for (const auto& [id, way] : not_come_)
        if (const waiting_message* m = books_.find(id); m && any_part_at(*m, domains))
            ++(t.now - way.since < due ? found.coming : found.overdue);
    return found;
}

bool release_plan::anything_held() const
{
    return std::any_of(lines_.begin(), lines_.end(), [this](const auto& entry) {
        return books_.of_customer(entry.first).held.messages > 0;
    });
}

void release_plan::give_up_what_does_not_come(clock_point now)
{
    std::erase_if(not_come_, [&](const auto& entry) {
        if (now - entry.second.since < comes_within)
            return false;
        const waiting_message* m = books_.find(entry.first);
        if (m && m->state == mail_state::released) {
            if (release_window* window = window_of(*m))
                window->withdrawn(one(*m), now);
            books_.deferred(entry.first);
        }
        return true;
    });
}

/// What a listing has found to be gone is not under way any more.
void release_plan::agree_with_ledger(clock_point now)
{
    for (auto& [customer, there] : lines_) {
        const mail_amount believed = there.window.under_way();
        const mail_amount known = books_.of_customer(customer).released;
        if (believed.messages > known.messages)
            there.window.withdrawn({believed.messages - known.messages,
                                    believed.octets - std::min(believed.octets, known.octets)},
                                   now);
    }
}

release_window* release_plan::window_of(const waiting_message& m)
{
    if (m.parts.empty())
        return nullptr;
    const auto found = lines_.find(*m.parts.front().customer);
    return found == lines_.end() ? nullptr : &found->second.window;
}

}  // namespace odmr
