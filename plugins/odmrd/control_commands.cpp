#include "odmrd/control_commands.hpp"

#include "odmrd/control_mail.hpp"
#include "odmrd/control_status.hpp"

#include <algorithm>
#include <limits>

namespace odmr
{

namespace
{

constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

// name, fewest and most words, whether it changes anything, what answers
constexpr control_command commands[] = {
    {"status", 0, 1, false, control_status},           {"session list", 0, 0, false, control_session_list},
    {"session end", 1, 1, true, control_session_end},  {"queue", 0, 1, false, control_queue},
    {"release", 1, any_number, true, control_release}, {"adopt", 1, 1, true, control_adopt},
    {"reconcile", 0, 0, true, control_reconcile},
};

}  // namespace

std::string_view control_error::kind() const
{
    switch (cause_) {
        case malformed:
            return "malformed";
        case refused:
            return "refused";
        case failed:
            break;
    }
    return "failed";
}

control_request read_control_request(std::string_view line)
{
    std::string name;
    control_request request{};
    try {
        const auto object = nlohmann::json::parse(line);
        name = object.at("command").get<std::string>();
        if (object.contains("words"))
            request.words = object.at("words").get<control_words>();
    } catch (const nlohmann::json::exception&) {
        throw control_error(control_error::malformed, "the request is no object with a command and words");
    }
    const auto* const found = std::find_if(std::begin(commands), std::end(commands),
                                           [&](const control_command& c) { return c.name == name; });
    if (found == std::end(commands))
        throw control_error(control_error::malformed, "this odmrd knows no request of that name");
    if (request.words.size() < found->min_words || request.words.size() > found->max_words)
        throw control_error(control_error::malformed, "the request has too few or too many words");
    request.command = found;
    return request;
}

}  // namespace odmr
