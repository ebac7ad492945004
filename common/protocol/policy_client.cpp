#include "protocol/policy_client.hpp"

#include "protocol/ascii.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace odmr
{

namespace
{

constexpr std::string_view end_of_answer = "\n\n";

/// The value of the attribute "action", if the answer has one.
std::optional<std::string_view> action_in(std::string_view answer)
{
    constexpr std::string_view name = "action=";
    while (!answer.empty()) {
        const std::string_view line = answer.substr(0, answer.find('\n'));
        if (line.starts_with(name))
            return line.substr(name.size());
        answer.remove_prefix(std::min(line.size() + 1, answer.size()));
    }
    return std::nullopt;
}

/// "450", and a text behind it.
bool looks_like_refusal(std::string_view action)
{
    return action.size() > 4 && (action[0] == '4' || action[0] == '5') && is_digit(action[1]) &&
           is_digit(action[2]) && action[3] == ' ';
}

}  // namespace

std::optional<std::string> format_policy_request(const policy_request& request)
{
    struct attribute {
        std::string_view name;
        std::string_view value;
    };
    const std::string count = std::to_string(request.recipient_count);
    const std::string size = std::to_string(request.size);
    const std::array attributes{
        attribute{"request", request.request},
        attribute{"protocol_state", request.protocol_state},
        attribute{"instance", request.instance},
        attribute{"queue_id", request.queue_id},
        attribute{"sender", request.sender},
        attribute{"recipient", request.recipient},
        attribute{"client_address", request.client_address},
        attribute{"recipient_count", count},
        attribute{"size", size},
    };
    std::string wire;
    for (const attribute& each : attributes) {
        if (each.value.empty())
            continue;  // as good as absent
        if (each.name.size() + 1 + each.value.size() > policy_reader::max_line ||
            std::any_of(each.value.begin(), each.value.end(), is_control))
            return std::nullopt;
        wire.append(each.name).append("=").append(each.value).append("\n");
    }
    return wire + "\n";
}

policy_verdict parse_policy_action(std::string_view action)
{
    using what = policy_verdict::action;
    constexpr std::string_view hold = "HOLD";
    if (action == hold || action.starts_with("HOLD ")) {
        const std::size_t text = std::min(action.find_first_not_of(' ', hold.size()), action.size());
        return {.what = what::hold, .reason = std::string(action.substr(text))};
    }
    if (!looks_like_refusal(action))
        return {};
    reply_parser parser;
    if (parser.feed(action) != reply_parser::status::complete)
        return {};
    return {.what = what::refuse, .answer = parser.take()};
}

policy_answer_reader::status policy_answer_reader::append(std::string_view octets)
{
    buffer_.append(octets.substr(0, max_answer + 1 - std::min(buffer_.size(), max_answer)));
    const std::size_t end = buffer_.find(end_of_answer);
    if (end == std::string::npos)
        return buffer_.size() > max_answer ? status::malformed : status::incomplete;
    if (end + end_of_answer.size() != buffer_.size() || buffer_.find('\0') != std::string::npos ||
        !action_in(buffer_))
        return status::malformed;
    return status::answer;
}

policy_verdict policy_answer_reader::take()
{
    const std::string answer = std::exchange(buffer_, {});
    return parse_policy_action(action_in(answer).value_or(""));
}

}  // namespace odmr
