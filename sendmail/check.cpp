// check - the table of points, and what they share.
#include "sendmail/check.hpp"

#include "sendmail/check/points.hpp"

#include <string_view>
#include <utility>

namespace odmr::sendmail
{

namespace
{

struct point {
    std::string_view name;
    void (*look)(const surroundings&, report&);
};

constexpr point points[] = {
    {"host name", check_host_name},  // the others wait for commands of Sendmail

    {"mailer odmr", check_mailer},
    {"lmtp_socket", check_mailer_address},
    {"queue group", check_queue_group},
    {"runners", check_runners},
    {"RefuseLA", check_load},

    {"mailertable", check_mailertable},
    {"access", check_access},
    {"routes", check_routes},
    {"nocanonify", check_canonify},

    {"sendmail_control", check_control_port},
    {"DaemonPortOptions", check_other_ports},

    {"LMTP server", check_lmtp_socket},
    {"InputMailFilters", check_filter},
    {"odmr-milter", check_filter_socket},

    {"Timeout.queuereturn", check_lifetime},
    {"Timeout.queuewarn", check_delay_warning},

    {"sendmail_command", check_listing},
};

constexpr const char* usual_config = "/etc/mail/sendmail.cf";

}  // namespace

remedy in_sendmail_mc(std::string lines)
{
    return {remedy::place::sendmail_mc, std::move(lines)};
}

program_output run_sendmail(const settings& s, const std::vector<std::string>& arguments, std::string input,
                            std::vector<std::string> launcher)
{
    std::vector<std::string> words = std::move(launcher);
    words.push_back(s.sendmail_command);
    if (!s.sendmail_config.empty())
        words.insert(words.end(), {"-C", s.sendmail_config});
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run_program(std::move(words), s.queue_command_timeout, std::move(input));
}

std::vector<finding> check_sendmail(const settings& s, const check_subject& subject)
{
    const cf_file sendmail = cf_file::read(s.sendmail_config.empty() ? usual_config : s.sendmail_config);
    const surroundings here{s, subject, sendmail, names_of_this_machine()};
    std::vector<finding> findings;
    report out(findings);
    for (const point& p : points) {
        out.begin(p.name);
        p.look(here, out);
    }
    return findings;
}

}  // namespace odmr::sendmail
