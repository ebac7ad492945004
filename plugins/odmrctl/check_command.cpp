// check_command - see check_command.hpp. What is looked at is known in postfix/check and
// sendmail/check.
#include "odmrctl/check_command.hpp"

#include "config/read_settings.hpp"
#include "core/check_report.hpp"
#include "postfix/check.hpp"
#include "sendmail/check.hpp"
#include "store/customer_store.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>
#include <string_view>

namespace odmr::ctl
{
namespace
{

check_subject subject_of(const settings& config)
{
    check_subject subject;
    for (const auto& who :
         customer_store(config.database, customer_store::open_mode::must_exist).customers()) {
        subject.customers.push_back({who.name, who.hold_time});
        subject.domains.insert(subject.domains.end(), who.domains.begin(), who.domains.end());
    }
    std::sort(subject.domains.begin(), subject.domains.end());
    return subject;
}

std::string_view name_of(check_state state)
{
    switch (state) {
        case check_state::ok:
            return "ok";
        case check_state::warning:
            return "warning";
        case check_state::error:
            break;
    }
    return "error";
}

/// Where a line belongs; empty when there is nothing to change.
std::string_view name_of(remedy::place where)
{
    switch (where) {
        case remedy::place::main_cf:
            return "main.cf";
        case remedy::place::master_cf:
            return "master.cf";
        case remedy::place::sendmail_mc:
            return "sendmail.mc";
        case remedy::place::odmr_conf:
            return "odmr.conf";
        case remedy::place::shell:
            return "run";
        case remedy::place::none:
            break;
    }
    return "";
}

nlohmann::ordered_json as_json(const std::vector<finding>& findings)
{
    auto list = nlohmann::ordered_json::array();
    for (const finding& f : findings) {
        nlohmann::ordered_json row{{"point", f.point}, {"state", name_of(f.state)}, {"text", f.text}};
        row["fix"] = nullptr;
        if (f.fix.where != remedy::place::none)
            row["fix"] = {{"in", name_of(f.fix.where)}, {"line", f.fix.text}};
        list.push_back(std::move(row));
    }
    return list;
}

/// A line for each point, and below it what to change, ready to be copied.
void print(std::ostream& out, const std::vector<finding>& findings)
{
    constexpr std::size_t column = 9;  // the longest state and two spaces
    for (const finding& f : findings) {
        const std::string_view state = name_of(f.state);
        out << state << std::string(column - state.size(), ' ') << f.point << ": " << f.text << "\n";
        if (f.fix.where == remedy::place::none)
            continue;
        out << std::string(column, ' ') << name_of(f.fix.where) << ":\n";
        std::istringstream lines(f.fix.text);
        for (std::string line; std::getline(lines, line);)
            out << std::string(column, ' ') << "    " << line << "\n";
    }
}

}  // namespace

void check_command(invocation& call)
{
    const auto look =
        call.config.host == mail_system::postfix ? postfix::check_postfix : sendmail::check_sendmail;
    const auto findings = look(call.config, subject_of(call.config));
    if (call.json)
        call.out << as_json(findings).dump(2) << "\n";
    else
        print(call.out, findings);
    const auto wrong = std::count_if(findings.begin(), findings.end(),
                                     [](const finding& f) { return f.state == check_state::error; });
    if (wrong > 0)
        throw config_error(wrong == 1 ? "one point is wrong" : std::to_string(wrong) + " points are wrong");
}

}  // namespace odmr::ctl
