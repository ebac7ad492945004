// check - the table of points, and what they share.
#include "postfix/check.hpp"

#include "postfix/check/points.hpp"

#include <utility>

namespace odmr::postfix
{

namespace
{

struct point {
    std::string_view name;
    void (*look)(const surroundings&, report&);
};

constexpr point points[] = {
    {"relay_domains", check_relay_domains},
    {"transport_maps", check_transport_maps},
    {"mydestination", check_other_classes},
    {"fast_flush_domains", check_fast_flush},

    {"odmr/unix", check_service},
    {"lmtp_send_xforward_command", check_xforward},
    {"lmtp_data_timeouts", check_time_limits},
    {"odmr_destination_recipient_limit", check_recipient_limit},
    {"odmr_destination_concurrency_limit", check_concurrency},
    {"odmr_initial_destination_concurrency", check_initial_concurrency},
    {"process_limit", check_process_limit},
    {"defer_transports", check_defer_transports},
    {"qmgr_message_active_limit", check_active_limit},

    {"socket_dir", check_socket_dir},

    {"smtpd_recipient_restrictions", check_recipient_restrictions},
    {"smtpd_end_of_data_restrictions", check_end_of_data_restrictions},
    {"check_policy_service", check_policy_options},
    {"policy server", check_policy_server},
    {"content_filter", check_content_filter},

    {"maximal_queue_lifetime", check_maximal_lifetime},
    {"bounce_queue_lifetime", check_bounce_lifetime},
    {"delay_warning_time", check_delay_warning},

    {"virtual_alias_maps", check_virtual_aliases},
    {"canonical_maps", check_canonical},
    {"recipient_canonical_maps", check_recipient_canonical},
    {"bcc", check_bcc},

    {"postfix_command_dir", check_queue_commands},
    {"authorized_mailq_users", check_mailq_users},
    {"authorized_flush_users", check_flush_users},
    {"enable_long_queue_ids", check_queue_ids},
};

}  // namespace

remedy in_main_cf(const std::string& parameter, const std::string& value)
{
    return {remedy::place::main_cf, parameter + " = " + value};
}

remedy in_master_cf(std::string lines)
{
    return {remedy::place::master_cf, std::move(lines)};
}

std::string own_table(const settings& s, const std::string& name)
{
    return s.postfix_map_type + ":" + s.postfix_maps_dir + "/" + name;
}

std::vector<finding> check_postfix(const settings& s, const check_subject& subject)
{
    const configuration postfix = configuration::read(s);
    const surroundings here{s, subject, postfix};
    std::vector<finding> findings;
    report out(findings);
    for (const point& p : points) {
        out.begin(p.name);
        p.look(here, out);
    }
    return findings;
}

}  // namespace odmr::postfix
