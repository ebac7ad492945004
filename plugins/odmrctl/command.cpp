// command - see command.hpp.
#include "odmrctl/command.hpp"

#include <algorithm>
#include <sstream>

namespace odmr::ctl
{
namespace
{

bool stands_for_any(const std::string& word)
{
    return word.front() >= 'A' && word.front() <= 'Z';
}

std::vector<std::string> words_of(std::string_view name)
{
    std::istringstream text{std::string(name)};
    std::vector<std::string> words;
    for (std::string word; text >> word;)
        words.push_back(word);
    return words;
}

}  // namespace

std::optional<std::vector<std::string>> command::arguments_in(const std::vector<std::string>& given) const
{
    const auto own = words_of(name);
    if (given.size() < own.size())
        return std::nullopt;
    std::vector<std::string> found;
    for (std::size_t i = 0; i < own.size(); ++i) {
        if (stands_for_any(own[i]))
            found.push_back(given[i]);
        else if (own[i] != given[i])
            return std::nullopt;
    }
    found.insert(found.end(), given.begin() + static_cast<std::ptrdiff_t>(own.size()), given.end());
    return found;
}

std::string command::verb() const
{
    std::string verb;
    for (const auto& word : words_of(name)) {
        if (!stands_for_any(word))
            verb += (verb.empty() ? "" : " ") + word;
    }
    return verb;
}

}  // namespace odmr::ctl
