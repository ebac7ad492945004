// parameter_values - setting a parameter from its text, writing it back, and checking all of them together.
#include "core/parameters.hpp"
#include "core/units.hpp"

#include <algorithm>
#include <stdexcept>
#include <type_traits>

namespace odmr
{

namespace
{

/// The word at `index` of words separated by single spaces; empty behind the last.
std::string_view word_at(std::string_view words, std::size_t index)
{
    for (; index > 0; --index) {
        const auto space = words.find(' ');
        if (space == std::string_view::npos)
            return {};
        words.remove_prefix(space + 1);
    }
    return words.substr(0, words.find(' '));
}

std::optional<std::size_t> index_of(std::string_view words, std::string_view wanted)
{
    for (std::size_t i = 0; !word_at(words, i).empty(); ++i) {
        if (word_at(words, i) == wanted)
            return i;
    }
    return std::nullopt;
}

/// '#' would begin a comment in the file, and anything else left out here could forge a reply or a log line.
bool plain_text(std::string_view value)
{
    const bool printable =
        std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~' && c != '#'; });
    return printable && (value.empty() || (value.front() != ' ' && value.back() != ' '));
}

enum class outcome { taken, malformed, out_of_range };

/// Takes one value into one member; which member type goes with which value_type is the table's business.
struct assign {
    settings& into;
    const value_rule& rule;
    std::string_view value;

    outcome operator()(std::string settings::* member) const
    {
        bool valid = plain_text(value);
        if (rule.type == value_type::path)
            valid = valid && (value.empty() ? rule.min == 0 : value.front() == '/');
        else if (rule.type == value_type::choice)
            valid = index_of(rule.words, value).has_value();
        else if (rule.type == value_type::word)
            valid = valid && value.find(' ') == std::string_view::npos;
        if (!valid)
            return outcome::malformed;
        if (rule.max != 0 && value.size() > rule.max)
            return outcome::out_of_range;
        into.*member = value;
        return outcome::taken;
    }

    outcome operator()(bool settings::* member) const
    {
        if (value != "yes" && value != "no")
            return outcome::malformed;
        into.*member = value == "yes";
        return outcome::taken;
    }

    outcome operator()(std::uint64_t settings::* member) const
    {
        const auto number = rule.type == value_type::octets ? parse_size(value) : parse_count(value);
        if (!number)
            return outcome::malformed;
        if (*number < rule.min || *number > rule.max)
            return outcome::out_of_range;
        into.*member = *number;
        return outcome::taken;
    }

    outcome operator()(seconds settings::* member) const
    {
        const auto duration = parse_duration(value);
        if (!duration)
            return outcome::malformed;
        const auto count = static_cast<std::uint64_t>(duration->count());
        if (count < rule.min || count > rule.max)
            return outcome::out_of_range;
        into.*member = *duration;
        return outcome::taken;
    }

    outcome operator()(std::vector<endpoint_setting> settings::* member) const
    {
        auto endpoints = parse_endpoints(value);
        if (!endpoints)
            return outcome::malformed;
        into.*member = *std::move(endpoints);
        return outcome::taken;
    }

    template <class Choice>
        requires std::is_enum_v<Choice>
    outcome operator()(Choice settings::* member) const
    {
        const auto index = index_of(rule.words, value);
        if (!index)
            return outcome::malformed;
        into.*member = static_cast<Choice>(*index);
        return outcome::taken;
    }
};

struct format {
    const settings& from;
    const value_rule& rule;

    std::string operator()(std::string settings::* member) const { return from.*member; }
    std::string operator()(bool settings::* member) const { return from.*member ? "yes" : "no"; }
    std::string operator()(seconds settings::* member) const { return format_duration(from.*member); }

    std::string operator()(std::uint64_t settings::* member) const
    {
        return rule.type == value_type::octets ? format_size(from.*member) : std::to_string(from.*member);
    }

    std::string operator()(std::vector<endpoint_setting> settings::* member) const
    {
        std::string text;
        for (const auto& endpoint : from.*member)
            text += (text.empty() ? "" : ", ") + format_endpoint(endpoint);
        return text;
    }

