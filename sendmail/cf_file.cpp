#include "sendmail/cf_file.hpp"

#include "protocol/command.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace odmr::sendmail
{

namespace
{

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text)
{
    const std::size_t begin = std::min(text.find_first_not_of(blanks), text.size());
    return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

/// Without the comment at its end: what follows a # that stands behind white space.
std::string_view without_comment(std::string_view line)
{
    for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1))
        if (at == 0 || blanks.find(line[at - 1]) != std::string_view::npos)
            return line.substr(0, at);
    return line;
}

std::string single_spaced(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        const bool blank = blanks.find(c) != std::string_view::npos;
        if (!blank)
            result += c;
        else if (!result.empty() && result.back() != ' ')
            result += ' ';
    }
    return std::string(trimmed(result));
}

/// "odmr, P=[IPC], ..." -> its name and the rest.
std::pair<std::string, std::string_view> name_and_rest(std::string_view text)
{
    const std::size_t end = std::min(text.find_first_of(", \t"), text.size());
    const std::size_t rest = std::min(text.find_first_not_of(", \t", end), text.size());
    return {std::string(text.substr(0, end)), text.substr(rest)};
}

const equates* find_in(const std::map<std::string, equates>& all, const std::string& name)
{
    const auto found = all.find(name);
    return found == all.end() ? nullptr : &found->second;
}

}  // namespace

equates::equates(std::string_view text)
{
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(','), text.size());
        const std::string_view one = trimmed(text.substr(0, end));
        if (const std::size_t sign = one.find('='); sign != std::string_view::npos && sign > 0)
            values_[one.front()] = trimmed(one.substr(sign + 1));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

std::string equates::value(char name) const
{
    const auto found = values_.find(name);
    return found == values_.end() ? "" : found->second;
}

cf_file::cf_file(std::string_view text)
{
    std::string whole;  // a line, and those after it that begin with white space
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('#') || line.empty())
            continue;
        if (blanks.find(line.front()) != std::string_view::npos) {
            whole += line;
            continue;
        }
        take_line(whole);
        whole = line;
    }
    take_line(whole);
}

cf_file cf_file::read(const std::string& path)
{
    std::ifstream in(path);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in)
        throw std::runtime_error("cannot read " + path);
    return cf_file(text);
}

void cf_file::take_line(const std::string& line)
{
    if (line.empty())
        return;
    if (line.front() == 'R') {
        rules_.push_back(single_spaced(line));  // a rule knows other marks for its comment
        return;
    }
    const std::string_view text = without_comment(std::string_view(line).substr(1));
    const auto [name, rest] = name_and_rest(text);
    switch (line.front()) {
        case 'M':
            mailers_[name] = equates(rest);
            break;
        case 'Q':
            queue_groups_[name] = equates(rest);
            break;
        case 'X':
            filters_[name] = equates(rest);
            break;
        case 'K':
            take_table(text);
            break;
        case 'O':
            take_option(text);
            break;
        default:
            break;
    }
}

/// " Timeout.queuewarn=0". Those of one letter, as "OT5d", are of a time when there was no queue group.
void cf_file::take_option(std::string_view text)
{
    const std::size_t sign = std::min(text.find('='), text.size());
    const std::string name = to_lower(trimmed(text.substr(0, sign)));
    const std::string_view value = trimmed(text.substr(std::min(sign + 1, text.size())));
    if (name == "daemonportoptions")
        ports_.emplace_back(value);
    else
        options_[name] = value;
}

void cf_file::take_table(std::string_view text)
{
    std::istringstream words{std::string(text)};
    std::string name;
    table found;
    words >> name >> found.type;
    for (std::string word; words >> word;)
        if (!word.starts_with('-'))
            found.file = word;
    tables_[name] = found;
}

const equates* cf_file::mailer(const std::string& name) const
{
    return find_in(mailers_, name);
}

const equates* cf_file::queue_group(const std::string& name) const
{
    return find_in(queue_groups_, name);
}

const equates* cf_file::filter(const std::string& name) const
{
    return find_in(filters_, name);
}

std::string cf_file::option(std::string_view name) const
{
    const auto found = options_.find(to_lower(name));
    return found == options_.end() ? "" : found->second;
}

const cf_file::table* cf_file::find_table(const std::string& name) const
{
    const auto found = tables_.find(name);
    return found == tables_.end() ? nullptr : &found->second;
}

bool cf_file::has_rule(std::string_view rule) const
{
    return std::ranges::any_of(rules_, [rule](const std::string& one) { return one.starts_with(rule); });
}

std::vector<std::string> words_of(std::string_view list)
{
    std::vector<std::string> words;
    while (!list.empty()) {
        const std::size_t end = std::min(list.find_first_of(", \t"), list.size());
        if (end > 0)
            words.emplace_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return words;
}

}  // namespace odmr::sendmail
