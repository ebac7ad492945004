#include "odmrd/control_mail.hpp"

#include "odmrd/service.hpp"
#include "protocol/command.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <functional>
#include <set>

namespace odmr
{

namespace
{

using json = nlohmann::ordered_json;

/// The ledger may not change while it is looked through, and 100,000 messages are answered in many slices:
/// so their ids are taken first, and each is looked up again when its turn comes.
std::vector<std::string> ids_of(const ledger& waiting,
                                const std::function<bool(const waiting_message&)>& wanted)
{
    std::vector<std::string> ids;
    waiting.each([&](const waiting_message& m) {
        if (wanted(m))
            ids.push_back(m.queue_id);
        return true;
    });
    return ids;
}

bool concerns(const waiting_message& m, const std::string& customer_or_domain)
{
    return std::any_of(m.parts.begin(), m.parts.end(), [&](const waiting_message::part& p) {
        return *p.customer == customer_or_domain || *p.domain == customer_or_domain;
    });
}

std::string_view name_of(mail_state state)
{
    switch (state) {
        case mail_state::held:
            return "held";
        case mail_state::released:
            return "released";
        case mail_state::deferred:
            return "deferred";
        case mail_state::kept:
            break;
    }
    return "kept";
}

json message_row(const waiting_message& m)
{
    json parts = json::array();
    for (const waiting_message::part& p : m.parts)
        parts.push_back({{"customer", *p.customer}, {"domain", *p.domain}, {"recipients", p.recipients}});
    return {{"queue_id", m.queue_id},
            {"state", name_of(m.state)},
            {"arrival", m.arrival.time_since_epoch().count()},
            {"octets", m.octets},
            {"for", std::move(parts)}};
}

/// What is to be let go: every held message that a word names.
class selection
{
public:
    explicit selection(const control_words& words) : ids_(words.begin(), words.end())
    {
        for (const std::string& word : words)
            names_.insert(to_lower(word));
    }

    bool takes(const waiting_message& m)
    {
        if (m.state != mail_state::held)
            return false;
        bool taken = found(ids_, m.queue_id);
        for (const waiting_message::part& p : m.parts) {
            taken = found(names_, *p.customer) || taken;
            taken = found(names_, *p.domain) || taken;
        }
        return taken;
    }

    /// True when the word has named something.
    [[nodiscard]] bool used(const std::string& word) const
    {
        return used_.contains(word) || used_.contains(to_lower(word));
    }

private:
    bool found(const std::set<std::string>& words, const std::string& name)
    {
        const bool is_there = words.contains(name);
        if (is_there)
            used_.insert(name);
        return is_there;
    }

    std::set<std::string> ids_;  ///< as they are written: case matters in queue ids
    std::set<std::string> names_;
    std::set<std::string> used_;
};

/// Only what nobody but this customer waits for: the rest could not be let go for one customer alone.
bool can_be_adopted(const waiting_message& m, const std::string& customer)
{
    return m.state == mail_state::kept && m.others == 0 && !m.parts.empty() &&
           std::all_of(m.parts.begin(), m.parts.end(),
                       [&](const waiting_message::part& p) { return *p.customer == customer; });
}

json ledger_summary(const ledger& waiting)
{
    return {{"messages", waiting.size()}, {"complete", waiting.complete()}};
}

}  // namespace

awaitable<json> control_queue(service& all, control_words words, control_output& out)
{
    const std::string only = words.empty() ? std::string() : to_lower(words.front());
    const auto ids =
        ids_of(all.waiting(), [&](const waiting_message& m) { return words.empty() || concerns(m, only); });
    std::size_t listed = 0;
    bool more = true;
    for (auto id = ids.begin(); id != ids.end() && more; ++id) {
        const waiting_message* m = all.waiting().find(*id);
        if (m == nullptr)
            continue;  // delivered meanwhile
        ++listed;
        json row = message_row(*m);
        more = co_await out.row(std::move(row));
    }
    json done;
    done["messages"] = listed;
    done["complete"] = all.waiting().complete();
    co_return done;
}

awaitable<json> control_release(service& all, control_words words, control_output& /*out*/)
{
    if (all.config().host == mail_system::sendmail)
        throw control_error(control_error::refused, "nothing is on hold: " + all.mta().holding_trouble());
    selection chosen(words);
    auto ids = ids_of(all.waiting(), [&](const waiting_message& m) { return chosen.takes(m); });
    for (const std::string& word : words)
        if (!chosen.used(word))
            throw control_error(control_error::refused, "nothing is let go: odmr holds no mail for \"" +
                                                            word + "\", and none with that queue id");
    const std::size_t asked = ids.size();
    const std::size_t let_go = co_await all.mta().let_go(std::move(ids));
    json done;
    done["asked"] = asked;
    done["let_go"] = let_go;
    co_return done;
}

awaitable<json> control_adopt(service& all, control_words words, control_output& /*out*/)
{
    constexpr std::size_t slice = 100;  // records written before others have their turn
    const std::string customer = to_lower(words.front());
    if (!all.customers().find_customer(customer))
        throw control_error(control_error::refused, "there is no customer " + customer);
    if (const std::string trouble = all.mta().holding_trouble(); !trouble.empty())
        throw control_error(control_error::failed, "no holds can be taken over: " + trouble);
    const auto ids =
        ids_of(all.waiting(), [&](const waiting_message& m) { return can_be_adopted(m, customer); });
    std::size_t adopted = 0;
    for (const std::string& id : ids) {
        const waiting_message* m = all.waiting().find(id);
        if (m == nullptr || !can_be_adopted(*m, customer))
            continue;
        all.holds().add_hold({id, customer, m->arrival});
        all.waiting().adopted(id);
        if (++adopted % slice == 0)
            co_await asio::post(all.executor(), asio::use_awaitable);
    }
    if (adopted > 0)
        all.mta().held_mail_changed(customer);
    json done;
    done["adopted"] = adopted;
    done["left"] = all.waiting().of_customer(customer).kept;
    co_return done;
}

awaitable<json> control_reconcile(service& all, control_words /*words*/, control_output& /*out*/)
{
    const bool listed = co_await all.mta().reconcile();
    if (!listed)
        throw control_error(control_error::failed, "the mail system's queue could not be listed");
    co_return ledger_summary(all.waiting());
}

}  // namespace odmr
