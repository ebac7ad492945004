// policy_address - where a policy server listens, as check_policy_service names it (SMTPD_POLICY_README).
#pragma once

#include "core/settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace odmr::postfix
{

/// A socket, or an address and port.
struct policy_address {
    std::string path = {};  ///< absolute and without "." and ".."; empty for TCP
    std::string host = {};
    std::uint16_t port = 0;

    friend bool operator==(const policy_address&, const policy_address&) = default;
};

/// "unix:odmr/policy", where a relative path is below the queue directory, "inet:127.0.0.1:10031" or the same
/// without "inet:". nullopt when it is none of these, or the port is a name.
std::optional<policy_address> parse_policy_address(std::string_view server,
                                                   const std::string& queue_directory);

/// Whether odmrd is configured to listen there.
bool is_own_policy(const settings& s, const policy_address& where);

/// Where Postfix is to ask: "unix:odmr/policy". Empty when odmrd is configured to listen nowhere.
std::string own_policy_server(const settings& s, const std::string& queue_directory);

/// Asks the server there one question that concerns no message and returns the line it answers,
/// "action=DUNNO". Throws std::runtime_error when nobody answers within a few seconds.
std::string ask_policy(const policy_address& where);

}  // namespace odmr::postfix
