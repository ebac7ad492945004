// help - see help.hpp.
#include "odmrctl/help.hpp"

#include "config/read_settings.hpp"
#include "odmrctl/command.hpp"

#include <utility>

namespace odmr::ctl
{
namespace
{

/// `lead` and the command, in lines of 80 columns at most; a line ends only before an option.
std::string synopsis(std::string lead, const command& row)
{
    constexpr std::size_t width = 80;
    auto text = std::move(lead) + std::string(row.name) + (row.arguments.empty() ? "" : " ") +
                std::string(row.arguments);
    for (std::size_t line = 0; text.size() - line > width;) {
        const auto end = text.rfind(" [", line + width);
        if (end == std::string::npos || end <= line)
            break;
        text.replace(end, 1, "\n        ");
        line = end + 1;
    }
    return text;
}

std::string overview()
{
    std::string text =
        "Usage: odmrctl [--config FILE] [--json] [--KEY=VALUE]... COMMAND\n"
        "\n"
        "Administers On-Demand Mail Relay: the customers, their domains and what the mail\n"
        "system is told of them.\n"
        "\n"
        "  --config FILE  instead of ";
    text += default_config_file;
    text +=
        "\n"
        "  --json         for programs to read; see the commands that understand it\n"
        "  --KEY=VALUE    a parameter of odmr.conf(5), instead of the one in the file\n"
        "  --version      print the version\n"
        "  --help         print this text\n"
        "\n"
        "Commands:\n";
    for (const auto& row : commands())
        text += synopsis("  ", row) + "\n      " + std::string(row.summary) + "\n";
    return text + "  help [COMMAND]\n      print this text, or all about a command\n";
}

}  // namespace

std::string help_text(const std::vector<std::string>& words)
{
    if (words.empty())
        return overview();
    std::string name;
    for (const auto& word : words)
        name += (name.empty() ? "" : " ") + word;
    std::string group;
    for (const auto& row : commands()) {
        if (row.name == name || row.verb() == name)
            return synopsis("Usage: odmrctl ", row) + "\n\n" + std::string(row.text);
        if (row.name.starts_with(name + " "))
            group += synopsis("  ", row) + "\n      " + std::string(row.summary) + "\n";
    }
    if (group.empty())
        throw bad_usage("there is no command \"" + name + "\"; see odmrctl --help");
    return "Commands:\n" + group;
}

}  // namespace odmr::ctl
