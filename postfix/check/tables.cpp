// tables - the customers' domains in Postfix's lists: accepted, sent to the odmr transport, and nothing else.
#include "postfix/check/points.hpp"
#include "postfix/lookup_table.hpp"
#include "postfix/maps.hpp"
#include "postfix/restriction_list.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>

namespace odmr::postfix
{

namespace
{

/// "hash:/etc/postfix/odmr/transport", however its path is written, and also through proxymap(8).
std::string plain_table(std::string_view table)
{
    constexpr std::string_view proxy = "proxy:";
    if (table.starts_with(proxy))
        table.remove_prefix(proxy.size());
    const std::size_t path = std::min(table.find(':') + 1, table.size());
    return std::string(table.substr(0, path)) +
           std::filesystem::path(table.substr(path)).lexically_normal().string();
}

bool names(const std::string& list, const std::string& table)
{
    const auto words = split_list(list);
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& word) { return plain_table(word) == plain_table(table); });
}

/// The parameter with the table in front of what is there already.
remedy with_table(const surroundings& here, const std::string& parameter, const std::string& table)
{
    const std::string& present = here.postfix.value(parameter);
    return in_main_cf(parameter, present.empty() ? table : table + ", " + present);
}

std::vector<std::string> without(const std::vector<std::string>& all, const std::set<std::string>& some)
{
    std::vector<std::string> rest;
    std::copy_if(all.begin(), all.end(), std::back_inserter(rest),
                 [&](const std::string& one) { return !some.contains(one); });
    return rest;
}

/// False when the parameter does not name the table; that is reported.
bool table_is_named(const surroundings& here, report& out, const std::string& parameter,
                    const std::string& table)
{
    if (names(here.postfix.value(parameter), table))
        return true;
    out.error("The table that \"odmrctl maps\" writes is not named here.",
              with_table(here, parameter, table));
    return false;
}

std::string count_of(const std::vector<std::string>& domains)
{
    return "the customers' domains (" + std::to_string(domains.size()) + ")";
}

/// The value that the first table with the key gives.
std::map<std::string, std::string> first_found(const surroundings& here, const std::string& tables,
                                               std::string& trouble)
{
    std::map<std::string, std::string> found;
    for (const std::string& table : split_list(tables)) {
        table_answer answer = look_up(here.odmr, table, here.subject.domains);
        found.merge(answer.found);
        if (!answer.trouble.empty())
            trouble = answer.trouble;
    }
    return found;
}

const remedy write_tables = by_command("odmrctl maps");

}  // namespace

/// Without it Postfix refuses the customers' mail, or takes it for its own.
void check_relay_domains(const surroundings& here, report& out)
{
    const std::string parameter = "relay_domains";
    if (!table_is_named(here, out, parameter, own_table(here.odmr, "relay_domains")))
        return;
    const list_match match = match_list(here.odmr, here.postfix.value(parameter), here.subject.domains);
    const auto missing = without(here.subject.domains, match.matched);
    if (!match.trouble.empty())
        out.error("A table of relay_domains cannot be read: " + match.trouble, write_tables);
    else if (!missing.empty())
        out.error("Postfix does not accept mail for " + some_of(missing) +
                      ": the table is older than the customers' domains.",
                  write_tables);
    else
        out.ok("Postfix accepts mail for " + count_of(here.subject.domains) + ".");
}

/// Without it Postfix sends the mail to the domain's MX, which is this very machine, and returns it.
void check_transport_maps(const surroundings& here, report& out)
{
    const std::string parameter = "transport_maps";
    if (!table_is_named(here, out, parameter, own_table(here.odmr, "transport")))
        return;
    std::string trouble;
    const auto found = first_found(here, here.postfix.value(parameter), trouble);
    std::vector<std::string> missing;
    std::vector<std::string> astray;
    for (const std::string& domain : here.subject.domains) {
        const auto at = found.find(domain);
        if (at == found.end())
            missing.push_back(domain);
        else if (at->second !=
                 transport_of(domain, here.odmr.socket_dir, here.postfix.value("queue_directory")))
            astray.push_back(domain + " (to " + at->second + ")");
    }
    if (!trouble.empty())
        out.error("A table of transport_maps cannot be read: " + trouble, write_tables);
    if (trouble.empty() && !missing.empty())
        out.error("There is no transport for " + some_of(missing) + ".", write_tables);
    if (!astray.empty())
        out.error("Mail goes elsewhere than to socket_dir for " + some_of(astray) +
                      ". Either the table is older than socket_dir, or another table in front of it has these"
                      " domains too.",
                  write_tables);
    if (trouble.empty() && missing.empty() && astray.empty())
        out.ok("Mail for " + count_of(here.subject.domains) + " goes to its socket.");
}

/// ADDRESS_CLASS_README: a domain is in one class only. In another one than relay_domains its mail is
/// delivered here, or refused.
void check_other_classes(const surroundings& here, report& out)
{
    bool well = true;
    for (const char* parameter : {"mydestination", "virtual_alias_domains", "virtual_mailbox_domains"}) {
        const list_match match = match_list(here.odmr, here.postfix.value(parameter), here.subject.domains);
        if (!match.trouble.empty())
            out.warning(std::string("A table of ") + parameter + " cannot be asked: " + match.trouble);
        if (!match.matched.empty())
            out.error(std::string(parameter) + " has " +
                      some_of({match.matched.begin(), match.matched.end()}) +
                      " too, so mail for it never comes to odmr: take it out of " + parameter + ".");
        well = well && match.trouble.empty() && match.matched.empty();
    }
    if (well)
        out.ok("No customer's domain is in mydestination, virtual_alias_domains or virtual_mailbox_domains.");
}

/// ETRN_README: `postqueue -s` works for these domains only, and from the moment they are listed.
void check_fast_flush(const surroundings& here, report& out)
{
    const std::string parameter = "fast_flush_domains";
    const list_match match = match_list(here.odmr, here.postfix.value(parameter), here.subject.domains);
    const auto missing = without(here.subject.domains, match.matched);
    if (missing.empty()) {
        out.ok("Deferred mail of " + count_of(here.subject.domains) + " can be flushed.");
        return;
    }
    out.error("Deferred mail for " + some_of(missing) +
                  " is not sent when its customer comes, but only when Postfix tries it next.",
              in_main_cf(parameter, "$relay_domains"));
}

}  // namespace odmr::postfix
