#include "postfix/restriction_list.hpp"

#include <algorithm>
#include <utility>

namespace odmr::postfix
{

namespace
{

constexpr std::string_view separators = ", \t\r\n";

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blank = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(blank);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

bool in_braces(std::string_view word)
{
    return word.size() >= 2 && word.front() == '{' && word.back() == '}';
}

std::string_view without_braces(std::string_view word)
{
    return in_braces(word) ? trimmed(word.substr(1, word.size() - 2)) : word;
}

/// How long the word is that the text begins with: up to a separator outside of braces.
std::size_t word_length(std::string_view text)
{
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (depth == 0 && separators.find(text[i]) != std::string_view::npos)
            return i;
        if (text[i] == '{')
            ++depth;
        else if (text[i] == '}' && depth > 0)
            --depth;
    }
    return text.size();
}

bool is_table(std::string_view word)
{
    return word.find(':') != std::string_view::npos;
}

/// postconf(5): these are followed by a table, a server, a domain or a time.
bool takes_argument(std::string_view name)
{
    if (name.starts_with("check_"))
        return true;
    constexpr std::string_view others[] = {"sleep",
                                           "permit_dnswl_client",
                                           "permit_rhswl_client",
                                           "reject_rbl_client",
                                           "reject_rhsbl_client",
                                           "reject_rhsbl_helo",
                                           "reject_rhsbl_recipient",
                                           "reject_rhsbl_reverse_client",
                                           "reject_rhsbl_sender"};
    return std::find(std::begin(others), std::end(others), name) != std::end(others);
}

}  // namespace

std::vector<std::string> split_list(std::string_view text)
{
    std::vector<std::string> words;
    for (;;) {
        text.remove_prefix(std::min(text.find_first_not_of(separators), text.size()));
        if (text.empty())
            return words;
        const std::size_t length = word_length(text);
        words.emplace_back(text.substr(0, length));
        text.remove_prefix(length);
    }
}

bool restriction::only_refuses() const
{
    return name.starts_with("reject_") || name.starts_with("defer_") || name == "sleep" ||
           name == "warn_if_reject";
}

std::vector<restriction> parse_restrictions(std::string_view text)
{
    std::vector<restriction> list;
    for (std::string& word : split_list(text)) {
        const bool awaited =
            !list.empty() && list.back().argument.empty() && takes_argument(list.back().name);
        if (awaited && (is_table(word) || !list.back().name.ends_with("_access")))
            list.back().argument = std::move(word);
        else
            list.push_back({std::move(word)});
    }
    return list;
}

std::string format_restrictions(const std::vector<restriction>& list)
{
    std::string text;
    for (const restriction& r : list)
        text += (text.empty() ? "" : ", ") + r.text();
    return text;
}

policy_client parse_policy_client(std::string_view argument)
{
    const std::vector<std::string> words = split_list(without_braces(argument));
    policy_client client;
    for (const std::string& word : words) {
        if (client.server.empty()) {
            client.server = word;
            continue;
        }
        // An option in braces may have spaces: { default_action = DUNNO }.
        const std::string_view option = without_braces(word);
        const std::size_t equals = option.find('=');
        if (equals != std::string_view::npos && equals > 0)
            client.options[std::string(trimmed(option.substr(0, equals)))] =
                std::string(trimmed(option.substr(equals + 1)));
    }
    return client;
}

}  // namespace odmr::postfix
