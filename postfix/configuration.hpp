// configuration - main.cf and master.cf as Postfix itself understands them: read with postconf(1), so that
// defaults, $names and the -o options of single services are in it.
#pragma once

#include "core/settings.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::postfix
{

/// A line of master.cf, by the names of master(5).
struct service {
    std::string name;                                 ///< "smtp", "127.0.0.1:10025"
    std::string type;                                 ///< "inet", "unix"
    std::string chroot;                               ///< "y", "n" or "-", which is the default
    std::string process_limit;                        ///< the same
    std::string program;                              ///< "smtpd": the first word of the command
    std::map<std::string, std::string> options = {};  ///< what it overrides of main.cf

    /// "smtp/inet", as postconf calls it.
    [[nodiscard]] std::string label() const { return name + "/" + type; }
};

class configuration
{
public:
    using parameters = std::map<std::string, std::string>;

    configuration(parameters main, std::vector<service> services);

    /// Throws std::runtime_error when postconf fails.
    static configuration read(const settings& s);

    /// Of main.cf, or its default; empty when there is no such parameter.
    [[nodiscard]] const std::string& value(const std::string& name) const;
    /// As the service has it.
    [[nodiscard]] const std::string& value(const service& of, const std::string& name) const;
    /// 0 when it is no number.
    [[nodiscard]] std::uint64_t number(const std::string& name) const;

    /// nullptr when master.cf has none.
    [[nodiscard]] const service* find(std::string_view name, std::string_view type) const;
    /// Those that run this program.
    [[nodiscard]] std::vector<const service*> running(std::string_view program) const;
    [[nodiscard]] bool chrooted(const service& s) const;

private:
    parameters main_;
    std::vector<service> services_;
};

/// What `postconf` writes: a line "name = value" for each parameter.
configuration::parameters parse_parameters(std::string_view text);

/// fields: what `postconf -F` writes, lines "service/type/field = value". options: the same of `postconf -P`,
/// with parameters in place of fields. In the order of master.cf.
std::vector<service> parse_services(std::string_view fields, std::string_view options);

}  // namespace odmr::postfix
