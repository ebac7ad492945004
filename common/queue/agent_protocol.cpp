#include "queue/agent_protocol.hpp"

#include "protocol/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace odmr
{

namespace
{

constexpr std::string_view wake_line = "wake";
constexpr std::string_view wake_flush_line = "wake flush";
constexpr std::string_view release_word = "release";
constexpr std::string_view no_reason = "unknown";

bool printable(char c)
{
    return c >= ' ' && c <= '~';
}

std::string clean(std::string_view reason)
{
    std::string text(reason.empty() ? no_reason : reason.substr(0, max_agent_reason));
    std::replace_if(text.begin(), text.end(), [](char c) { return !printable(c); }, '?');
    return text;
}

std::string lines_of(const std::vector<std::string>& ids)
{
    std::string lines;
    for (const std::string& id : ids)
        lines.append(id).push_back('\n');
    return lines;
}

/// The first line, which it takes away; nullopt when there is no whole line.
std::optional<std::string_view> take_line(std::string_view& octets)
{
    const std::size_t end = octets.find('\n');
    if (end == std::string_view::npos)
        return std::nullopt;
    const std::string_view line = octets.substr(0, end);
    octets.remove_prefix(end + 1);
    return line;
}

/// The text up to the first space or the end, which it takes away together with the space.
std::string_view take_word(std::string_view& line)
{
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(word.size() + 1, line.size()));
    return word;
}

/// At most max_ids_in_message.
std::optional<std::size_t> read_count(std::string_view digits)
{
    std::size_t count = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, count);
    if (error != std::errc() || stop != end || count > max_ids_in_message)
        return std::nullopt;
    return count;
}

/// So many ids, each on a line.
std::optional<std::vector<std::string>> read_ids(std::string_view octets, std::size_t count)
{
    std::vector<std::string> ids;
    while (ids.size() < count) {
        const auto line = take_line(octets);
        if (!line || !plain_id(*line))
            return std::nullopt;
        ids.emplace_back(*line);
    }
    return ids;
}

std::string_view word_of(agent_answer::kind what)
{
    switch (what) {
        case agent_answer::kind::done:
            return "done";
        case agent_answer::kind::failed:
            return "failed";
        case agent_answer::kind::refused:
            return "refused";
    }
    return {};
}

std::optional<agent_answer::kind> answer_kind(std::string_view word)
{
    using kind = agent_answer::kind;
    for (const kind what : {kind::done, kind::failed, kind::refused})
        if (word == word_of(what))
            return what;
    return std::nullopt;
}

/// There is one way to write a message: what was read from other octets, or from some of them, is not it.
template <class Message>
std::optional<Message> only_if_written_so(Message message, std::string_view octets)
{
    if (encode(message) != octets)
        return std::nullopt;
    return message;
}

}  // namespace

bool plain_id(std::string_view id)
{
    return !id.empty() && id.size() <= max_agent_id && std::all_of(id.begin(), id.end(), is_let_dig);
}

std::string encode(const agent_request& request)
{
    switch (request.what) {
        case agent_request::kind::wake:
            return std::string(wake_line) + '\n';
        case agent_request::kind::wake_flush:
            return std::string(wake_flush_line) + '\n';
        case agent_request::kind::release:
            break;
    }
    return std::string(release_word) + ' ' + std::to_string(request.ids.size()) + '\n' +
           lines_of(request.ids);
}

std::string encode(const agent_answer& answer)
{
    std::string line = std::string(word_of(answer.what)) + ' ' + std::to_string(answer.ids.size());
    if (answer.what != agent_answer::kind::done)
        line += ' ' + clean(answer.reason);
    return line + '\n' + lines_of(answer.ids);
}

std::optional<agent_request> decode_request(std::string_view octets)
{
    std::string_view rest = octets;
    auto line = take_line(rest);
    if (!line)
        return std::nullopt;
    if (*line == wake_line)
        return only_if_written_so(agent_request{agent_request::kind::wake}, octets);
    if (*line == wake_flush_line)
        return only_if_written_so(agent_request{agent_request::kind::wake_flush}, octets);
    const auto word = take_word(*line);
    const auto count = read_count(*line);
    if (word != release_word || !count || *count == 0)
        return std::nullopt;
    auto ids = read_ids(rest, *count);
    if (!ids)
        return std::nullopt;
    return only_if_written_so(agent_request{agent_request::kind::release, std::move(*ids)}, octets);
}

std::optional<agent_answer> decode_answer(std::string_view octets)
{
    std::string_view rest = octets;
    auto line = take_line(rest);
    if (!line)
        return std::nullopt;
    const auto what = answer_kind(take_word(*line));
    const auto count = read_count(take_word(*line));
    if (!what || !count || (*what == agent_answer::kind::refused && *count > 0))
        return std::nullopt;
    auto ids = read_ids(rest, *count);
    if (!ids)
        return std::nullopt;
    return only_if_written_so(agent_answer{*what, std::string(*line), std::move(*ids)}, octets);
}

}  // namespace odmr
