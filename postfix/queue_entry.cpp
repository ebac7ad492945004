#include "postfix/queue_entry.hpp"

#include "protocol/command.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

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
        if (!valid_queue_id(entry.queue_id))
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

bool valid_queue_id(std::string_view id)
{
    // Short ids are hexadecimal in upper case, long ones letters and digits: both are alphanumeric and
    // nothing else.
    const auto alphanumeric = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    };
    return id.size() >= 6 && id.size() <= 40 && std::all_of(id.begin(), id.end(), alphanumeric);
}

}  // namespace odmr::postfix
