#include "postfix/lookup_table.hpp"

#include "postfix/restriction_list.hpp"
#include "postfix/run_postfix.hpp"
#include "protocol/command.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

namespace odmr::postfix
{

namespace
{

constexpr int max_depth = 5;  // of files that name files

/// Lines of key, tab or space, value, as postmap writes them.
std::map<std::string, std::string> entries_of(const std::string& text)
{
    std::map<std::string, std::string> entries;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t end = line.find_first_of("\t ");
        const std::size_t value = std::min(line.find_first_not_of("\t ", end), line.size());
        entries[line.substr(0, end)] = line.substr(value);
    }
    return entries;
}

table_answer ask(const settings& s, std::vector<std::string> arguments, std::string input)
{
    const program_output output = try_postfix(s, std::move(arguments), std::move(input));
    // Status 1 without a complaint means that nothing was found.
    if (!output.result.ok() && !output.result.errors.empty())
        return {{}, output.result.errors};
    return {entries_of(output.text), ""};
}

/// The words of a file that stands in a list; lines that begin with # are none.
std::string words_of_file(const std::string& path, std::string& trouble)
{
    std::ifstream file(path);
    if (!file)
        trouble = path + " cannot be read";
    std::string words;
    for (std::string line; std::getline(file, line);)
        if (!line.starts_with('#'))
            words += line + "\n";
    return words;
}

/// Takes the keys that the list decides about out of `open`.
void match(const settings& s, const std::string& list, std::vector<std::string>& open, list_match& result,
           int depth)
{
    for (std::string word : split_list(list)) {
        bool wanted = true;
        for (; word.starts_with('!'); word.erase(0, 1))
            wanted = !wanted;
        std::set<std::string> matching;
        if (word.starts_with('/') && depth < max_depth) {
            list_match inner;
            std::vector<std::string> rest = open;
            match(s, words_of_file(word, result.trouble), rest, inner, depth + 1);
            matching = std::move(inner.matched);
        } else if (is_table(word)) {
            table_answer answer = look_up(s, word, open);
            for (const auto& [key, value] : answer.found)
                matching.insert(key);
            if (!answer.trouble.empty())
                result.trouble = answer.trouble;
        } else {
            matching.insert(to_lower(word));
        }
        std::erase_if(open, [&](const std::string& key) {
            const bool decided = matching.contains(key);
            if (decided && wanted)
                result.matched.insert(key);
            return decided;
        });
    }
}

}  // namespace

bool is_table(const std::string& word)
{
    return !word.starts_with('/') && word.find(':') != std::string::npos;
}

table_answer look_up(const settings& s, const std::string& table, const std::vector<std::string>& keys)
{
    std::string questions;
    for (const std::string& key : keys)
        questions += key + "\n";
    return keys.empty() ? table_answer{} : ask(s, {"postmap", "-q", "-", table}, std::move(questions));
}

table_answer list_table(const settings& s, const std::string& table)
{
    return ask(s, {"postmap", "-s", table}, "");
}

list_match match_list(const settings& s, const std::string& list, const std::vector<std::string>& keys)
{
    list_match result;
    std::vector<std::string> open = keys;
    match(s, list, open, result, 0);
    return result;
}

}  // namespace odmr::postfix
