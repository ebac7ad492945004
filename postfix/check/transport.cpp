// transport - the service odmr of master.cf, which is Postfix's LMTP client, and the limits it works under.
#include "core/units.hpp"
#include "postfix/check/points.hpp"
#include "postfix/lifetimes.hpp"
#include "postfix/maps.hpp"
#include "postfix/restriction_list.hpp"
#include "protocol/ascii.hpp"

#include <algorithm>
#include <cstdint>

namespace odmr::postfix
{

namespace
{

constexpr std::string_view transport = "odmr";

/// As postfix/master.cf.fragment has it.
constexpr const char* service_lines =
    "odmr      unix  -       -       n       -       300     lmtp\n"
    "    -o syslog_name=postfix/odmr\n"
    "    -o lmtp_send_xforward_command=yes\n"
    "    -o lmtp_data_init_timeout=1h\n"
    "    -o lmtp_data_xfer_timeout=1h\n"
    "    -o lmtp_data_done_timeout=2h";

const service* the_service(const surroundings& here)
{
    return here.postfix.find(transport, "unix");
}

/// Sets an option of the service in master.cf.
remedy with_option(const surroundings& here, const std::string& name, const std::string& value)
{
    return by_command("postconf -c " + here.odmr.postfix_config_dir + " -P odmr/unix/" + name + "=" + value);
}

remedy with_field(const surroundings& here, const std::string& name, const std::string& value)
{
    return by_command("postconf -c " + here.odmr.postfix_config_dir + " -F odmr/unix/" + name + "=" + value);
}

/// lmtp(8): these are in seconds when no unit is given.
std::optional<seconds> time_limit_of(const std::string& value)
{
    return parse_lifetime(!value.empty() && is_digit(value.back()) ? value + "s" : value);
}

}  // namespace

/// transport(5): the transport table sends the customers' mail to this service.
void check_service(const surroundings& here, report& out)
{
    const service* const odmr = the_service(here);
    if (!odmr) {
        out.error("master.cf has no service \"odmr\" of type unix: mail for customers cannot be sent.",
                  in_master_cf(service_lines));
        return;
    }
    if (odmr->program != "lmtp") {
        out.error("The service odmr runs \"" + odmr->program + "\", but odmrd speaks LMTP.",
                  with_field(here, "command", "lmtp"));
        return;
    }
    const bool below_queue =
        !path_for_postfix(here.odmr.socket_dir, here.postfix.value("queue_directory")).starts_with('/');
    if (here.postfix.chrooted(*odmr) && !below_queue) {
        out.error(
            "The service odmr runs in a chroot, and socket_dir is not below queue_directory: it does not"
            " find the sockets.",
            with_field(here, "chroot", "n"));
        return;
    }
    out.ok("master.cf has the service odmr, an LMTP client.");
}

/// XFORWARD_README: with it odmrd hears the queue id.
void check_xforward(const surroundings& here, report& out)
{
    const std::string parameter = "lmtp_send_xforward_command";
    const service* const odmr = the_service(here);
    if (!odmr)
        out.error("There is no service odmr to send XFORWARD.");
    else if (here.postfix.value(*odmr, parameter) != "yes")
        out.error(
            "odmrd does not hear the queue ids of the mail that comes, and cannot tell what has come and"
            " what still waits.",
            with_option(here, parameter, "yes"));
    else
        out.ok("odmrd hears the queue ids of the mail that comes.");
}

/// odmrd accepts a message at once and answers when the customer's line has had its turn.
void check_time_limits(const surroundings& here, report& out)
{
    struct limit {
        const char* parameter;
        const char* least;
    };
    constexpr limit limits[] = {
        {"lmtp_data_init_timeout", "1h"}, {"lmtp_data_xfer_timeout", "1h"}, {"lmtp_data_done_timeout", "2h"}};
    const service* const odmr = the_service(here);
    if (!odmr) {
        out.error("There is no service odmr to have time limits.");
        return;
    }
    bool well = true;
    for (const limit& row : limits) {
        const std::string& value = here.postfix.value(*odmr, row.parameter);
        if (time_limit_of(value).value_or(seconds(0)) >= *time_limit_of(row.least))
            continue;
        well = false;
        out.warning(std::string(row.parameter) + " is " + value +
                        ": Postfix may give up a message that waits for its turn on the customer's line, and"
                        " send it again although it arrives.",
                    with_option(here, row.parameter, row.least));
    }
    if (well)
        out.ok("Postfix waits for as long as a message may wait for its turn.");
}

/// One transaction for each so many recipients; each costs the customer the whole content.
void check_recipient_limit(const surroundings& here, report& out)
{
    constexpr std::uint64_t enough = 100;
    const std::string parameter = "odmr_destination_recipient_limit";
    const std::uint64_t limit = here.postfix.number(parameter);
    const std::uint64_t most = here.odmr.max_recipients;
    if (limit < enough && limit != 0)
        out.warning("A message is sent to the customer again for every " + std::to_string(limit) +
                        " of its recipients.",
                    in_main_cf(parameter, std::to_string(most)));
    else if (limit == 0 || limit > most)
        out.warning(
            "Postfix offers more recipients at once than odmrd takes (max_recipients): the rest is"
            " deferred for a while.",
            in_main_cf(parameter, std::to_string(most)));
    else
        out.ok("Up to " + std::to_string(limit) + " recipients travel with one copy of a message.");
}

/// Each message on its way occupies a delivery process and a connection to odmrd.
void check_concurrency(const surroundings& here, report& out)
{
    constexpr std::uint64_t enough = 20;
    constexpr std::uint64_t recommended = 100;
    const std::string parameter = "odmr_destination_concurrency_limit";
    const std::uint64_t limit = here.postfix.number(parameter);
    const std::uint64_t open = here.odmr.max_open_messages;
    const std::uint64_t connections = here.odmr.lmtp_connections;
    const auto as_recommended = [&] {
        return in_main_cf(parameter, std::to_string(std::min({recommended, open, connections})));
    };
    if (limit == 0 || limit > connections)
        out.warning("Postfix may open more connections for a domain than odmrd serves (lmtp_connections).",
                    as_recommended());
    else if (limit > open)
        out.warning(
            "Postfix may send more messages to a domain at once than odmrd takes for a customer"
            " (max_open_messages): the rest is deferred for a while.",
            as_recommended());
    else if (limit < enough)
        out.warning("Only " + std::to_string(limit) +
                        " messages travel to a domain at the same time: with a round trip of 100 ms, no more"
                        " than " +
                        std::to_string(10 * limit) + " a second.",
                    as_recommended());
    else
        out.ok("Up to " + std::to_string(limit) + " messages travel to a domain at the same time.");
}

/// The number grows with success, but begins anew for each backlog. It is also how many connections in a row
/// must fail before Postfix stops trying the domain for a while.
void check_initial_concurrency(const surroundings& here, report& out)
{
    constexpr std::uint64_t enough = 10;
    const std::string parameter = "odmr_initial_destination_concurrency";
    const std::uint64_t initial = here.postfix.number(parameter);
    if (initial < enough)
        out.warning("The first messages to a customer travel only " + std::to_string(initial) +
                        " at a time, and as few failed connections make Postfix leave the domain alone for a"
                        " while.",
                    in_main_cf(parameter, "20"));
    else
        out.ok("A domain's first messages travel " + std::to_string(initial) + " at a time.");
}

/// The processes of the service are shared by all customers, and each is busy until its message is answered.
void check_process_limit(const surroundings& here, report& out)
{
    const service* const odmr = the_service(here);
    if (!odmr) {
        out.error("There is no service odmr to have processes.");
        return;
    }
    const std::string limit =
        odmr->process_limit == "-" ? here.postfix.value("default_process_limit") : odmr->process_limit;
    const std::uint64_t processes = parse_count(limit).value_or(0);
    const std::uint64_t each = here.odmr.max_open_messages;
    if (processes == 0 || processes >= 2 * each) {
        out.ok("There are processes for more than one busy customer.");
        return;
    }
    const std::string text = "The service odmr may have " + limit +
                             " processes, and one customer alone may occupy " +
                             std::to_string(std::min(each, processes)) + " of them (max_open_messages): ";
    if (processes <= each)
        out.error(text + "while its server does not answer, nobody else gets mail.",
                  with_field(here, "process_limit", std::to_string(2 * each)));
    else
        out.warning(text + "customers wait for each other.",
                    with_field(here, "process_limit", std::to_string(2 * each)));
}

/// qmgr(8): mail for these transports is deferred unless it is flushed, and mail let go from hold is not.
void check_defer_transports(const surroundings& here, report& out)
{
    const std::string parameter = "defer_transports";
    auto words = split_list(here.postfix.value(parameter));
    if (std::erase(words, std::string(transport)) == 0) {
        out.ok("The transport odmr is not among defer_transports.");
        return;
    }
    std::string rest;
    for (const std::string& word : words)
        rest += (rest.empty() ? "" : ", ") + word;
    out.error("Mail that is let go from hold for a customer who is there is deferred again.",
              in_main_cf(parameter, rest));
}

/// Everybody's mail on its way shares this number of places.
void check_active_limit(const surroundings& here, report& out)
{
    const std::uint64_t limit = here.postfix.number("qmgr_message_active_limit");
    const std::uint64_t window = here.odmr.window_messages;
    if (window * 2 <= limit) {
        out.ok("Mail let go from hold (window_messages = " + std::to_string(window) +
               ") takes up at most half of the active queue.");
        return;
    }
    const std::string text = "window_messages is " + std::to_string(window) +
                             " and qmgr_message_active_limit " + std::to_string(limit) +
                             ": mail let go from hold keeps everybody else's mail waiting.";
    out.add(window < limit ? check_state::warning : check_state::error, text,
            in_odmr_conf("window_messages", std::to_string(limit / 4)));
}

}  // namespace odmr::postfix
