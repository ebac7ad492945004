// points - the single points of check.hpp, each a function that looks at one thing and reports it. The table
// in check.cpp names them all.
#pragma once

#include "core/check_report.hpp"
#include "queue/run_program.hpp"
#include "sendmail/cf_file.hpp"

#include <string>
#include <vector>

namespace odmr::sendmail
{

/// How the machine calls itself, and by which names the resolver knows it, if at all.
struct host_names {
    std::string own;
    std::vector<std::string> known;
};

/// What a point may look at.
struct surroundings {
    const settings& odmr;
    const check_subject& subject;
    const cf_file& sendmail;
    host_names machine;
};

/// Lines of sendmail.mc; sendmail.cf has to be made anew from it, and Sendmail restarted.
remedy in_sendmail_mc(std::string lines);

/// The name that odmr.m4 gives to the mailer and to the filter.
inline constexpr const char* own_name = "odmr";

/// sendmail(8) of the instance that keeps customers' mail. launcher: words to put in front of it.
program_output run_sendmail(const settings& s, const std::vector<std::string>& arguments,
                            std::string input = {}, std::vector<std::string> launcher = {});

// host_name.cpp: why every command of Sendmail may be slow
host_names names_of_this_machine();
void check_host_name(const surroundings& here, report& out);

// mailer.cpp: how customers' mail waits, and is handed over
void check_mailer(const surroundings& here, report& out);
void check_mailer_address(const surroundings& here, report& out);
void check_queue_group(const surroundings& here, report& out);
void check_runners(const surroundings& here, report& out);
void check_load(const surroundings& here, report& out);

// tables.cpp: the customers' domains
void check_mailertable(const surroundings& here, report& out);
void check_access(const surroundings& here, report& out);
void check_routes(const surroundings& here, report& out);
void check_canonify(const surroundings& here, report& out);

// ports.cpp: who may say ETRN
/// False of one that listens for ETRN and for nothing else: another Sendmail shares the work.
bool takes_mail_in(const surroundings& here);
void check_control_port(const surroundings& here, report& out);
void check_other_ports(const surroundings& here, report& out);

// sockets.cpp: what Sendmail connects to
void check_lmtp_socket(const surroundings& here, report& out);
void check_filter(const surroundings& here, report& out);
void check_filter_socket(const surroundings& here, report& out);

// lifetimes.cpp: how long mail may wait
void check_lifetime(const surroundings& here, report& out);
void check_delay_warning(const surroundings& here, report& out);

// commands.cpp: what odmrd runs, and whether it may
void check_listing(const surroundings& here, report& out);

}  // namespace odmr::sendmail
