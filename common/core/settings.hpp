// settings - every configuration parameter of the provider's programs as a value, after checking.
//
// The one table that names, explains, limits and fills these members is core/parameters.cpp; the parser, the
// man page, the example file and --print-config are made from it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace odmr
{

using seconds = std::chrono::seconds;

/// Where a listener binds: a numeric address and a port (0 = any free port).
struct endpoint_setting {
    std::string address;
    std::uint16_t port = 0;

    friend bool operator==(const endpoint_setting&, const endpoint_setting&) = default;
};

enum class log_target { stderr_stream, syslog };
enum class log_level { debug, info, warning, error };
enum class tls_version { tls1_2, tls1_3 };
/// What becomes of 8-bit content for a server that does not offer 8BITMIME.
enum class eight_bit_content { pass, refuse, convert };
/// The mail system that keeps the queue.
enum class mail_system { postfix, sendmail };

struct settings {
    // who we are, where we listen
    std::string hostname;
    std::string banner;
    std::vector<endpoint_setting> listen;
    std::vector<endpoint_setting> listen_tls;
    std::string user;

    // customers
    std::string database;
    seconds linger{};
    std::uint64_t max_waiting_messages = 0;  ///< per customer; 0 = no limit
    std::uint64_t max_waiting_size = 0;      ///< octets per customer; 0 = no limit
    seconds hold_time{};                     ///< 0 = nothing is put on hold

    // TLS and AUTH
    std::string tls_certificate;
    std::string tls_key;
    tls_version tls_minimum_version{};
    bool require_tls = false;
    bool cram_md5 = true;
    std::uint64_t auth_attempts = 0;  ///< per session
    seconds auth_delay{};             ///< after the first failure, doubled with each further one
    seconds auth_delay_max{};

    // limits of the front end
    std::uint64_t max_sessions = 0;
    std::uint64_t max_sessions_per_address = 0;
    std::uint64_t max_sessions_per_customer = 0;
    std::uint64_t max_line = 0;      ///< octets
    std::uint64_t max_commands = 0;  ///< per session, before ATRN
    std::uint64_t max_errors = 0;    ///< per session, before ATRN
    seconds command_timeout{};       ///< for a whole command
    seconds session_limit{};         ///< 0 = none

    // after the turn (RFC 5321 4.5.3.2)
    seconds greeting_timeout{};
    seconds mail_timeout{};
    seconds rcpt_timeout{};
    seconds data_init_timeout{};
    seconds data_block_timeout{};
    seconds data_done_timeout{};
    seconds quit_timeout{};
    seconds noop_interval{};  ///< an idle session is probed with NOOP
    seconds noop_timeout{};
    seconds tcp_user_timeout{};
    seconds stall_timeout{};              ///< 0 = none
    std::uint64_t pipeline_messages = 0;  ///< on the wire without their final reply
    std::uint64_t pipeline_size = 0;      ///< octets of them
    seconds shutdown_grace{};

    // from the host MTA
    mail_system host{};
    std::string socket_dir;               ///< Postfix: one socket for each domain online
    std::string lmtp_socket;              ///< Sendmail: one for all domains, always there
    std::uint64_t lmtp_size_limit = 0;    ///< octets of a message by lmtp_socket; 0 = no limit
    std::uint64_t lmtp_connections = 0;   ///< per domain; by lmtp_socket, in all
    std::uint64_t max_open_messages = 0;  ///< per customer
    std::uint64_t max_recipients = 0;     ///< per transaction
    std::uint64_t content_buffer = 0;     ///< octets per transaction
    seconds lmtp_timeout{};
    eight_bit_content eight_bit{};
    std::string policy_socket;  ///< path of the policy server's socket; may be empty
    std::vector<endpoint_setting> policy_listen;
    std::uint64_t window_messages = 0;  ///< let go from hold and not yet delivered, for all customers
    std::uint64_t window_size = 0;      ///< octets
    seconds reconcile_interval{};

    // the administrator's tool
    std::string control_socket;  ///< path; may be empty
    std::string control_group;

    // Postfix
    std::string postfix_config_dir;
    std::string postfix_command_dir;
    std::string postfix_maps_dir;
    std::string postfix_map_type;

    // Sendmail
    std::string sendmail_command;
    std::string sendmail_config;                     ///< empty: the one Sendmail takes by itself
    std::string sendmail_queue_group;                ///< empty: the instance has only customers' mail
    std::vector<endpoint_setting> sendmail_control;  ///< one: where ETRN is taken
    std::string sendmail_maps_dir;
    std::string sendmail_map_type;
    std::string sendmail_makemap;

    // the host MTA's commands
    seconds queue_command_timeout{};
    seconds atrn_listing_timeout{};

    // log
    log_target log_to{};
    log_level log_level_{};
};

}  // namespace odmr
