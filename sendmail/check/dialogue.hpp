// dialogue - asks a server something and waits for what it says: for a check of who is there.
#pragma once

#include "core/settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::sendmail
{

struct peer {
    std::string path = {};      ///< of a UNIX socket; empty for TCP
    endpoint_setting tcp = {};  ///< otherwise
};

/// Why nobody can be reached there; empty when somebody listens.
std::string trouble_reaching(const peer& where);

/// The greeting and the replies to these lines of SMTP or LMTP, the last line of each. Throws
/// std::runtime_error when nobody can be reached, or does not answer within some seconds.
std::vector<std::string> talk(const peer& where, std::vector<std::string> lines);

/// "local:/run/odmr/milter", "unix:...", "inet:8891@127.0.0.1" or "inet:8891@localhost", as in S= of a
/// filter; nullopt when it is something else, such as a name that is to be found in the DNS.
std::optional<peer> parse_filter_socket(std::string_view text);

/// "the socket /run/odmr/lmtp" or "127.0.0.1:25", for a message.
std::string name_of(const peer& where);

}  // namespace odmr::sendmail
