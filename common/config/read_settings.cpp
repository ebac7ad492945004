// read_settings - see read_settings.hpp. Boost.Program_options takes lines and arguments apart; what a value
// means is left to the table, so that a file and an option are judged alike.
#include "config/read_settings.hpp"

#include "core/parameters.hpp"

#include <boost/program_options/option.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <cerrno>
#include <climits>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

namespace odmr
{

namespace po = boost::program_options;

namespace
{

/// One value as it was given, and where: "FILE:12: linger" or "option --linger".
struct assignment {
    std::string key;
    std::string value;
    std::string place;
};

std::string read_file(const std::string& path)
{
    std::ifstream file(path);
    if (file.is_open())
        file.peek();  // a directory can be opened, but not read
    if (!file.is_open() || file.bad())
        throw config_error(path + ": cannot be read: " + std::generic_category().message(errno));
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string_view without_comment_and_blanks(std::string_view line)
{
    line = line.substr(0, line.find('#'));
    const auto first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos)
        return {};
    return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

/// The numbers of the lines that assign something, in order: Boost's parser returns the assignments in the
/// same order but without their lines. What is neither an assignment nor empty is refused here, where the
/// line is known.
std::vector<std::size_t> assignment_lines(const std::string& content, const std::string& file)
{
    std::vector<std::size_t> lines;
    std::istringstream stream(content);
    std::string line;
    for (std::size_t number = 1; std::getline(stream, line); ++number) {
        const auto text = without_comment_and_blanks(line);
        if (text.empty())
            continue;
        if (text.front() == '[' || text.front() == '=' || text.find('=') == std::string_view::npos)
            throw config_error(file + ":" + std::to_string(number) + ": \"" + std::string(text) +
                               "\" is not an assignment; expected key = value");
        lines.push_back(number);
    }
    return lines;
}

std::vector<assignment> assignments_in(const std::string& file)
{
    const auto content = read_file(file);
    const auto lines = assignment_lines(content, file);
    std::istringstream stream(content);
    const bool any_key = true;  // an unknown key gets our message, with its line
    const auto parsed = po::parse_config_file(stream, po::options_description(), any_key);

    std::vector<assignment> found;
    for (std::size_t i = 0; i < parsed.options.size(); ++i) {
        const auto& option = parsed.options[i];
        found.push_back({option.string_key, option.value.at(0),
                         file + ":" + std::to_string(lines.at(i)) + ": " + option.string_key});
    }
    return found;
}

/// Sets each value. The answer says where each key was set.
std::map<std::string, std::string, std::less<>> set_all(const std::vector<assignment>& values, settings& into)
{
    std::map<std::string, std::string, std::less<>> places;
    for (const auto& given : values) {
        const auto [earlier, first] = places.emplace(given.key, given.place);
        if (!first)
            throw config_error(given.place + ": is set twice, first at " + earlier->second +
                               "; expected once");
        if (const auto error = set_parameter(into, given.key, given.value))
            throw config_error(given.place + ": " + *error);
    }
    return places;
}

/// Two forms Boost does not know: everything from the first word that is no option belongs to the program,
/// whatever it looks like; and "--key=" sets the key to nothing.
std::vector<po::option> our_forms(std::vector<std::string>& arguments)
{
    const auto next = arguments.front();
    std::vector<po::option> found;
    if (!next.starts_with("--")) {
        for (const auto& word : arguments) {
            auto& positional = found.emplace_back(std::string(), std::vector<std::string>{word});
            positional.position_key =
                INT_MAX;  // as behind "--": no option in front may take it for its value
        }
        arguments.clear();
    } else if (next.starts_with("--=")) {
        throw config_error("\"" + next + "\" names no option");
    } else if (next.find('=') == next.size() - 1) {
        found.emplace_back(next.substr(2, next.size() - 3), std::vector<std::string>{""});
        arguments.erase(arguments.begin());
    }
    return found;
}

}  // namespace

command_line read_command_line(int argc, const char* const* argv, std::initializer_list<program_option> own)
{
    po::options_description known;
    known.add_options()("config", po::value<std::string>());
    for (const auto& row : parameters())
        known.add_options()(std::string(row.name).c_str(), po::value<std::string>());
    for (const auto& option : own) {
        if (option.takes_value)
            known.add_options()(option.name, po::value<std::string>()->implicit_value(""));
        else
            known.add_options()(option.name, po::bool_switch());
    }

    constexpr auto style = po::command_line_style::allow_long | po::command_line_style::long_allow_adjacent |
                           po::command_line_style::long_allow_next;
    command_line result;
    try {
        const auto parsed = po::command_line_parser(argc, argv)
                                .options(known)
                                .style(style)
                                .extra_style_parser(our_forms)
                                .run();
        for (const auto& option : parsed.options) {
            const auto value = option.value.empty() ? std::string() : option.value.front();
            if (option.string_key.empty())
                result.arguments.push_back(value);
            else if (option.string_key == "config")
                result.config_file = value;
            else if (find_parameter(option.string_key) != nullptr)
                result.overrides.emplace_back(option.string_key, value);
            else
                result.options[option.string_key] = value;
        }
    } catch (const po::error& error) {
        throw config_error(error.what());
    }
    return result;
}

settings read_settings(const command_line& from)
{
    auto result = default_settings();
    auto places = set_all(assignments_in(from.config_file), result);

    std::vector<assignment> options;
    for (const auto& [key, value] : from.overrides)
        options.push_back({key, value, "option --" + key});
    for (auto& [key, place] : set_all(options, result))
        places.insert_or_assign(key, place);

    for (const auto& conflict : check_settings(result)) {
        const auto place = places.find(conflict.key);
        throw config_error(
            (place == places.end() ? from.config_file + ": " + std::string(conflict.key) : place->second) +
            ": " + conflict.text);
    }
    return result;
}

}  // namespace odmr
