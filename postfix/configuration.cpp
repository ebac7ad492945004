#include "postfix/configuration.hpp"

#include "core/units.hpp"
#include "postfix/run_postfix.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

namespace odmr::postfix
{

namespace
{

struct assignment {
    std::string name;
    std::string value;
};

/// The lines "name = value"; others are passed over. The value may be empty.
std::vector<assignment> assignments_in(std::string_view text)
{
    constexpr std::string_view equals = " =";
    std::vector<assignment> found;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const std::size_t end = line.find(equals);
        if (end == std::string_view::npos)
            continue;
        std::string_view value = line.substr(end + equals.size());
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        found.push_back({std::string(line.substr(0, end)), std::string(value)});
    }
    return found;
}

struct service_key {
    std::string_view name;
    std::string_view type;
    std::string_view rest;
};

/// "smtp/inet/chroot". A service may be named by a path, so the last two slashes count.
std::optional<service_key> split_key(std::string_view key)
{
    const std::size_t last = key.rfind('/');
    if (last == std::string_view::npos || last == 0)
        return std::nullopt;
    const std::size_t middle = key.rfind('/', last - 1);
    if (middle == std::string_view::npos)
        return std::nullopt;
    return service_key{key.substr(0, middle), key.substr(middle + 1, last - middle - 1),
                       key.substr(last + 1)};
}

template <class Services>
auto find_in(Services& services, std::string_view name, std::string_view type)
{
    return std::find_if(services.begin(), services.end(),
                        [&](const service& s) { return s.name == name && s.type == type; });
}

void set_field(service& s, std::string_view field, const std::string& value)
{
    if (field == "chroot")
        s.chroot = value;
    else if (field == "process_limit")
        s.process_limit = value;
    else if (field == "command")
        s.program = value.substr(0, value.find(' '));
}

}  // namespace

configuration::configuration(parameters main, std::vector<service> services)
    : main_(std::move(main)), services_(std::move(services))
{
}

configuration configuration::read(const settings& s)
{
    return {parse_parameters(run_postfix(s, {"postconf", "-x"})),
            parse_services(run_postfix(s, {"postconf", "-F"}), run_postfix(s, {"postconf", "-x", "-P"}))};
}

const std::string& configuration::value(const std::string& name) const
{
    static const std::string none;
    const auto found = main_.find(name);
    return found == main_.end() ? none : found->second;
}

const std::string& configuration::value(const service& of, const std::string& name) const
{
    const auto found = of.options.find(name);
    return found == of.options.end() ? value(name) : found->second;
}

std::uint64_t configuration::number(const std::string& name) const
{
    return parse_count(value(name)).value_or(0);
}

const service* configuration::find(std::string_view name, std::string_view type) const
{
    const auto found = find_in(services_, name, type);
    return found == services_.end() ? nullptr : &*found;
}

std::vector<const service*> configuration::running(std::string_view program) const
{
    std::vector<const service*> found;
    for (const service& s : services_)
        if (s.program == program)
            found.push_back(&s);
    return found;
}

bool configuration::chrooted(const service& s) const
{
    // COMPATIBILITY_README: the default has been "n" since level 1.
    const bool by_default = std::atof(value("compatibility_level").c_str()) < 1;
    return s.chroot == "y" || (s.chroot == "-" && by_default);
}

configuration::parameters parse_parameters(std::string_view text)
{
    configuration::parameters found;
    for (assignment& a : assignments_in(text))
        found[std::move(a.name)] = std::move(a.value);
    return found;
}

std::vector<service> parse_services(std::string_view fields, std::string_view options)
{
    std::vector<service> services;
    for (const assignment& a : assignments_in(fields)) {
        const auto key = split_key(a.name);
        if (!key)
            continue;
        auto at = find_in(services, key->name, key->type);
        if (at == services.end())
            at = services.insert(at, service{.name = std::string(key->name),
                                             .type = std::string(key->type),
                                             .chroot = "-",
                                             .process_limit = "-",
                                             .program = {}});
        set_field(*at, key->rest, a.value);
    }
    for (const assignment& a : assignments_in(options)) {
        const auto key = split_key(a.name);
        const auto at = key ? find_in(services, key->name, key->type) : services.end();
        if (at != services.end())
            at->options[std::string(key->rest)] = a.value;
    }
    return services;
}

}  // namespace odmr::postfix
