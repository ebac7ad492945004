// mailer - the mailer odmr, to which the mailertable gives customers' mail, and the queue group where it
// waits.
#include "core/units.hpp"
#include "sendmail/check/points.hpp"

#include <filesystem>
#include <optional>
#include <thread>

namespace odmr::sendmail
{

namespace
{

namespace fs = std::filesystem;

constexpr const char* include_line = "include(`/etc/mail/odmr.m4')dnl";

/// Flags that something is wrong with or without; nothing when the mailer has the right ones.
struct flag_rule {
    char flag;
    bool wanted;
    check_state state;
    const char* otherwise;
};

constexpr flag_rule flag_rules[] = {
    {'z', true, check_state::error, "does not speak LMTP, which odmrd does"},
    {'%', true, check_state::error,
     "tries each message at arrival and in every queue run, and not only when its customer is there"},
    {'X', true, check_state::error, "does not double the dot that begins a line: content would be changed"},
    {'l', false, check_state::error,
     "passes for a local one: senders would be told that mail is delivered when the customer has only"
     " taken it over"},
    {'m', true, check_state::warning, "sends a message again for each recipient"},
    {'u', true, check_state::warning, "changes the local parts of addresses to lower case"},
    {'D', false, check_state::warning, "adds a Date where there is none, and a relay is to change nothing"},
    {'F', false, check_state::warning, "adds a From where there is none, and a relay is to change nothing"},
    {'M', false, check_state::warning,
     "adds a Message-ID where there is none, and a relay is to change nothing"},
};

/// Where customers' mail waits: Sendmail's own group, when the whole queue is theirs.
const equates* queue_group_in(const surroundings& here)
{
    const std::string& name = here.odmr.sendmail_queue_group;
    return here.sendmail.queue_group(name.empty() ? "mqueue" : name);
}

}  // namespace

/// Sendmail Installation and Operation Guide, 5.4.
void check_mailer(const surroundings& here, report& out)
{
    const equates* const odmr = here.sendmail.mailer(own_name);
    if (!odmr) {
        out.error("sendmail.cf has no mailer \"odmr\": mail for customers cannot be sent.",
                  in_sendmail_mc(include_line));
        return;
    }
    bool well = true;
    const std::string flags = odmr->value('F');
    for (const flag_rule& rule : flag_rules) {
        if ((flags.find(rule.flag) != std::string::npos) == rule.wanted)
            continue;
        well = false;
        out.add(rule.state,
                std::string("The mailer odmr is ") + (rule.wanted ? "without" : "with") + " the flag " +
                    rule.flag + " (F=" + flags + "), so it " + rule.otherwise + ".",
                in_sendmail_mc("F=muXz%"));
    }
    if (odmr->value('E') != "\\r\\n") {
        well = false;
        out.error("The mailer odmr ends lines with E=" + odmr->value('E') + ", but LMTP with CR LF.",
                  in_sendmail_mc("E=\\r\\n"));
    }
    if (well)
        out.ok("sendmail.cf has the mailer odmr, which speaks LMTP and waits until it is asked.");
}

/// Where it connects to.
void check_mailer_address(const surroundings& here, report& out)
{
    const equates* const odmr = here.sendmail.mailer(own_name);
    if (!odmr) {
        out.error("There is no mailer odmr to connect to odmrd.");
        return;
    }
    const std::string wanted = "FILE " + here.odmr.lmtp_socket;
    const std::string path = odmr->value('P');
    if (path != "[IPC]" || odmr->value('A') != wanted)
        out.error("The mailer odmr goes to P=" + path + ", A=" + odmr->value('A') +
                      ", but odmrd takes mail on " + here.odmr.lmtp_socket + ".",
                  in_sendmail_mc("define(`confODMR_SOCKET', `" + here.odmr.lmtp_socket + "')dnl"));
    else
        out.ok("The mailer odmr connects to " + here.odmr.lmtp_socket + ".");
}

/// Without one of its own, every queue run of everybody else's mail would read it.
void check_queue_group(const surroundings& here, report& out)
{
    const std::string& name = here.odmr.sendmail_queue_group;
    const equates* const odmr = here.sendmail.mailer(own_name);
    if (name.empty()) {
        out.ok("The whole queue of this Sendmail is customers' mail.");
        return;
    }
    const equates* const group = here.sendmail.queue_group(name);
    if (!group) {
        out.error("sendmail.cf has no queue group \"" + name + "\" (sendmail_queue_group).",
                  in_sendmail_mc(include_line));
        return;
    }
    if (odmr && odmr->value('Q') != name)
        out.error("The mailer odmr puts mail into the queue group \"" + odmr->value('Q') +
                      "\", but odmrd looks into \"" + name + "\".",
                  in_odmr_conf("sendmail_queue_group", odmr->value('Q')));
    const fs::path folder = group->value('P');
    std::error_code unseen;
    if (folder.filename().string().find('*') == std::string::npos && !fs::is_directory(folder, unseen))
        out.error(folder.string() + " is not there: Sendmail takes no mail for customers.",
                  by_command("install -d -o smmta -g smmsp -m 2750 " + folder.string()));
    else if (!odmr || odmr->value('Q') == name)
        out.ok("Customers' mail waits in " + folder.string() + ".");
}

/// ETRN passes a queue group by that has none.
void check_runners(const surroundings& here, report& out)
{
    const equates* const group = queue_group_in(here);
    const auto children = parse_count(here.sendmail.option("MaxQueueChildren"));
    if (!group) {
        out.ok("There is no queue group whose processes could be too few.");
        return;
    }
    const auto runners = parse_count(group->value('R'));
    if (runners == std::uint64_t{0})
        out.error("The queue group has no processes (R=0): ETRN does not make it hand over any mail.",
                  in_sendmail_mc("define(`confODMR_RUNNERS', `32')dnl"));
    else if (runners && children.value_or(0) > 0 && *runners > *children)
        out.warning("MaxQueueChildren allows " + std::to_string(*children) + " processes, of the " +
                    std::to_string(*runners) + " of the queue group. It is better not set at all.");
    else
        out.ok("A customer's mail is handed over by " + (runners ? std::to_string(*runners) : "several") +
               " processes.");
}

/// When the load is much above QueueLA, ETRN is answered with 458, and odmrd asks again. But above RefuseLA
/// nobody can send anything; and a process that hands over mail may count one in the load.
void check_load(const surroundings& here, report& out)
{
    const auto limit = [&](const char* option, unsigned for_each_processor) -> std::uint64_t {
        return parse_count(here.sendmail.option(option))
            .value_or(for_each_processor * std::thread::hardware_concurrency());
    };
    const std::uint64_t refuses = limit("RefuseLA", 12);  // Sendmail's own defaults
    const std::uint64_t puts_off = limit("QueueLA", 8);
    const equates* const group = queue_group_in(here);
    const std::uint64_t runners = group ? parse_count(group->value('R')).value_or(0) : 0;
    if (refuses > 0 && runners > refuses)
        out.warning("The " + std::to_string(runners) +
                        " processes that hand over a customer's mail can alone, in a long drain, raise the"
                        " load average above " +
                        std::to_string(refuses) + ", where Sendmail refuses connections.",
                    in_sendmail_mc("define(`confREFUSE_LA', `" + std::to_string(2 * runners) + "')dnl"));
    else
        out.ok("Above a load average of " + std::to_string(puts_off) +
               " Sendmail begins to put mail off; odmrd asks again until it hands it over.");
}

}  // namespace odmr::sendmail
