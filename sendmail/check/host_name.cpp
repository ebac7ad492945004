// host_name - whether Sendmail finds a full name of the machine at once. It looks for one before it reads its
// configuration, whatever it is started for, and where it finds none it sleeps for a minute and looks again.
#include "core/units.hpp"
#include "sendmail/check/points.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <netdb.h>

namespace odmr::sendmail
{

namespace
{

bool is_full(const std::string& name)
{
    return name.find('.') != std::string::npos;
}

}  // namespace

host_names names_of_this_machine()
{
    std::array<char, 256> own{};
    if (::gethostname(own.data(), own.size() - 1) != 0)
        return {};
    host_names names{own.data(), {}};
    // As Sendmail: what there is by IPv6 is enough, and only the first entry counts.
    const hostent* entry = ::gethostbyname2(own.data(), AF_INET6);
    if (!entry)
        entry = ::gethostbyname2(own.data(), AF_INET);
    if (!entry)
        return names;
    names.known.emplace_back(entry->h_name);
    for (char** alias = entry->h_aliases; *alias; ++alias)
        names.known.emplace_back(*alias);
    return names;
}

void check_host_name(const surroundings& here, report& out)
{
    const auto& [own, known] = here.machine;
    // A name that nobody knows at all Sendmail takes as it is.
    if (is_full(own) || known.empty() || std::ranges::any_of(known, is_full)) {
        out.ok("Sendmail need not wait for the full name of this machine.");
        return;
    }
    out.warning("This machine is called \"" + own +
                "\", and has no full name in /etc/hosts. Unless the DNS knows one, every command of Sendmail"
                " sleeps for a minute first, and odmrd, who lists the queue, waits only " +
                format_duration(here.odmr.queue_command_timeout) +
                " (queue_command_timeout). Give it a line of its own in /etc/hosts, with the full name first,"
                " as \"127.0.1.1 " +
                own + ".example.net " + own +
                "\". confDOMAIN_NAME does not help: Sendmail sleeps before it reads its configuration.");
}

}  // namespace odmr::sendmail