    template <class Choice>
        requires std::is_enum_v<Choice>
    std::string operator()(Choice settings::* member) const
    {
        return std::string(word_at(rule.words, static_cast<std::size_t>(from.*member)));
    }
};

std::string duration_text(std::uint64_t count)
{
    return format_duration(seconds(static_cast<seconds::rep>(count)));
}

std::string alternatives(std::string_view words)
{
    std::string list;
    for (std::size_t i = 0; !word_at(words, i).empty(); ++i) {
        const bool last = word_at(words, i + 1).empty();
        const std::string_view separator = i == 0 ? "" : last ? " or " : ", ";
        list.append(separator).append(word_at(words, i));
    }
    return list;
}

}  // namespace

settings default_settings()
{
    settings defaults;
    for (const auto& row : parameters()) {
        if (const auto error = set_parameter(defaults, row.name, row.default_value))
            throw std::logic_error("default of " + std::string(row.name) + ": " + *error);
    }
    return defaults;
}

std::optional<std::string> set_parameter(settings& into, std::string_view name, std::string_view value)
{
    const auto* const row = find_parameter(name);
    if (row == nullptr)
        return "there is no parameter of this name; odmrd --print-config lists them all";
    const auto result = std::visit(assign{into, row->rule, value}, row->member);
    if (result == outcome::taken)
        return std::nullopt;
    const char* const what = result == outcome::malformed ? "\" is not valid" : "\" is out of range";
    return "\"" + std::string(value) + what + "; expected " + expected_value(*row);
}

std::string format_parameter(const settings& from, const parameter& row)
{
    return std::visit(format{from, row.rule}, row.member);
}

std::string expected_value(const parameter& row)
{
    const auto& rule = row.rule;
    switch (rule.type) {
        case value_type::text:
            return "at most " + std::to_string(rule.max) + " printable ASCII characters, none of them #";
        case value_type::word:
            return "a word of at most " + std::to_string(rule.max) +
                   " printable ASCII characters, or nothing";
        case value_type::path:
            return rule.min == 0 ? "an absolute path, or nothing" : "an absolute path";
        case value_type::boolean:
            return "yes or no";
        case value_type::count:
            return "a number from " + std::to_string(rule.min) + " to " + std::to_string(rule.max);
        case value_type::octets:
            return "a size from " + format_size(rule.min) + " to " + format_size(rule.max) +
                   " octets, such as 4096, 64K, 10M";
        case value_type::duration:
            return "a duration from " + duration_text(rule.min) + " to " + duration_text(rule.max) +
                   ", such as 30s, 5min, 2h";
        case value_type::endpoints:
            return "numeric addresses with ports such as 127.0.0.1:366, [::1]:366, or nothing";
        case value_type::choice:
            return alternatives(rule.words);
    }
    return {};
}

std::vector<conflict> check_settings(const settings& checked)
{
    std::vector<conflict> conflicts;
    const auto refuse_if = [&conflicts](bool wrong, std::string_view key, std::string text) {
        if (wrong)
            conflicts.push_back({key, std::move(text)});
    };
    const bool certificate = !checked.tls_certificate.empty();

    refuse_if(checked.listen.empty() && checked.listen_tls.empty(), "listen",
              "nobody can connect when listen and listen_tls are both empty; expected at least one address");
    refuse_if(certificate && checked.tls_key.empty(), "tls_certificate",
              "there is a certificate but no key; expected tls_key to be set as well");
    refuse_if(!certificate && !checked.tls_key.empty(), "tls_key",
              "there is a key but no certificate; expected tls_certificate to be set as well");
    refuse_if(!certificate && !checked.listen_tls.empty(), "listen_tls",
              "TLS needs a certificate; expected tls_certificate and tls_key to be set as well");
    refuse_if(!certificate && checked.require_tls, "require_tls",
              "TLS cannot be required without a certificate; expected tls_certificate and tls_key to be set "
              "as well");
    refuse_if(
        checked.auth_delay > checked.auth_delay_max, "auth_delay",
        "it is longer than auth_delay_max; expected at most " + format_duration(checked.auth_delay_max));
    refuse_if(checked.session_limit > seconds(0) && checked.linger > checked.session_limit, "linger",
              "it is longer than session_limit; expected at most " + format_duration(checked.session_limit));
    refuse_if(checked.host == mail_system::sendmail && checked.sendmail_control.size() != 1,
              "sendmail_control",
              "odmrd makes one Sendmail deliver, and needs the address of its control port; expected exactly "
              "one address");
    return conflicts;
}

}  // namespace odmr
