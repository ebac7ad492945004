// rewriting - tables by which Postfix changes or adds recipients after odmrd was asked about them.
//
// odmrd sees addresses as the client gave them. What is put on hold for a customer may turn out to be
// somebody else's: odmrd lets such mail go when it next compares what it knows with the queue
// (reconcile_interval).
#include "core/units.hpp"
#include "postfix/check/points.hpp"
#include "postfix/lookup_table.hpp"
#include "postfix/restriction_list.hpp"

#include <algorithm>
#include <set>

namespace odmr::postfix
{

namespace
{

/// The parameter as cleanup(8), which rewrites, has it: main.cf and each service's own.
std::set<std::string> tables_of(const surroundings& here, const std::string& parameter)
{
    std::set<std::string> tables;
    const auto add = [&](const std::string& value) {
        for (const std::string& word : split_list(value))
            tables.insert(word);
    };
    add(here.postfix.value(parameter));
    for (const service* s : here.postfix.running("cleanup"))
        add(here.postfix.value(*s, parameter));
    return tables;
}

bool is_customers(const surroundings& here, const std::string& domain)
{
    return std::binary_search(here.subject.domains.begin(), here.subject.domains.end(), domain);
}

struct rewriting {
    std::set<std::string> addresses;  ///< that the table has: "@example.org", "ann@example.org"
    std::string trouble;
};

/// Whole domains are asked for; single addresses are seen in tables that can be listed.
rewriting rewritten_by(const surroundings& here, const std::string& table)
{
    rewriting result;
    std::vector<std::string> questions;
    for (const std::string& domain : here.subject.domains)
        questions.push_back("@" + domain);
    const table_answer asked = look_up(here.odmr, table, questions);
    result.trouble = asked.trouble;
    for (const auto& [key, value] : asked.found)
        if (value != key)  // "@example.org @example.org" changes nothing
            result.addresses.insert(key);
    for (const auto& [key, value] : list_table(here.odmr, table).found) {
        const std::size_t at = key.rfind('@');
        if (at != std::string::npos && value != key && is_customers(here, key.substr(at + 1)))
            result.addresses.insert(key);
    }
    return result;
}

/// False, and reported, when tables of the parameter concern customers' mail.
bool tables_are_harmless(const surroundings& here, report& out, const std::string& parameter,
                         const std::string& effect)
{
    bool well = true;
    for (const std::string& table : tables_of(here, parameter)) {
        const rewriting found = rewritten_by(here, table);
        if (!found.trouble.empty())
            out.warning(parameter + ": " + table + " cannot be asked: " + found.trouble);
        if (!found.addresses.empty())
            out.warning(parameter + ": " + table + " has " +
                        some_of({found.addresses.begin(), found.addresses.end()}) + ". " + effect);
        well = well && found.trouble.empty() && found.addresses.empty();
    }
    return well;
}

/// How long mail may be held that is not the customer's.
std::string until_reconciled(const surroundings& here)
{
    return " odmrd lets go of it within reconcile_interval (" +
           format_duration(here.odmr.reconcile_interval) + ").";
}

void check_rewriting(const surroundings& here, report& out, const std::string& parameter)
{
    const std::string effect =
        "Mail to these addresses goes elsewhere, but odmrd is asked before that and may put it on hold for "
        "the"
        " customer." +
        until_reconciled(here);
    if (tables_are_harmless(here, out, parameter, effect))
        out.ok(parameter + " sends no mail for a customer elsewhere.");
}

}  // namespace

void check_virtual_aliases(const surroundings& here, report& out)
{
    check_rewriting(here, out, "virtual_alias_maps");
}

void check_canonical(const surroundings& here, report& out)
{
    check_rewriting(here, out, "canonical_maps");
}

void check_recipient_canonical(const surroundings& here, report& out)
{
    check_rewriting(here, out, "recipient_canonical_maps");
}

/// A copy is one more recipient of the same message, and a hold acts on the whole message.
void check_bcc(const surroundings& here, report& out)
{
    const std::string effect = "The copies of a customer's mail are put on hold with it." +
                               until_reconciled(here) + " From then on it waits in the deferred queue.";
    bool well = tables_are_harmless(here, out, "recipient_bcc_maps", effect);
    for (const char* parameter : {"always_bcc", "sender_bcc_maps"}) {
        const std::string& value = here.postfix.value(parameter);
        if (value.empty())
            continue;
        well = false;
        out.warning(std::string(parameter) + " is " + value + ". " + effect);
    }
    if (well)
        out.ok("No copies are made of customers' mail.");
}

}  // namespace odmr::postfix
