// policy - whether Postfix asks odmrd about every recipient and at the end of every message.
//
// A restriction that permits a recipient ends the list for it, so nothing may stand in front of the policy
// server: odmrd would take the recipients it sees for all of them. Every smtpd service of master.cf may have
// a list of its own.
#include "postfix/check/points.hpp"
#include "postfix/lifetimes.hpp"
#include "postfix/policy_address.hpp"
#include "postfix/restriction_list.hpp"
#include "protocol/ascii.hpp"
#include "protocol/command.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>

namespace odmr::postfix
{

namespace
{

constexpr const char* at_recipient = "smtpd_recipient_restrictions";
constexpr const char* at_end_of_data = "smtpd_end_of_data_restrictions";

/// A list of restrictions, and the smtpd services that have it.
struct list_in_use {
    std::string parameter;
    const service* own = nullptr;  ///< whose list it is in master.cf; nullptr: it is main.cf's
    std::vector<const service*> users;
    std::vector<restriction> entries;
};

std::vector<list_in_use> lists_in_use(const surroundings& here, const std::string& parameter)
{
    list_in_use common{
        .parameter = parameter, .users = {}, .entries = parse_restrictions(here.postfix.value(parameter))};
    std::vector<list_in_use> lists;
    for (const service* s : here.postfix.running("smtpd")) {
        if (s->options.contains(parameter))
            lists.push_back({parameter, s, {s}, parse_restrictions(here.postfix.value(*s, parameter))});
        else
            common.users.push_back(s);
    }
    // Without any smtpd it is still what an administrator would look at.
    if (!common.users.empty() || lists.empty())
        lists.insert(lists.begin(), std::move(common));
    return lists;
}

std::string server_of(const restriction& entry)
{
    return entry.name == "check_policy_service" ? parse_policy_client(entry.argument).server : "";
}

std::optional<policy_address> address_of(const surroundings& here, const restriction& entry)
{
    return parse_policy_address(server_of(entry), here.postfix.value("queue_directory"));
}

bool asks_odmrd(const surroundings& here, const restriction& entry)
{
    const auto address = address_of(here, entry);
    return address && is_own_policy(here.odmr, *address);
}

std::vector<restriction>::const_iterator find_own(const surroundings& here, const list_in_use& list)
{
    return std::find_if(list.entries.begin(), list.entries.end(),
                        [&](const restriction& entry) { return asks_odmrd(here, entry); });
}

/// Another name in socket_dir was meant to be odmrd's.
bool meant_for_odmrd(const surroundings& here, const restriction& entry)
{
    const auto address = address_of(here, entry);
    return address && (is_own_policy(here.odmr, *address) ||
                       std::filesystem::path(address->path).parent_path() == here.odmr.socket_dir);
}

/// With one try only, and harmless when it fails: as main.cf.fragment has it.
restriction right_entry(const surroundings& here)
{
    const std::string server = own_policy_server(here.odmr, here.postfix.value("queue_directory"));
    return {"check_policy_service", "{ " + server + ", timeout=10s, try_limit=1, default_action=DUNNO }"};
}

/// The same list, with odmrd's policy server first.
remedy right_list(const surroundings& here, const list_in_use& list)
{
    std::vector<restriction> entries{right_entry(here)};
    std::copy_if(list.entries.begin(), list.entries.end(), std::back_inserter(entries),
                 [&](const restriction& entry) { return !meant_for_odmrd(here, entry); });
    const std::string text = format_restrictions(entries);
    return list.own ? in_master_cf("    -o { " + list.parameter + " = " + text + " }")
                    : in_main_cf(list.parameter, text);
}

/// Where people hand in their own mail, or a filter gives it back: less comes that way, and it is deferred.
bool of_less_weight(const list_in_use& list)
{
    if (!list.own)
        return false;
    const std::string& name = list.own->name;
    const std::string port = name.substr(name.rfind(':') + 1);
    constexpr std::string_view submission[] = {"submission", "submissions", "smtps", "587", "465"};
    constexpr std::string_view loopback[] = {"127.", "localhost:", "[::1]:"};
    return std::find(std::begin(submission), std::end(submission), port) != std::end(submission) ||
           std::any_of(std::begin(loopback), std::end(loopback),
                       [&](std::string_view host) { return name.starts_with(host); });
}

std::string whose(const list_in_use& list)
{
    return list.own ? list.own->label() + " in master.cf" : "main.cf";
}

void report_wrong(const surroundings& here, report& out, const list_in_use& list, const std::string& text)
{
    const check_state state = of_less_weight(list) ? check_state::warning : check_state::error;
    const std::string place =
        list.own ? " The line belongs below that service, in place of its present one." : std::string();
    out.add(state, whose(list) + " " + text + place, right_list(here, list));
}

/// Mail goes to a filter, which gives it back to another smtpd; that one is to ask.
bool all_filtered(const surroundings& here, const list_in_use& list)
{
    return !list.users.empty() && std::all_of(list.users.begin(), list.users.end(), [&](const service* s) {
        return !here.postfix.value(*s, "content_filter").empty();
    });
}

void report_missing(const surroundings& here, report& out, const list_in_use& list, bool asked_elsewhere)
{
    std::vector<std::string> others;
    for (const restriction& entry : list.entries)
        if (const std::string server = server_of(entry); !server.empty())
            others.push_back(server);
    const std::string server = own_policy_server(here.odmr, here.postfix.value("queue_directory"));
    if (asked_elsewhere && all_filtered(here, list))
        out.ok(whose(list) + " does not ask odmrd, but the smtpd behind content_filter does.");
    else
        report_wrong(here, out, list,
                     "does not ask odmrd (" + server + ")" +
                         (others.empty() ? "" : ", but " + some_of(others)) +
                         ": mail that comes there is never put on hold, and waits in the deferred queue" +
                         (list.parameter == at_recipient
                              ? "; unknown recipients and mail for customers whose limits are reached are not"
                                " refused."
                              : "."));
}

void report_hidden(const surroundings& here, report& out, const list_in_use& list,
                   std::vector<restriction>::const_iterator own)
{
    const auto permits = std::find_if(list.entries.begin(), own,
                                      [](const restriction& entry) { return !entry.only_refuses(); });
    if (permits == own)
        out.warning(
            whose(list) + " has \"" + list.entries.front().text() +
                "\" in front of odmrd's policy server. It does not permit anything, so no recipient is"
                " hidden; but only the first place is safe whatever is added.",
            right_list(here, list));
    else
        report_wrong(
            here, out, list,
            "has \"" + permits->text() +
                "\" in front of odmrd's policy server. What that permits odmrd is not asked about, so it"
                " does not know all recipients of a message, and may hold mail that is not only its"
                " customer's.");
}

void check_list(const surroundings& here, report& out, const std::string& parameter)
{
    if (own_policy_server(here.odmr, here.postfix.value("queue_directory")).empty()) {
        out.warning("odmrd has no policy server to ask.");
        return;
    }
    const auto lists = lists_in_use(here, parameter);
    const bool asked = std::any_of(lists.begin(), lists.end(), [&](const list_in_use& list) {
        return find_own(here, list) != list.entries.end();
    });
    for (const list_in_use& list : lists) {
        const auto own = find_own(here, list);
        if (own == list.entries.end())
            report_missing(here, out, list, asked);
        else if (own != list.entries.begin())
            report_hidden(here, out, list, own);
        else
            out.ok(whose(list) + " asks odmrd first of all.");
    }
}

/// An option of the entry, or the parameter that counts without it.
std::string option_of(const surroundings& here, const list_in_use& list, const restriction& entry,
                      const std::string& name)
{
    const auto options = parse_policy_client(entry.argument).options;
    const auto found = options.find(name);
    if (found != options.end())
        return found->second;
    const std::string parameter = "smtpd_policy_service_" + name;
    return list.own ? here.postfix.value(*list.own, parameter) : here.postfix.value(parameter);
}

/// What is wrong with the entry, as sentences; empty when nothing is.
std::string faults_of(const surroundings& here, const list_in_use& list, const restriction& entry)
{
    std::string text;
    if (option_of(here, list, entry, "try_limit") != "1")
        text +=
            " It has no try_limit=1: while odmrd does not run, Postfix tries again for every recipient, a"
            " second later, and accepts mail at a crawl.";
    if (to_lower(option_of(here, list, entry, "default_action")) != "dunno")
        text += " It has no default_action=DUNNO: while odmrd does not run, Postfix refuses all mail.";
    const bool relative = !server_of(entry).starts_with("unix:/");
    for (const service* s : list.users)
        if (!relative && here.postfix.chrooted(*s))
            text += " " + s->label() + " runs in a chroot, where an absolute path is not found.";
    return text;
}

bool has_long_timeout(const surroundings& here, const list_in_use& list, const restriction& entry)
{
    constexpr seconds longest{30};
    const std::string timeout = option_of(here, list, entry, "timeout");
    const bool bare = !timeout.empty() && is_digit(timeout.back());
    return parse_lifetime(bare ? timeout + "s" : timeout).value_or(longest + seconds(1)) > longest;
}

}  // namespace

void check_recipient_restrictions(const surroundings& here, report& out)
{
    check_list(here, out, at_recipient);
}

/// Only here Postfix tells the queue id, the size, and how many recipients there are.
void check_end_of_data_restrictions(const surroundings& here, report& out)
{
    check_list(here, out, at_end_of_data);
}

/// A policy server that does not run must harm nobody.
void check_policy_options(const surroundings& here, report& out)
{
    bool asked = false;
    bool well = true;
    for (const char* parameter : {at_recipient, at_end_of_data}) {
        for (const list_in_use& list : lists_in_use(here, parameter)) {
            const auto own = find_own(here, list);
            if (own == list.entries.end())
                continue;
            asked = true;
            const std::string faults = faults_of(here, list, *own);
            const bool slow = has_long_timeout(here, list, *own);
            well = well && faults.empty() && !slow;
            const std::string entry =
                "\"" + own->text() + "\" in " + list.parameter + " of " + whose(list) + ":";
            if (!faults.empty())
                out.error(entry + faults, right_list(here, list));
            else if (slow)
                out.warning(entry + " It has no short timeout: should odmrd hang, every mail waits for it.",
                            right_list(here, list));
        }
    }
    if (!asked)
        out.warning("odmrd is asked nowhere.");
    else if (well)
        out.ok("Postfix asks once, for a short time, and goes on without odmrd.");
}

/// FILTER_README: the filter gives the mail back as a new message.
void check_content_filter(const surroundings& here, report& out)
{
    bool well = true;
    for (const list_in_use& list : lists_in_use(here, at_end_of_data)) {
        for (const service* s : list.users) {
            const std::string& filter = here.postfix.value(*s, "content_filter");
            if (filter.empty() || find_own(here, list) == list.entries.end())
                continue;
            well = false;
            out.warning(
                s->label() + " asks odmrd and sends its mail through the filter " + filter +
                ". What is put on hold has not been filtered, and when it is let go the filter gives"
                " back a new message, which odmrd does not know. The policy server belongs in the lists"
                " of the smtpd to which the filter gives mail back, and only there.");
        }
    }
    if (well)
        out.ok("No mail is filtered after odmrd was asked about it.");
}

}  // namespace odmr::postfix
