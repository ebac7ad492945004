// tables - the customers' domains: in both tables, and found there by Sendmail.
#include "sendmail/check/points.hpp"
#include "sendmail/maps.hpp"

#include <filesystem>
#include <sstream>

namespace odmr::sendmail
{

namespace
{

const remedy write_tables = by_command("odmrctl maps");

void check_table(const surroundings& here, report& out, const std::string& name,
                 const std::vector<table_line>& lines)
{
    const std::string file = table_file(here.odmr, name);
    const cf_file::table* const table = here.sendmail.find_table(name);
    const std::string feature = name == "access" ? "access_db" : name;
    if (!table) {
        out.error("sendmail.cf has no table " + name + ".", in_sendmail_mc("FEATURE(`" + feature + "')dnl"));
        return;
    }
    namespace fs = std::filesystem;
    if (fs::path(table->file).lexically_normal() != fs::path(file).lexically_normal()) {
        out.error("Sendmail reads " + table->file + ", but \"odmrctl maps\" writes " + file + ".",
                  in_odmr_conf("sendmail_maps_dir", fs::path(table->file).parent_path().string()));
        return;
    }
    if (table->type != here.odmr.sendmail_map_type) {
        out.error("Sendmail reads a table of type " + table->type +
                      ", but \"odmrctl maps\" makes one of type " + here.odmr.sendmail_map_type + ".",
                  in_odmr_conf("sendmail_map_type", table->type));
        return;
    }
    try {
        const std::string text = read_table(file);
        if (with_own_lines(text, lines, file) != text)
            out.error(file + " is older than the customers' domains.", write_tables);
        else if (!compiled_is_current(here.odmr, name))
            out.error(file + " has been changed and not compiled since.", write_tables);
        else
            out.ok(file + " has the customers' domains (" + std::to_string(lines.size()) + ").");
    } catch (const std::exception& problem) {
        out.error(problem.what());
    }
}

/// What Sendmail's test mode says about each address: "$# odmr $@ example . org $: ...".
std::vector<std::string> results_of(const std::string& text)
{
    std::vector<std::string> results;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("> "))
            results.emplace_back();
        const std::size_t begin = line.starts_with("> ") ? 2 : 0;
        const std::size_t said = line.find("returns: ");
        if (!results.empty() && said != std::string::npos && line.compare(begin, 6, "parse ") == 0)
            results.back() = line.substr(said + std::string_view("returns: ").size());
    }
    return results;
}

}  // namespace

/// Without it Sendmail sends the mail to the domain's MX, which is this very machine, and returns it.
void check_mailertable(const surroundings& here, report& out)
{
    check_table(here, out, "mailertable", mailertable_lines(here.subject.domains));
}

/// Without it Sendmail refuses the customers' mail.
void check_access(const surroundings& here, report& out)
{
    check_table(here, out, "access", access_lines(here.subject.domains));
}

/// Sendmail Installation and Operation Guide, 5.1.1: a mail for the domain, through rulesets 3 and 0.
void check_routes(const surroundings& here, report& out)
{
    if (here.subject.domains.empty()) {
        out.ok("There are no customers' domains.");
        return;
    }
    std::string questions;
    for (const std::string& domain : here.subject.domains)
        questions += "3,0 postmaster@" + domain + "\n";
    const program_output answers = run_sendmail(here.odmr, {"-bt"}, std::move(questions));
    const auto results = results_of(answers.text);
    if (!answers.result.ok() || results.size() < here.subject.domains.size()) {
        out.error("Sendmail does not say where mail for the customers goes: sendmail -bt " +
                  answers.result.text());
        return;
    }
    std::vector<std::string> astray;
    for (std::size_t i = 0; i < here.subject.domains.size(); ++i)
        if (!results[i].starts_with("$# odmr "))
            astray.push_back(here.subject.domains[i] + " (" + results[i] + ")");
    if (astray.empty())
        out.ok("Sendmail gives mail for the customers' domains (" +
               std::to_string(here.subject.domains.size()) + ") to the mailer odmr.");
    else
        out.error("Mail goes elsewhere than to the mailer odmr for " + some_of(astray) +
                  ". A domain among Sendmail's own (local-host-names, class w) is delivered here; take it out"
                  " there.");
}

/// An alias found in the DNS would not be the customer's domain; and while the DNS does not answer, ETRN
/// hands nothing over.
void check_canonify(const surroundings& here, report& out)
{
    if (here.sendmail.has_rule("R$* $| $* < @ $* > $* $: $2 < @ $[ $3 $] > $4"))
        out.error(
            "Sendmail looks recipients' domains up in the DNS: while that does not answer, mail that waits is"
            " not handed over.",
            in_sendmail_mc("FEATURE(`nocanonify')dnl"));
    else
        out.ok("Recipients' domains are taken as they are.");
}

}  // namespace odmr::sendmail
