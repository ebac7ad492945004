// help - see help.hpp.
#include "odmrctl/help.hpp"

#include "config/read_settings.hpp"
#include "odmrctl/command.hpp"

namespace odmr::ctl
{
namespace
{

std::string synopsis(const command& row)
{
    return std::string(row.name) + (row.arguments.empty() ? "" : " ") + std::string(row.arguments);
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
        text += "  " + synopsis(row) + "\n      " + std::string(row.summary) + "\n";
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
        if (row.name == name)
            return "Usage: odmrctl " + synopsis(row) + "\n\n" + std::string(row.text);
        if (row.name.starts_with(name + " "))
            group += "  " + synopsis(row) + "\n      " + std::string(row.summary) + "\n";
    }
    if (group.empty())
        throw bad_usage("there is no command \"" + name + "\"; see odmrctl --help");
    return "Commands:\n" + group;
}

}  // namespace odmr::ctl
