// parameters - the table itself; what is done with a row is in parameter_values.cpp.
#include "core/parameters.hpp"

#include <algorithm>
#include <iterator>

namespace odmr
{

namespace
{

constexpr std::uint64_t minute = 60;
constexpr std::uint64_t hour = 60 * minute;
constexpr std::uint64_t day = 24 * hour;
constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t gib = kib * kib * kib;

constexpr value_rule text{value_type::text, 0, 200};
constexpr value_rule word{value_type::word, 0, 255};
constexpr value_rule path{value_type::path, 1};
constexpr value_rule optional_path{value_type::path, 0};
constexpr value_rule yes_or_no{value_type::boolean};
constexpr value_rule endpoints{value_type::endpoints};

constexpr value_rule count(std::uint64_t min, std::uint64_t max)
{
    return {value_type::count, min, max};
}

constexpr value_rule octets(std::uint64_t min, std::uint64_t max)
{
    return {value_type::octets, min, max};
}

constexpr value_rule duration(std::uint64_t min, std::uint64_t max)
{
    return {value_type::duration, min, max};
}

constexpr value_rule one_of(std::string_view words)
{
    return {value_type::choice, 0, 0, words};
}

constexpr std::string_view listeners = "Name and listeners";
constexpr std::string_view customers = "Customers";
constexpr std::string_view security = "TLS and authentication";
constexpr std::string_view front_end = "Limits before the turn";
constexpr std::string_view after_turn = "Time limits after the turn";
constexpr std::string_view from_mta = "Mail from the mail system";
constexpr std::string_view tool = "odmrctl";
constexpr std::string_view postfix = "Postfix";
constexpr std::string_view sendmail = "Sendmail";
constexpr std::string_view commands = "Commands of the mail system";
constexpr std::string_view logging = "Log";

// clang-format off
constexpr parameter table[] = {
{"hostname", listeners, &settings::hostname, word, "",
 "The name odmrd gives itself in its greeting, in its replies, in LMTP and in the EHLO it sends to the customer after the "
 "turn. When it is empty, the name of the machine is used."},
{"banner", listeners, &settings::banner, text, "ODMR service ready",
 "The words that follow the host name in the greeting, for people who look at the connection. Programs ignore them."},
{"listen", listeners, &settings::listen, endpoints, "0.0.0.0:366, [::]:366",
 "The addresses and ports where customers connect in the clear and may then turn on TLS with STARTTLS. Port 366 is the one "
 "registered for on-demand mail relay (RFC 2645 section 4). Names are not looked up: give numeric addresses, IPv6 ones in "
 "brackets. Port 0 takes any free port, which is useful for tests only."},
{"listen_tls", listeners, &settings::listen_tls, endpoints, "",
 "The addresses and ports where TLS begins at once, without STARTTLS. No port is registered for this, so agree on one with "
 "your customers. fetchmail needs it for TLS, because it knows no STARTTLS here. It needs tls_certificate and tls_key. When "
 "it is empty, there is no such listener."},
{"user", listeners, &settings::user, word, "",
 "The account odmrd changes to once it has bound its ports, when it was started as root. It must be allowed to read the "
 "customer database and to write in socket_dir. When it is empty, odmrd stays the user it was started as."},

{"database", customers, &settings::database, path, "/var/lib/odmr/customers.db",
 "The SQLite database that holds customers, their domains and their secrets. odmrctl creates it and fills it; odmrd only "
 "reads it. The account that user names should own its directory, because SQLite keeps files beside it; nobody else but root "
 "should be able to read it."},
{"linger", customers, &settings::linger, duration(0, 365 * day), "5s",
 "How long a session stays open when all waiting mail has been delivered. Mail that arrives meanwhile is delivered at once. "
 "With 0 the session ends as soon as nothing is left. A customer may have a value of its own, set with odmrctl."},
{"max_waiting_messages", customers, &settings::max_waiting_messages, count(0, 100'000'000), "0",
 "How many messages may wait for a customer. When there are as many, further mail is refused with 452 at RCPT, so that its "
 "sender keeps it. With 0 there is no limit. A customer may have a value of its own, set with odmrctl."},
{"max_waiting_size", customers, &settings::max_waiting_size, octets(0, kib * gib), "0",
 "How large all the mail that waits for a customer may be together. What would exceed it is refused with 452 at RCPT. With 0 "
 "there is no limit. A customer may have a value of its own, set with odmrctl."},
{"hold_time", customers, &settings::hold_time, duration(0, 365 * day), "13d",
 "How long mail for a customer who does not come stays on hold. Then it is let go, and the mail system returns it to its "
 "sender when its own time is up. It is never longer than the mail system's queue lifetimes less one day, whatever stands "
 "here, because mail that is let go later could be returned at the first attempt that fails. With 0 nothing is put on hold: "
 "mail waits in the mail system's deferred queue. A customer may have a value of its own, set with odmrctl."},

{"tls_certificate", security, &settings::tls_certificate, optional_path, "",
 "The file with the certificate of this server in PEM form, followed by the intermediate certificates. With it, STARTTLS is "
 "offered. When it is empty, there is no TLS and the mechanisms PLAIN and LOGIN are not offered."},
{"tls_key", security, &settings::tls_key, optional_path, "",
 "The file with the private key that belongs to tls_certificate, in PEM form. It may be the same file. The account that user "
 "names must be able to read it."},
{"tls_minimum_version", security, &settings::tls_minimum_version, one_of("TLSv1.2 TLSv1.3"), "TLSv1.2",
 "The oldest version of TLS a customer may use. Older versions than TLSv1.2 are never spoken."},
{"require_tls", security, &settings::require_tls, yes_or_no, "no",
 "With yes, a customer must turn on TLS before it may authenticate or ask for mail. Customers that cannot do TLS then get no "
 "mail at all."},
{"cram_md5", security, &settings::cram_md5, yes_or_no, "yes",
 "Whether the mechanism CRAM-MD5 is offered. RFC 2645 section 5.1.2 requires that it can be, and some clients, fetchmail "
 "among them, know no other; but it needs a secret in the database that is as good as the password. A site whose customers "
 "all use SCRAM, or PLAIN under TLS, should turn it off."},
{"auth_attempts", security, &settings::auth_attempts, count(1, 100), "3",
 "How many times a customer may fail to authenticate in one session. After the last failure the connection is closed."},
{"auth_delay", security, &settings::auth_delay, duration(0, hour), "1s",
 "How long the answer to the first failed attempt is delayed. Each further failure from the same address or for the same "
 "account doubles the delay, up to auth_delay_max."},
{"auth_delay_max", security, &settings::auth_delay_max, duration(0, hour), "1min",
 "The longest delay of an answer to a failed attempt to authenticate."},

{"max_sessions", front_end, &settings::max_sessions, count(1, 100000), "1000",
 "How many customers may be connected at the same time. Whoever comes when all places are taken is told so with 421 and may "
 "try later."},
{"max_sessions_per_address", front_end, &settings::max_sessions_per_address, count(1, 100000), "20",
 "How many sessions may come from one address at the same time. Customers behind the same address translator share it."},
{"max_sessions_per_customer", front_end, &settings::max_sessions_per_customer, count(1, 1000), "4",
 "How many sessions of one customer may be served at the same time. They share the customer's mail."},
{"max_line", front_end, &settings::max_line, octets(512, 64 * kib), "12K",
 "The longest command line that is accepted, with its line end. RFC 4954 section 4 asks for 12288 octets so that long AUTH "
 "exchanges fit; a list of many domains after ATRN also needs room."},
{"max_commands", front_end, &settings::max_commands, count(10, 100000), "100",
 "How many commands a session may use before ATRN. After the last one the session is ended with 421."},
{"max_errors", front_end, &settings::max_errors, count(1, 100000), "20",
 "How many commands of a session may be refused before ATRN. After the last one the session is ended with 421."},
{"command_timeout", front_end, &settings::command_timeout, duration(1, hour), "5min",
 "How long odmrd waits for a command that is complete. The time runs for the whole command and is not prolonged by single "
 "octets. RFC 5321 section 4.5.3.2.7 asks for at least 5 minutes."},
{"session_limit", front_end, &settings::session_limit, duration(0, 365 * day), "0",
 "The longest time a session may last in all, before and after the turn. With 0 there is no limit."},

{"greeting_timeout", after_turn, &settings::greeting_timeout, duration(1, hour), "5min",
 "How long the greeting of the customer's server may take after ATRN, and the answer to EHLO after it (RFC 5321 section "
 "4.5.3.2.1)."},
{"mail_timeout", after_turn, &settings::mail_timeout, duration(1, hour), "5min",
 "How long the customer's server may take to answer MAIL (RFC 5321 section 4.5.3.2.2)."},
{"rcpt_timeout", after_turn, &settings::rcpt_timeout, duration(1, hour), "5min",
 "How long the customer's server may take to answer RCPT (RFC 5321 section 4.5.3.2.3)."},
{"data_init_timeout", after_turn, &settings::data_init_timeout, duration(1, hour), "2min",
 "How long the customer's server may take to answer DATA (RFC 5321 section 4.5.3.2.4)."},
{"data_block_timeout", after_turn, &settings::data_block_timeout, duration(1, hour), "3min",
 "How long the line may take to accept one block of a message (RFC 5321 section 4.5.3.2.5)."},
{"data_done_timeout", after_turn, &settings::data_done_timeout, duration(1, hour), "10min",
 "How long the customer's server may take to answer the end of a message (RFC 5321 section 4.5.3.2.6). When this is too "
 "short, messages that were accepted are delivered again."},
{"quit_timeout", after_turn, &settings::quit_timeout, duration(1, hour), "30s",
 "How long odmrd waits for the answer to QUIT before it closes the connection. No mail depends on it."},
{"noop_interval", after_turn, &settings::noop_interval, duration(1, day), "4min",
 "How often a session that waits for new mail is probed with NOOP. Mail servers commonly end a session that is idle for 5 "
 "minutes, and count too many NOOPs as misuse: keep it just below the idle limit of your customers' servers."},
{"noop_timeout", after_turn, &settings::noop_timeout, duration(1, hour), "30s",
 "How long the answer to that NOOP may take. A session is also probed when the same customer connects anew: if the line "
 "behind it is dead, the old session ends after this time."},
{"tcp_user_timeout", after_turn, &settings::tcp_user_timeout, duration(0, day), "1min",
 "How long data may stay unacknowledged by the customer's machine before the connection counts as dead (RFC 5482). With 0 "
 "the operating system decides, which can take a quarter of an hour."},
{"stall_timeout", after_turn, &settings::stall_timeout, duration(0, hour), "1min",
 "How long a session that holds more than 5 messages may make no progress: no reply comes, and the customer's machine "
 "acknowledges no octet. Then it is given up and its messages stay in the queue, because each of them keeps one of the mail "
 "system's delivery processes from other customers. From then on the customer gets no more than 5 messages at a time, for "
 "which only the limits above count, until all its mail is through. With 0 there is no such limit."},
{"pipeline_messages", after_turn, &settings::pipeline_messages, count(1, 10000), "100",
 "How many messages may be on the line to a customer without the final reply, when its server offers PIPELINING and CHUNKING. "
 "A long line then carries that many messages in each round trip; when it breaks, the customer may get as many of them twice. "
 "With PIPELINING alone there are never more than two. With 1, each message waits for the reply to the one before."},
{"pipeline_size", after_turn, &settings::pipeline_size, octets(64 * kib, kib * gib), "8M",
 "How large these messages may be together. A single message may be larger."},
{"shutdown_grace", after_turn, &settings::shutdown_grace, duration(0, hour), "10s",
 "When odmrd is stopped, messages under way get this time to be finished. What is not finished then stays in the queue of "
 "the mail system and is delivered in the next session."},

{"mail_system", from_mta, &settings::host, one_of("postfix sendmail"), "postfix",
 "The mail system of this machine, whose queue keeps the mail of customers that are not connected."},
{"socket_dir", from_mta, &settings::socket_dir, path, "/var/spool/postfix/odmr",
 "Only with Postfix: the directory where odmrd listens for mail of the customers that are connected: one socket "
 "for each domain, named like the domain. It lies inside Postfix's queue directory, so that delivery processes in a chroot "
 "find it too."},
{"lmtp_socket", from_mta, &settings::lmtp_socket, path, "/run/odmr/lmtp",
 "Only with Sendmail: the socket where odmrd takes the mail of all customers. It is there as long as odmrd runs, and the mailer "
 "odmr of sendmail.cf must name it. Neither it nor its directory may be writable for others, or Sendmail refuses to use it."},
{"lmtp_size_limit", from_mta, &settings::lmtp_size_limit, octets(0, kib * gib), "0",
 "Only with Sendmail: the size that is announced to it as the largest a message may have. A larger one is returned to its "
 "sender (552 5.3.4). With 0 there is none, and what counts is what each customer's server takes."},
{"lmtp_connections", from_mta, &settings::lmtp_connections, count(1, 10000), "1000",
 "How many connections of the mail system are served at the same time for one domain, or with Sendmail for all. It should be well above the number of "
 "messages the mail system sends to a domain at once, with Postfix odmr_destination_concurrency_limit, because it keeps "
 "connections for a while after they were used."},
{"max_open_messages", from_mta, &settings::max_open_messages, count(5, 10000), "150",
 "How many messages of one customer may be under way at the same time, for all its domains and sessions together. Each keeps "
 "one of the mail system's delivery processes busy until the customer's server has answered, so keep it well below the number "
 "of those, with Postfix the process limit of the service odmr in master.cf. What exceeds it is deferred by the mail system "
 "and delivered later in the same session."},
{"max_recipients", from_mta, &settings::max_recipients, count(100, 100000), "1000",
 "How many recipients one transaction may have. RFC 5321 section 4.5.3.1.8 asks for at least 100. It should not be smaller "
 "than the limit of the mail system, with Postfix odmr_destination_recipient_limit."},
{"content_buffer", from_mta, &settings::content_buffer, octets(4 * kib, gib), "256K",
 "How much of a message is kept in memory while it is passed on. Larger messages stream through at the speed of the "
 "customer's line, so memory does not grow with the size of a message."},
{"lmtp_timeout", from_mta, &settings::lmtp_timeout, duration(1, day), "10min",
 "How long odmrd waits for the mail system to send the next command or the next part of a message."},
{"eight_bit_content", from_mta, &settings::eight_bit, one_of("pass refuse convert"), "pass",
 "What becomes of a message with 8-bit content when the customer's server does not offer 8BITMIME. With pass it is sent as it "
 "is: nearly every server takes it all the same. With refuse it is returned to its sender (554 5.6.3). With convert the mail "
 "system is left to convert it to quoted-printable, as RFC 6152 section 3 has it; that breaks its DKIM signatures."},
{"policy_socket", from_mta, &settings::policy_socket, optional_path, "/var/spool/postfix/odmr/policy",
 "The socket where odmrd answers the questions of Postfix's check_policy_service: whether a recipient is taken, and whether a "
 "message is put on hold until its customer comes. It should lie in socket_dir. When it is empty, there is no such socket."},
{"policy_listen", from_mta, &settings::policy_listen, endpoints, "",
 "Addresses and ports where the same questions are answered over TCP, for a mail system that cannot reach the socket. "
 "Whoever connects may have odmrd remember messages as held, so give loopback addresses only. When it is empty, there is no "
 "such listener."},
{"window_messages", from_mta, &settings::window_messages, count(5, 1'000'000), "5000",
 "How many messages that were let go from hold may be on their way to customers at the same time, for all customers together. "
 "Each customer gets as many as its line delivers in about two seconds. Keep it well below Postfix's "
 "qmgr_message_active_limit, so that everybody else's mail keeps moving."},
{"window_size", from_mta, &settings::window_size, octets(64 * kib, kib * gib), "512M",
 "How large the messages may be together that were let go from hold and are on their way. A single message may be larger."},
{"reconcile_interval", from_mta, &settings::reconcile_interval, duration(1, day), "10min",
 "How often odmrd compares what it knows of waiting mail with a listing of the mail system's queue. It finds mail that came "
 "by ways odmrd does not see, and lets go of mail that has been on hold for too long."},

{"control_socket", tool, &settings::control_socket, optional_path, "/run/odmr/control",
 "The socket where odmrd answers odmrctl. Its directory is made when it is missing. When it is empty, there is none, and the "
 "commands of odmrctl that ask the daemon do not work."},
{"control_group", tool, &settings::control_group, word, "",
 "The group whose members may use the control socket, besides root and the account that user names. When it is empty, nobody "
 "else may."},

{"postfix_config_dir", postfix, &settings::postfix_config_dir, path, "/etc/postfix",
 "The configuration directory of the Postfix instance that holds the mail."},
{"postfix_command_dir", postfix, &settings::postfix_command_dir, path, "/usr/sbin",
 "The directory with Postfix's commands, such as postqueue, postsuper and postmap."},
{"postfix_maps_dir", postfix, &settings::postfix_maps_dir, path, "/etc/postfix/odmr",
 "The directory where odmrctl maps writes the tables of domains that main.cf refers to."},
{"postfix_map_type", postfix, &settings::postfix_map_type, one_of("hash lmdb btree cdb"), "hash",
 "The type of these tables. Your Postfix must support it; postconf -m lists what it knows."},

{"sendmail_command", sendmail, &settings::sendmail_command, path, "/usr/sbin/sendmail",
 "The command of Sendmail that lists the queue. It must be the one of the instance that keeps customers' mail."},
{"sendmail_config", sendmail, &settings::sendmail_config, optional_path, "",
 "The configuration file of the Sendmail that keeps customers' mail. When it is empty, it is the one that Sendmail takes by "
 "itself, /etc/mail/sendmail.cf. With another one the command lists the queue without its own privileges, so the account that "
 "user names must be able to read it, as a member of the queue's group."},
{"sendmail_queue_group", sendmail, &settings::sendmail_queue_group, word, "odmr",
 "The queue group in which customers' mail waits. When it is empty, everything in that Sendmail's queue is customers' mail, as "
 "with a second instance that has no other."},
{"sendmail_control", sendmail, &settings::sendmail_control, endpoints, "127.0.0.1:10025",
 "The address and port of Sendmail where ETRN (RFC 1985) makes it deliver a customer's mail. It must be a loopback address: "
 "whoever may say ETRN there can start queue runs."},
{"sendmail_maps_dir", sendmail, &settings::sendmail_maps_dir, path, "/etc/mail",
 "The directory of the tables mailertable and access, in which odmrctl maps keeps the customers' domains."},
{"sendmail_map_type", sendmail, &settings::sendmail_map_type, one_of("hash btree cdb"), "hash",
 "The type of these tables, as sendmail.mc has it."},
{"sendmail_makemap", sendmail, &settings::sendmail_makemap, path, "/usr/sbin/makemap",
 "The command that compiles these tables when odmrctl maps has written them."},

{"queue_command_timeout", commands, &settings::queue_command_timeout, duration(1, hour), "30s",
 "How long a command of the mail system may run before odmrd gives it up. No mail is lost by that; the queue is asked again."},
{"atrn_listing_timeout", commands, &settings::atrn_listing_timeout, duration(0, 10 * minute), "3s",
 "How long the answer to ATRN may wait for the listing of the queue that tells whether there is mail. When it takes longer, "
 "the answer is 250, as if there were some. Customers wait for at least 10 minutes (RFC 2645 section 5.2.1)."},

{"log_to", logging, &settings::log_to, one_of("stderr syslog"), "syslog",
 "Where the log goes: to syslog with the facility mail, or to the standard error output with a time stamp."},
{"log_level", logging, &settings::log_level_, one_of("debug info warning error"), "info",
 "The least important lines that are written. With debug, the commands and replies of each session are written too."},
};
// clang-format on

}  // namespace

std::span<const parameter> parameters()
{
    return table;
}

const parameter* find_parameter(std::string_view name)
{
    const auto* const row =
        std::find_if(std::begin(table), std::end(table),
                     [name](const parameter& candidate) { return candidate.name == name; });
    return row == std::end(table) ? nullptr : row;
}

}  // namespace odmr
