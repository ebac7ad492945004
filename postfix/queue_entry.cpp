#include "postfix/queue_entry.hpp"

#include "postfix/queue_id.hpp"
#include "protocol/command.hpp"

#include <nlohmann/json.hpp>

namespace odmr::postfix
{

std::optional<queue_entry> parse_queue_entry(std::string_view line)
{
    using nlohmann::json;
    const json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object())
        return std::nullopt;
    try {
        queue_entry entry;
        entry.queue_name = object.at("queue_name").get<std::string>();
        entry.queue_id = object.at("queue_id").get<std::string>();
        entry.arrival = object.at("arrival_time").get<std::int64_t>();
        entry.size = object.at("message_size").get<std::uint64_t>();
        entry.sender = object.value("sender", "");
        for (const json& recipient : object.at("recipients"))
            entry.recipients.push_back(recipient.at("address").get<std::string>());
        if (!is_queue_id(entry.queue_id))
            return std::nullopt;
        return entry;
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

std::string domain_of(std::string_view address)
{
    const std::size_t at = address.rfind('@');
    return at == std::string_view::npos ? std::string() : to_lower(address.substr(at + 1));
}

}  // namespace odmr::postfix
