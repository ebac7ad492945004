// status - see status.hpp.
#include "odmrctl/status.hpp"

#include "odmrctl/daemon_client.hpp"
#include "odmrctl/short_units.hpp"
#include "odmrctl/text_table.hpp"

#include <chrono>

namespace odmr::ctl
{
namespace
{

using json = nlohmann::ordered_json;
using side = text_table::side;

std::string age_of(const json& since)
{
    if (since.is_null())
        return "-";
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return short_age(now - std::chrono::sys_seconds(std::chrono::seconds(since.get<std::int64_t>())));
}

std::string count_of(const json& object, const char* member)
{
    return std::to_string(object.at(member).get<std::uint64_t>());
}

/// The first few, and how many more there are.
std::string some_of(const json& names)
{
    constexpr std::size_t few = 3;
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < few; ++i)
        text += (i == 0 ? "" : " ") + names.at(i).get<std::string>();
    return names.size() > few ? text + " and " + std::to_string(names.size() - few) + " more" : text;
}

void say_what_came(std::ostream& out, const json& policy)
{
    if (policy.at("requests") == 0)
        out << "the mail system has not asked about arriving mail yet\n";
    else
        out << "arriving messages for customers: " << policy.at("held") << " held, " << policy.at("passed")
            << " not; refused recipients: " << policy.at("unknown_recipient") << " unknown, "
            << policy.at("disabled") << " of disabled customers, " << policy.at("full") << " of full ones\n";
}

void say_how_it_does(std::ostream& out, const json& status)
{
    out << "odmrd " << status.at("version").get<std::string>() << ", up " << age_of(status.at("since"))
        << "\n";
    const auto& trouble = status.at("holding_trouble");
    if (trouble.is_null())
        out << "mail for customers who are offline is put on hold\n";
    else
        out << "no mail is put on hold: " << trouble.get<std::string>() << "\n";
    say_what_came(out, status.at("policy"));
    if (status.at("expired") != 0)
        out << "messages let go because their customer did not come in time: " << status.at("expired")
            << "\n";
    const auto& listed = status.at("listed");
    if (listed.is_null())
        out << "the queue has not been looked through yet";
    else
        out << "the queue was looked through " << age_of(listed) << " ago";
    out << (status.at("complete").get<bool>() ? "\n" : "; there may be more mail than is shown here\n");
}

void show_online(std::ostream& out, const json& sessions)
{
    text_table table({{"ONLINE"},
                      {"PEER"},
                      {"SINCE", side::right},
                      {"UNDER WAY", side::right},
                      {"DELIVERED", side::right},
                      {"DOMAINS"}});
    for (const auto& s : sessions)
        table.add({s.at("customer").get<std::string>(), s.at("peer").get<std::string>(),
                   age_of(s.at("since")), count_of(s, "under_way"), count_of(s, "delivered"),
                   some_of(s.at("domains"))});
    if (sessions.empty())
        out << "nobody is online\n";
    else
        table.print(out);
}

/// All customers' mail together. A message for two of them counts twice, as it does in the rows.
json total_of(const json& rows)
{
    json total{{"customer", "(all)"}, {"oldest", nullptr}};
    for (const char* member : {"messages", "octets", "held", "released", "deferred", "kept"}) {
        std::uint64_t sum = 0;
        for (const auto& row : rows)
            sum += row.at(member).get<std::uint64_t>();
        total[member] = sum;
    }
    for (const auto& row : rows)
        if (!row.at("oldest").is_null() && (total["oldest"].is_null() || row["oldest"] < total["oldest"]))
            total["oldest"] = row["oldest"];
    return total;
}

void show_waiting(std::ostream& out, json rows)
{
    if (rows.empty()) {
        out << "nothing waits\n";
        return;
    }
    if (rows.size() > 1)
        rows.push_back(total_of(rows));
    text_table table({{"WAITING FOR"},
                      {"MESSAGES", side::right},
                      {"SIZE", side::right},
                      {"OLDEST", side::right},
                      {"HELD", side::right},
                      {"RELEASED", side::right},
                      {"DEFERRED", side::right},
                      {"KEPT", side::right}});
    for (const auto& row : rows)
        table.add({row.at("customer").get<std::string>(), count_of(row, "messages"),
                   short_size(row.at("octets").get<std::uint64_t>()), age_of(row.at("oldest")),
                   count_of(row, "held"), count_of(row, "released"), count_of(row, "deferred"),
                   count_of(row, "kept")});
    table.print(out);
}

}  // namespace

void show_status(invocation& call)
{
    json online = json::array();
    json waiting = json::array();
    json status = daemon_client(call.config).ask("status", call.words, [&](const json& row) {
        if (row.contains("session"))
            online.push_back(row.at("session"));
        else if (row.contains("waiting"))
            waiting.push_back(row.at("waiting"));
    });
    if (call.json) {
        status["online"] = std::move(online);
        status["waiting"] = std::move(waiting);
        call.out << status.dump(2) << "\n";
        return;
    }
    say_how_it_does(call.out, status);
    call.out << "\n";
    show_online(call.out, online);
    call.out << "\n";
    show_waiting(call.out, std::move(waiting));
}

}  // namespace odmr::ctl
