// points - the single points of check.hpp, each a function that looks at one thing and reports it. The table
// in check.cpp names them all.
#pragma once

#include "core/check_report.hpp"
#include "postfix/check.hpp"
#include "postfix/configuration.hpp"

#include <string>

namespace odmr::postfix
{

/// What a point may look at.
struct surroundings {
    const settings& odmr;
    const check_subject& subject;
    const configuration& postfix;
};

/// "parameter = value" for main.cf.
remedy in_main_cf(const std::string& parameter, const std::string& value);
remedy in_master_cf(std::string lines);

/// "tables" written by odmrctl maps, as main.cf has to name them: "hash:/etc/postfix/odmr/transport".
std::string own_table(const settings& s, const std::string& name);

// tables.cpp: where the customers' domains stand
void check_relay_domains(const surroundings& here, report& out);
void check_transport_maps(const surroundings& here, report& out);
void check_other_classes(const surroundings& here, report& out);
void check_fast_flush(const surroundings& here, report& out);

// transport.cpp: the service odmr of master.cf, and what limits it
void check_service(const surroundings& here, report& out);
void check_xforward(const surroundings& here, report& out);
void check_time_limits(const surroundings& here, report& out);
void check_recipient_limit(const surroundings& here, report& out);
void check_concurrency(const surroundings& here, report& out);
void check_initial_concurrency(const surroundings& here, report& out);
void check_process_limit(const surroundings& here, report& out);
void check_defer_transports(const surroundings& here, report& out);
void check_active_limit(const surroundings& here, report& out);

// sockets.cpp: what Postfix connects to
void check_socket_dir(const surroundings& here, report& out);
void check_policy_server(const surroundings& here, report& out);

// policy.cpp: whether the policy is asked about every recipient
void check_recipient_restrictions(const surroundings& here, report& out);
void check_end_of_data_restrictions(const surroundings& here, report& out);
void check_policy_options(const surroundings& here, report& out);
void check_content_filter(const surroundings& here, report& out);

// lifetimes.cpp: how long mail may wait
void check_maximal_lifetime(const surroundings& here, report& out);
void check_bounce_lifetime(const surroundings& here, report& out);
void check_delay_warning(const surroundings& here, report& out);

// rewriting.cpp: whether mail accepted for a customer is still for that customer when it is queued
void check_virtual_aliases(const surroundings& here, report& out);
void check_canonical(const surroundings& here, report& out);
void check_recipient_canonical(const surroundings& here, report& out);
void check_bcc(const surroundings& here, report& out);

// commands.cpp: what odmrd runs, and whether it may
void check_queue_commands(const surroundings& here, report& out);
void check_mailq_users(const surroundings& here, report& out);
void check_flush_users(const surroundings& here, report& out);
void check_queue_ids(const surroundings& here, report& out);

}  // namespace odmr::postfix
