#include "odmrd/control_status.hpp"

#include "odmrd/service.hpp"
#include "protocol/command.hpp"

#include <chrono>

namespace odmr
{

namespace
{

using json = nlohmann::ordered_json;

json unix_time(std::chrono::system_clock::time_point when)
{
    return std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
}

json unix_time(std::optional<wall_time> when)
{
    return when ? json(when->time_since_epoch().count()) : json();
}

std::string_view name_of(session_view::stage at)
{
    switch (at) {
        case session_view::stage::login:
            return "login";
        case session_view::stage::commands:
            return "commands";
        case session_view::stage::relaying:
            return "relaying";
        case session_view::stage::lingering:
            break;
    }
    return "lingering";
}

bool online(const session_view& v)
{
    return v.at == session_view::stage::relaying || v.at == session_view::stage::lingering;
}

json session_row(const session& s, const session_view& v)
{
    json row{{"id", v.id},
             {"customer", nullptr},
             {"peer", s.peer_address()},
             {"since", unix_time(v.since)},
             {"state", name_of(v.at)},
             {"tls", v.tls},
             {"domains", v.domains},
             {"under_way", v.under_way},
             {"delivered", v.delivered},
             {"deferred", v.deferred},
             {"refused", v.refused}};
    if (!s.customer().empty())
        row["customer"] = s.customer();
    return row;
}

json waiting_row(const std::string& customer, const waiting_mail& waits)
{
    const auto ours = waits.held.messages + waits.released.messages;
    return {{"customer", customer},
            {"messages", waits.all.messages},
            {"octets", waits.all.octets},
            {"oldest", unix_time(waits.oldest)},
            {"held", waits.held.messages},
            {"released", waits.released.messages},
            {"deferred", waits.all.messages - ours},
            {"kept", waits.kept}};
}

json policy_counters(const mail_intake::counters& counts)
{
    return {{"requests", counts.requests},
            {"malformed", counts.malformed},
            {"held", counts.held},
            {"passed", counts.passed},
            {"unknown_recipient", counts.unknown_recipient},
            {"disabled", counts.disabled},
            {"full", counts.full}};
}

json summary(service& all)
{
    const ledger& waiting = all.waiting();
    const std::string trouble = all.mta().holding_trouble();
    return {{"version", ODMR_VERSION},
            {"since", unix_time(all.since())},
            {"sessions", all.sessions().count()},
            {"holding_trouble", trouble.empty() ? json() : json(trouble)},
            {"expired", all.mta().expired()},
            {"messages", waiting.size()},
            {"complete", waiting.complete()},
            {"listed", unix_time(waiting.listed_at())},
            {"policy", policy_counters(all.intake().counts())}};
}

/// A name that nothing is known of was probably mistyped.
void check_customer(service& all, const std::string& name)
{
    if (all.waiting().of_customer(name) == waiting_mail{} && all.sessions().count_customer(name) == 0 &&
        !all.customers().find_customer(name))
        throw control_error(control_error::refused, "there is no customer " + name);
}

/// Copies, for the ledger changes while the rows are written.
std::vector<std::string> customers_with_mail(const ledger& waiting)
{
    const auto names = waiting.customers();
    return {names.begin(), names.end()};
}

}  // namespace

awaitable<json> control_status(service& all, control_words words, control_output& out)
{
    std::vector<std::string> customers;
    if (words.empty()) {
        customers = customers_with_mail(all.waiting());
    } else {
        customers.push_back(to_lower(words.front()));
        check_customer(all, customers.front());
    }
    for (const auto& s : all.sessions().all()) {
        const session_view view = s->view();
        if (!online(view) || (!words.empty() && s->customer() != customers.front()))
            continue;
        json row;
        row["session"] = session_row(*s, view);
        co_await out.row(std::move(row));
    }
    for (const std::string& customer : customers) {
        json row;
        row["waiting"] = waiting_row(customer, all.waiting().of_customer(customer));
        const bool more = co_await out.row(std::move(row));
        if (!more)
            break;
    }
    co_return summary(all);
}

awaitable<json> control_session_list(service& all, control_words /*words*/, control_output& out)
{
    std::size_t listed = 0;
    for (const auto& s : all.sessions().all()) {
        json row = session_row(*s, s->view());
        co_await out.row(std::move(row));
        ++listed;
    }
    json done;
    done["sessions"] = listed;
    co_return done;
}

awaitable<json> control_session_end(service& all, control_words words, control_output& /*out*/)
{
    const std::string name = to_lower(words.front());
    std::vector<std::string> ended;
    for (const auto& s : all.sessions().all()) {
        const std::string id = s->view().id;
        if (id != name && s->customer() != name)
            continue;
        s->stop("ended by the administrator");
        ended.push_back(id);
    }
    if (ended.empty())
        throw control_error(control_error::refused, "no session has the id or is of the customer " + name);
    json done;
    done["ended"] = ended;
    co_return done;
}

}  // namespace odmr
