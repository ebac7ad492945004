// session_commands - see session_commands.hpp.
#include "odmrctl/session_commands.hpp"

#include "odmrctl/daemon_client.hpp"
#include "odmrctl/short_units.hpp"
#include "odmrctl/text_table.hpp"

namespace odmr::ctl
{
namespace
{

using json = nlohmann::ordered_json;
using side = text_table::side;

std::vector<std::string> cells_of(const json& s)
{
    const auto number = [&](const char* member) { return std::to_string(s.at(member).get<std::uint64_t>()); };
    const auto& customer = s.at("customer");
    const auto since = std::chrono::seconds(s.at("since").get<std::int64_t>());
    return {s.at("id").get<std::string>(),
            s.at("state").get<std::string>(),
            customer.is_null() ? "-" : customer.get<std::string>(),
            s.at("peer").get<std::string>(),
            s.at("tls").get<bool>() ? "yes" : "no",
            local_time(std::chrono::sys_seconds(since)),
            number("under_way"),
            number("delivered"),
            number("deferred"),
            number("refused")};
}

}  // namespace

void list_sessions(invocation& call)
{
    json sessions = json::array();
    daemon_client(call.config).ask("session list", {}, [&](const json& row) { sessions.push_back(row); });
    if (call.json) {
        call.out << sessions.dump(2) << "\n";
        return;
    }
    text_table table({{"SESSION"},
                      {"STATE"},
                      {"CUSTOMER"},
                      {"PEER"},
                      {"TLS"},
                      {"SINCE"},
                      {"UNDER WAY", side::right},
                      {"DELIVERED", side::right},
                      {"DEFERRED", side::right},
                      {"REFUSED", side::right}});
    for (const auto& s : sessions)
        table.add(cells_of(s));
    if (table.size() > 0)
        table.print(call.out);
    else
        call.out << "nobody is connected\n";
}

void end_sessions(invocation& call)
{
    const auto done = daemon_client(call.config).ask("session end", call.words);
    if (call.json) {
        call.out << done.dump(2) << "\n";
        return;
    }
    for (const auto& id : done.at("ended"))
        call.out << "session " << id.get<std::string>() << " is told to end\n";
}

}  // namespace odmr::ctl
