// odmrd - the On-Demand Mail Relay daemon (RFC 2645). odmrd(8) describes it.
#include "config/print_settings.hpp"
#include "config/read_settings.hpp"
#include "log/log.hpp"
#include "odmrd/daemon.hpp"

#include <sysexits.h>

#include <exception>
#include <iostream>
#include <string>

namespace
{

constexpr const char* usage =
    "Usage: odmrd [--config FILE] [--KEY=VALUE]...\n"
    "\n"
    "Serves On-Demand Mail Relay (RFC 2645) in the foreground until SIGTERM; SIGHUP rereads the "
    "configuration.\n"
    "\n"
    "  --config FILE             instead of /etc/odmr/odmr.conf\n"
    "  --check-config            only check the configuration\n"
    "  --print-config[=changed]  print it, all of it or only what differs from the defaults\n"
    "  --version                 print the version\n"
    "  --help                    print this text and every KEY\n"
    "\n";

int run(const odmr::command_line& line)
{
    if (line.has("help")) {
        std::cout << usage << odmr::parameter_help();
        return EX_OK;
    }
    if (line.has("version")) {
        std::cout << "odmrd " << ODMR_VERSION << "\n";
        return EX_OK;
    }
    if (!line.arguments.empty())
        throw odmr::config_error("odmrd takes no argument such as \"" + line.arguments.front() +
                                 "\"; see odmrd --help");
    const odmr::settings config = odmr::read_settings(line);
    if (line.has("print-config")) {
        const std::string which = line.options.at("print-config");
        if (!which.empty() && which != "changed" && which != "all")
            throw odmr::config_error("option --print-config: \"" + which + "\"; expected all or changed");
        std::cout << print_settings(
            config, which == "changed" ? odmr::which_settings::changed : odmr::which_settings::all);
        return EX_OK;
    }
    if (line.has("check-config"))
        return EX_OK;
    odmr::log::open(config.log_to, config.log_level_, "odmrd");
    try {
        odmr::run_daemon(line, config);
    } catch (const std::exception& problem) {
        odmr::log::error("cannot-start", {{"reason", problem.what()}});
        throw;
    }
    return EX_OK;
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        return run(odmr::read_command_line(
            argc, argv, {{"check-config"}, {"print-config", true}, {"version"}, {"help"}}));
    } catch (const odmr::config_error& problem) {
        std::cerr << "odmrd: " << problem.what() << "\n";
        return EX_CONFIG;
    } catch (const std::exception& problem) {
        std::cerr << "odmrd: " << problem.what() << "\n";
        return EX_UNAVAILABLE;
    }
}
