// options - see options.hpp. Boost.Program_options takes the line apart.
#include "milter/options.hpp"

#include "core/units.hpp"

#include <boost/program_options.hpp>

#include <sys/un.h>

#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <sstream>

namespace odmr::milter
{

namespace
{

namespace po = boost::program_options;

constexpr seconds shortest_timeout{1};
constexpr seconds longest_timeout{300};

[[noreturn]] void wrong(const std::string& option, const std::string& value, const std::string& expected)
{
    throw usage_error("option --" + option + ": \"" + value + "\"; expected " + expected);
}

template <class Value>
Value one_of(const std::string& option, const std::string& given, const std::map<std::string, Value>& values)
{
    if (const auto found = values.find(given); found != values.end())
        return found->second;
    std::string names;
    for (const auto& [name, value] : values)
        names += (names.empty() ? "" : " or ") + name;
    wrong(option, given, names);
}

seconds timeout_of(const std::string& given)
{
    const auto value = parse_duration(given);
    if (!value || *value < shortest_timeout || *value > longest_timeout)
        wrong("timeout", given,
              "a time from " + format_duration(shortest_timeout) + " to " + format_duration(longest_timeout) +
                  ", such as 5s");
    return *value;
}

unsigned mode_of(const std::string& given)
{
    constexpr unsigned all = 0777;
    constexpr int octal = 8;
    unsigned value = 0;
    const char* const end = given.data() + given.size();
    const auto [stop, error] = std::from_chars(given.data(), end, value, octal);
    if (error != std::errc() || stop != end || value > all)
        wrong("socket-mode", given, "an octal mode, such as 660");
    return value;
}

void set_user(const std::string& given, options& into)
{
    const std::size_t colon = given.find(':');
    into.user = given.substr(0, colon);
    into.group = colon == std::string::npos ? "" : given.substr(colon + 1);
    if (into.user.empty() || (colon != std::string::npos && into.group.empty()))
        wrong("user", given, "NAME or NAME:GROUP");
}

po::options_description described()
{
    const auto text = [] { return po::value<std::string>(); };
    po::options_description known("Options", 100, 60);
    auto add = known.add_options();
    add("socket,p", text()->value_name("ADDRESS"),
        "where the mail system asks: local:/PATH, unix:/PATH, inet:PORT@HOST or inet6:PORT@HOST");
    add("policy", text()->value_name("ADDRESS")->default_value("unix:/run/odmr/policy"),
        "where odmrd answers: unix:/PATH (its policy_socket) or inet:ADDRESS:PORT (its policy_listen)");
    add("timeout", text()->value_name("TIME")->default_value("5s"),
        "how long mail may wait for odmrd, all questions about one message together");
    add("user", text()->value_name("NAME[:GROUP]"), "become this user when started as root");
    add("socket-mode", text()->value_name("MODE")->default_value("660"),
        "permissions of a socket in the file system, octal");
    add("pid-file", text()->value_name("FILE"), "write the process id there");
    add("daemonize", po::bool_switch(), "go to the background once it listens");
    add("log-to", text()->value_name("TARGET")->default_value("stderr"), "stderr or syslog");
    add("log-level", text()->value_name("LEVEL")->default_value("info"), "debug, info, warning or error");
    add("version", po::bool_switch(), "print the version");
    add("help,h", po::bool_switch(), "print this text");
    return known;
}

po::variables_map parse(int argc, const char* const* argv)
{
    constexpr auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    const auto known = described();
    const po::positional_options_description none;
    po::variables_map given;
    try {
        const auto line =
            po::command_line_parser(argc, argv).options(known).positional(none).style(style).run();
        po::store(line, given);
    } catch (const po::too_many_positional_options_error&) {
        throw usage_error("there are no arguments besides options; see odmr-milter --help");
    } catch (const po::error& problem) {
        throw usage_error(std::string(problem.what()) + "; see odmr-milter --help");
    }
    return given;
}

/// "PORT@HOST"; what the host is, libmilter finds out.
bool valid_inet(const std::string& text)
{
    const std::size_t at = text.find('@');
    const auto port = parse_count(text.substr(0, at));
    return port && *port > 0 && *port <= std::numeric_limits<std::uint16_t>::max() &&
           at != std::string::npos && at + 1 < text.size();
}

}  // namespace

listen_address parse_listen_address(const std::string& text)
{
    constexpr auto expected =
        "local:/PATH, unix:/PATH, inet:PORT@HOST or inet6:PORT@HOST, such as inet:2525@127.0.0.1";
    const std::size_t colon = text.find(':');
    const std::string kind = text.substr(0, colon);
    const std::string rest = colon == std::string::npos ? "" : text.substr(colon + 1);
    if (kind == "local" || kind == "unix") {
        if (!rest.starts_with('/'))
            wrong("socket", text, std::string(expected) + "; the path must be absolute");
        // libmilter wants one octet more than the system does.
        if (rest.size() + 1 >= sizeof(sockaddr_un::sun_path))
            wrong("socket", text,
                  "a shorter path: a socket's has room for " +
                      std::to_string(sizeof(sockaddr_un::sun_path) - 2) + " octets");
        return {.text = "local:" + rest, .path = rest};
    }
    if ((kind != "inet" && kind != "inet6") || !valid_inet(rest))
        wrong("socket", text, expected);
    return {.text = text};
}

options read_options(int argc, const char* const* argv)
{
    const auto given = parse(argc, argv);
    const auto text = [&](const char* name) { return given[name].as<std::string>(); };
    options result;
    result.help = given["help"].as<bool>();
    result.version = given["version"].as<bool>();
    if (result.help || result.version)
        return result;
    if (given.count("socket") == 0)
        throw usage_error(
            "option --socket (-p) is missing; expected where the mail system asks, such as "
            "local:/run/odmr/milter");
    result.socket = parse_listen_address(text("socket"));
    result.policy_text = text("policy");
    const auto policy = parse_policy_address(result.policy_text);
    if (!policy)
        wrong("policy", result.policy_text, "unix:/PATH or inet:ADDRESS:PORT with a numeric address");
    result.policy = *policy;
    result.timeout = timeout_of(text("timeout"));
    if (given.count("user") != 0)
        set_user(text("user"), result);
    result.socket_mode = mode_of(text("socket-mode"));
    if (given.count("pid-file") != 0)
        result.pid_file = text("pid-file");
    result.daemonize = given["daemonize"].as<bool>();
    result.log_to = one_of<log_target>(
        "log-to", text("log-to"), {{"stderr", log_target::stderr_stream}, {"syslog", log_target::syslog}});
    result.level = one_of<log_level>("log-level", text("log-level"),
                                     {{"debug", log_level::debug},
                                      {"info", log_level::info},
                                      {"warning", log_level::warning},
                                      {"error", log_level::error}});
    return result;
}

std::string usage()
{
    std::ostringstream text;
    text << "Usage: odmr-milter -p ADDRESS [OPTION]...\n\n"
            "Asks odmrd, for Sendmail or Postfix, about mail that arrives. odmr-milter(8) describes it.\n\n"
         << described();
    return text.str();
}

}  // namespace odmr::milter
