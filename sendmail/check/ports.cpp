// ports - where ETRN (RFC 1985) is taken. Whoever may say it can start queue runs: odmrd on a loopback
// address, and nobody else.
#include "core/units.hpp"
#include "sendmail/check/dialogue.hpp"
#include "sendmail/check/points.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <exception>
#include <limits>
#include <netdb.h>

namespace odmr::sendmail
{

namespace
{

// No domain has this name (RFC 6761 6.4), so no mail is handed over on account of the question.
constexpr const char* nobodys_domain = "odmr-check.invalid";

/// The reply to ETRN.
std::string ask_etrn(const endpoint_setting& where)
{
    const auto replies =
        talk(peer{.tcp = where}, {"EHLO localhost", std::string("ETRN ") + nobodys_domain, "QUIT"});
    return replies.at(2);
}

std::uint16_t port_number(const std::string& name)
{
    if (const auto number = parse_count(name.empty() ? "25" : name))
        return *number > std::numeric_limits<std::uint16_t>::max() ? std::uint16_t{0}
                                                                   : static_cast<std::uint16_t>(*number);
    const servent* const known = ::getservbyname(name.c_str(), "tcp");
    return known ? ntohs(static_cast<std::uint16_t>(known->s_port)) : std::uint16_t{0};
}

/// One of Sendmail's ports, as it can be reached from here; port 0 when that is not to be seen.
endpoint_setting endpoint_of(const equates& port)
{
    const bool six = port.value('F') == "inet6";
    std::string address = port.value('A');
    error_code no_address;
    const auto given = asio::ip::make_address(address, no_address);
    if (address.empty() || (!no_address && given.is_unspecified()))
        address = six ? "::1" : "127.0.0.1";
    else if (no_address)
        return {address, 0};
    return {address, port_number(port.value('P'))};
}

std::string label_of(const equates& port)
{
    const std::string name = port.value('N');
    return (name.empty() ? "The port " : name + ", ") + format_endpoint(endpoint_of(port));
}

}  // namespace

bool takes_mail_in(const surroundings& here)
{
    const auto& ports = here.sendmail.ports();
    const auto& ours = here.odmr.sendmail_control;
    // Without any DaemonPortOptions it listens on port 25.
    return ports.empty() || std::ranges::any_of(ports, [&](const equates& port) {
               return std::ranges::find(ours, endpoint_of(port)) == ours.end();
           });
}

void check_control_port(const surroundings& here, report& out)
{
    if (here.odmr.sendmail_control.size() != 1) {
        out.error("There must be one address where odmrd says ETRN.",
                  in_odmr_conf("sendmail_control", "127.0.0.1:10025"));
        return;
    }
    const endpoint_setting& where = here.odmr.sendmail_control.front();
    error_code no_address;
    if (!asio::ip::make_address(where.address, no_address).is_loopback())
        out.warning(
            format_endpoint(where) + " is no loopback address: whoever can reach it can start queue runs.",
            in_odmr_conf("sendmail_control", "127.0.0.1:" + std::to_string(where.port)));
    try {
        const std::string answer = ask_etrn(where);
        // RFC 1985 5: 250 to 253, whatever is known of that queue. 458: not at this load.
        if (answer.starts_with("25") || answer.starts_with("458"))
            out.ok("Sendmail takes ETRN on " + format_endpoint(where) + ".");
        else
            out.error(
                "Sendmail does not take ETRN on " + format_endpoint(where) + ": \"" + answer + "\".",
                in_sendmail_mc("define(`confODMR_CONTROL_PORT', `" + std::to_string(where.port) + "')dnl"));
    } catch (const std::exception& problem) {
        out.error("Nobody takes ETRN on " + format_endpoint(where) + ": " + problem.what() +
                      ". Either Sendmail does not run, or it has no such port.",
                  in_sendmail_mc("define(`confODMR_CONTROL_PORT', `" + std::to_string(where.port) + "')dnl"));
    }
}

void check_other_ports(const surroundings& here, report& out)
{
    bool well = true;
    for (const equates& port : here.sendmail.ports()) {
        const endpoint_setting where = endpoint_of(port);
        const auto& ours = here.odmr.sendmail_control;
        if (where.port == 0 || std::ranges::find(ours, where) != ours.end())
            continue;
        try {
            const std::string answer = ask_etrn(where);
            if (!answer.starts_with("25") && !answer.starts_with("458"))
                continue;
            out.error(label_of(port) + " takes ETRN: whoever can reach it can start queue runs.",
                      in_sendmail_mc("add M=E to its DAEMON_OPTIONS"));
        } catch (const std::exception& problem) {
            out.warning(label_of(port) + " could not be asked whether it takes ETRN: " + problem.what() +
                        ".");
        }
        well = false;
    }
    if (well)
        out.ok("No other port takes ETRN.");
}

}  // namespace odmr::sendmail
