// restriction_list - taking the lists apart that stand in main.cf: words separated by commas or white space,
// where braces keep together what stands in them (postconf(5), "smtpd_recipient_restrictions", and
// SMTPD_POLICY_README, "Advanced policy client configuration").
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::postfix
{

/// The words keep their braces. A brace that is never closed takes the rest.
std::vector<std::string> split_list(std::string_view text);

/// One entry of a list of restrictions, with what belongs to it: "check_client_access
/// hash:/etc/postfix/access".
struct restriction {
    std::string name;
    std::string argument = {};  ///< of those that have one, such as check_policy_service

    [[nodiscard]] std::string text() const { return argument.empty() ? name : name + " " + argument; }
    /// It either refuses or leaves the decision to those behind it; so it hides no accepted recipient from
    /// them.
    [[nodiscard]] bool only_refuses() const;

    friend bool operator==(const restriction&, const restriction&) = default;
};

std::vector<restriction> parse_restrictions(std::string_view text);

/// As parse_restrictions() reads it.
std::string format_restrictions(const std::vector<restriction>& list);

/// The argument of check_policy_service: "unix:odmr/policy", or the same with options in braces.
struct policy_client {
    std::string server;                               ///< "unix:odmr/policy", "inet:127.0.0.1:10031"
    std::map<std::string, std::string> options = {};  ///< "timeout" -> "10s"
};

policy_client parse_policy_client(std::string_view argument);

}  // namespace odmr::postfix
