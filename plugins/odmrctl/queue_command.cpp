// queue_command - see queue_command.hpp. odmrd lists mail in no order; it is sorted here, where the memory
// that takes is nobody else's.
#include "odmrctl/queue_command.hpp"

#include "odmrctl/daemon_client.hpp"
#include "odmrctl/short_units.hpp"
#include "odmrctl/text_table.hpp"

#include <algorithm>
#include <tuple>

namespace odmr::ctl
{
namespace
{

using json = nlohmann::ordered_json;

struct message {
    std::string customers;
    std::int64_t arrival;
    std::string queue_id;
    std::string state;
    std::uint64_t octets;
    std::string domains;
};

/// Each name once, in the order of the parts.
std::string names_in(const json& parts, const char* member)
{
    std::vector<std::string> names;
    for (const auto& part : parts)
        if (auto name = part.at(member).get<std::string>();
            std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(std::move(name));
    std::string text;
    for (const auto& name : names)
        text += (text.empty() ? "" : ",") + name;
    return text.empty() ? "-" : text;
}

message read_row(const json& row)
{
    return {.customers = names_in(row.at("for"), "customer"),
            .arrival = row.at("arrival").get<std::int64_t>(),
            .queue_id = row.at("queue_id").get<std::string>(),
            .state = row.at("state").get<std::string>(),
            .octets = row.at("octets").get<std::uint64_t>(),
            .domains = names_in(row.at("for"), "domain")};
}

/// An array with a message in each line, written as they come.
void list_as_json(invocation& call, daemon_client& odmrd)
{
    bool any = false;
    odmrd.ask("queue", call.words, [&](const json& row) {
        call.out << (any ? ",\n" : "[\n") << row.dump();
        any = true;
    });
    call.out << (any ? "\n]\n" : "[]\n");
}

void list_as_text(invocation& call, daemon_client& odmrd)
{
    std::vector<message> messages;
    const auto done =
        odmrd.ask("queue", call.words, [&](const json& row) { messages.push_back(read_row(row)); });
    std::sort(messages.begin(), messages.end(), [](const message& a, const message& b) {
        return std::tie(a.customers, a.arrival, a.queue_id) < std::tie(b.customers, b.arrival, b.queue_id);
    });
    text_table table(
        {{"QUEUE ID"}, {"STATE"}, {"ARRIVED"}, {"SIZE", text_table::side::right}, {"CUSTOMER"}, {"DOMAINS"}});
    for (auto& m : messages)
        table.add({std::move(m.queue_id), std::move(m.state),
                   local_time(std::chrono::sys_seconds(std::chrono::seconds(m.arrival))),
                   short_size(m.octets), std::move(m.customers), std::move(m.domains)});
    if (table.size() > 0)
        table.print(call.out);
    else
        call.out << "nothing waits\n";
    if (!done.at("complete").get<bool>())
        call.out << "there may be more mail than is shown here\n";
}

}  // namespace

void list_queue(invocation& call)
{
    daemon_client odmrd(call.config);
    if (call.json)
        list_as_json(call, odmrd);
    else
        list_as_text(call, odmrd);
}

}  // namespace odmr::ctl
