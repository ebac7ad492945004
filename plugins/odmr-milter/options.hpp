// options - the command line of odmr-milter, in the words administrators know from other milters.
#pragma once

#include "core/settings.hpp"
#include "milter/policy_connection.hpp"

#include <stdexcept>
#include <string>

namespace odmr::milter
{

/// what() is one line: the option, what was wrong, what was expected.
struct usage_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Where the mail system finds the milter.
struct listen_address {
    std::string text = {};  ///< as libmilter takes it: "local:/path", "inet:port@host"
    std::string path = {};  ///< of a UNIX socket; empty for TCP

    friend bool operator==(const listen_address&, const listen_address&) = default;
};

/// "local:/path" and "unix:/path" are the same; "inet:port@host", "inet6:port@host". Throws usage_error.
listen_address parse_listen_address(const std::string& text);

struct options {
    listen_address socket = {};
    policy_address policy = {};
    std::string policy_text = {};  ///< as it was given
    seconds timeout{5};            ///< for all questions about one message
    std::string user = {};         ///< empty: stay who we are
    std::string group = {};        ///< empty: the user's own
    unsigned socket_mode = 0660;
    std::string pid_file = {};
    bool daemonize = false;
    log_target log_to = log_target::stderr_stream;
    log_level level = log_level::info;

    bool help = false;
    bool version = false;
};

/// Throws usage_error.
options read_options(int argc, const char* const* argv);

/// The text of --help.
std::string usage();

}  // namespace odmr::milter
