#include "story.hpp"

#include <unistd.h>

#include <iostream>
#include <sstream>
#include <utility>

namespace odmr::demo
{
namespace
{

constexpr std::size_t line_width = 78;

std::vector<std::pair<std::string, std::string>> other_names;

std::string renamed(std::string_view text)
{
    std::string result(text);
    for (const auto& [path, instead] : other_names)
        for (std::size_t at = 0; (at = result.find(path, at)) != std::string::npos; at += instead.size())
            result.replace(at, path.size(), instead);
    return result;
}

/// In bold, and the like, when a person is watching.
std::string styled(std::string_view code, std::string_view text)
{
    static const bool terminal = ::isatty(STDOUT_FILENO) == 1;
    return terminal ? "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m" : std::string(text);
}

}  // namespace

void chapter(std::string_view title)
{
    std::cout << "\n" << styled("1", title) << "\n\n" << std::flush;
}

void tell(std::string_view text)
{
    std::istringstream words{renamed(text)};
    std::string line;
    for (std::string word; words >> word; line += word) {
        if (line.size() + 1 + word.size() > line_width) {
            std::cout << line << "\n";
            line.clear();
        }
        line += line.empty() ? "" : " ";
    }
    std::cout << line << "\n\n" << std::flush;
}

void show(std::string_view lines)
{
    std::istringstream in{renamed(lines)};
    for (std::string line; std::getline(in, line);) {
        if (line.ends_with('\r'))
            line.pop_back();
        std::cout << "    " << line << "\n";
    }
    std::cout << "\n" << std::flush;
}

void show_command(const std::vector<std::string>& words)
{
    std::string line = "  $";
    for (const std::string& word : words)
        line += " " + word;
    std::cout << styled("36", renamed(line)) << "\n" << std::flush;
}

void run(const test::program& command)
{
    show_command(command.arguments);
    const std::string output = test::run_or_throw(command);
    show(output);
}

bool check(std::string_view what, bool holds)
{
    std::cout << (holds ? styled("32", "  yes  ") : styled("31", "  NO   ")) << what << "\n" << std::flush;
    return holds;
}

void call_it(const std::string& path, const std::string& instead)
{
    other_names.emplace_back(path, instead);
}

}  // namespace odmr::demo
