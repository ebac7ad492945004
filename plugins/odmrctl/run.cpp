// run - see run.hpp.
#include "odmrctl/run.hpp"

#include "auth/secrets.hpp"
#include "config/read_settings.hpp"
#include "odmrctl/command.hpp"
#include "odmrctl/help.hpp"
#include "store/customer_store.hpp"

#include <boost/program_options.hpp>

#include <sysexits.h>

#include <algorithm>
#include <utility>

namespace odmr::ctl
{
namespace
{

namespace po = boost::program_options;
using words = std::vector<std::string>;

command_line read_line(int argc, const char* const* argv)
{
    try {
        return read_command_line(argc, argv, {{"json"}, {"version"}, {"help"}});
    } catch (const config_error& problem) {
        throw bad_usage(problem.what());
    }
}

/// With the commands that begin with the same word, if any, for what was expected.
bad_usage no_such_command(const words& arguments)
{
    std::string expected;
    for (const auto& row : commands()) {
        if (row.name.starts_with(arguments.front() + " "))
            expected += (expected.empty() ? "; expected " : ", ") + std::string(row.name);
    }
    auto name = arguments.front();
    for (std::size_t i = 1; i < std::min<std::size_t>(arguments.size(), 3) && !expected.empty(); ++i)
        name += " " + arguments[i];
    return bad_usage("there is no command \"" + name + "\"" +
                     (expected.empty() ? "; see odmrctl --help" : expected));
}

/// The row that the words name; only its arguments are left of them.
const command& find_command(words& given)
{
    for (const auto& row : commands()) {
        if (auto arguments = row.arguments_in(given)) {
            given = *std::move(arguments);
            return row;
        }
    }
    throw no_such_command(given);
}

po::options_description described(const command& row)
{
    po::options_description known;
    auto add = known.add_options();
    add("help", po::bool_switch());
    if (row.understands_json)
        add("json", po::bool_switch());
    for (const auto& option : row.options) {
        if (option.kind == command_option::kinds::flag)
            add(option.name.c_str(), po::bool_switch());
        else
            add(option.name.c_str(), po::value<std::string>());
    }
    return known;
}

/// Takes the arguments of a command apart, into words and options.
void parse(const command& row, const words& arguments, invocation& call)
{
    constexpr auto style = po::command_line_style::allow_long | po::command_line_style::long_allow_adjacent |
                           po::command_line_style::long_allow_next;
    const auto known = described(row);
    const auto usage = "; expected odmrctl " + std::string(row.name) + " " + std::string(row.arguments);
    try {
        for (const auto& given :
             po::command_line_parser(arguments).options(known).style(style).run().options) {
            if (given.position_key >= 0 && given.value.front().starts_with('-') &&
                !(row.reads_standard_input && given.value.front() == "-"))
                throw po::unknown_option(given.value.front());
            if (given.position_key >= 0)
                call.words.push_back(given.value.front());
            else
                call.options[given.string_key].push_back(given.value.empty() ? "" : given.value.front());
        }
    } catch (const po::error& problem) {
        throw bad_usage(std::string(row.name) + ": " + problem.what() + usage);
    }
    for (const auto& option : row.options) {
        if (option.kind != command_option::kinds::values && call.has(option.name) &&
            call.options[option.name].size() > 1)
            throw bad_usage(std::string(row.name) + ": --" + option.name + " is given twice" + usage);
    }
    if (call.has("help"))
        return;
    if (call.words.size() < row.words.min)
        throw bad_usage(std::string(row.name) + ": too few arguments" + usage);
    if (call.words.size() > row.words.max)
        throw bad_usage(std::string(row.name) + ": too many arguments" + usage);
}

void run_command(const command_line& line, std::ostream& out)
{
    auto arguments = line.arguments;
    if (line.has("help") || (!arguments.empty() && arguments.front() == "help")) {
        out << help_text(line.has("help") ? arguments : words(arguments.begin() + 1, arguments.end()));
        return;
    }
    if (line.has("version")) {
        out << "odmrctl " << ODMR_VERSION << "\n";
        return;
    }
    if (arguments.empty())
        throw bad_usage("no command is given; see odmrctl --help");
    const auto& row = find_command(arguments);
    settings config;
    invocation call{.config = config, .out = out};
    parse(row, arguments, call);
    if (call.has("help")) {
        out << help_text({std::string(row.name)});
        return;
    }
    call.json = line.has("json") || call.has("json");
    if (call.json && !row.understands_json)
        throw bad_usage(std::string(row.name) + ": does not understand --json");
    config = read_settings(line);
    row.run(call);
}

int status_of(database_failure::cause why)
{
    switch (why) {
        case database_failure::cause::missing:
            return EX_NOINPUT;
        case database_failure::cause::locked:
            return EX_TEMPFAIL;
        case database_failure::cause::unusable:
            break;
    }
    return EX_UNAVAILABLE;
}

/// The exit status and the message for the exception that is being handled.
std::pair<int, std::string> explain_exception()
{
    try {
        throw;
    } catch (const bad_usage& problem) {
        return {EX_USAGE, problem.what()};
    } catch (const bad_data& problem) {
        return {EX_DATAERR, problem.what()};
    } catch (const bad_password& problem) {
        return {EX_DATAERR, problem.what()};
    } catch (const store_refusal& problem) {
        return {EX_DATAERR, problem.what()};
    } catch (const no_input& problem) {
        return {EX_NOINPUT, problem.what()};
    } catch (const no_permission& problem) {
        return {EX_NOPERM, problem.what()};
    } catch (const config_error& problem) {
        return {EX_CONFIG, problem.what()};
    } catch (const database_failure& problem) {
        const bool missing = problem.why() == database_failure::cause::missing;
        return {status_of(problem.why()),
                problem.what() + std::string(missing ? "; \"odmrctl customer add\" makes it" : "")};
    } catch (const std::exception& problem) {
        return {EX_UNAVAILABLE, problem.what()};
    }
}

}  // namespace

int run(int argc, const char* const* argv, std::ostream& out, std::ostream& err)
{
    try {
        run_command(read_line(argc, argv), out);
    } catch (...) {
        const auto [status, message] = explain_exception();
        out.flush();
        err << "odmrctl: " << message << "\n";
        return status;
    }
    out.flush();
    if (!out) {
        err << "odmrctl: the output cannot be written\n";
        return EX_IOERR;
    }
    return EX_OK;
}

}  // namespace odmr::ctl
