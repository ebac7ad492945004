// maps_command - see maps_command.hpp. What the tables look like is known in postfix/maps
// and sendmail/maps.
#include "odmrctl/maps_command.hpp"

#include "config/read_settings.hpp"
#include "postfix/maps.hpp"
#include "sendmail/maps.hpp"
#include "store/customer_store.hpp"

#include <algorithm>

namespace odmr::ctl
{
namespace
{

/// True when anything had to be written.
bool write_tables(const settings& config, const std::vector<std::string>& domains)
{
    if (config.host == mail_system::postfix) {
        postfix::write_maps(config, domains);
        return true;
    }
    try {
        return sendmail::write_maps(config, domains);
    } catch (const sendmail::table_conflict& problem) {
        throw config_error(problem.what());
    }
}

}  // namespace

void write_maps_command(invocation& call)
{
    std::vector<std::string> domains;
    // A disabled customer's domains stay in the tables: its mail goes on waiting.
    for (const auto& who :
         customer_store(call.config.database, customer_store::open_mode::must_exist).customers())
        domains.insert(domains.end(), who.domains.begin(), who.domains.end());
    std::sort(domains.begin(), domains.end());
    const bool written = write_tables(call.config, domains);
    call.out << "tables in "
             << (call.config.host == mail_system::postfix ? call.config.postfix_maps_dir
                                                          : call.config.sendmail_maps_dir)
             << (written ? " written" : " need no change") << "; number of domains: " << domains.size()
             << "\n";
}

}  // namespace odmr::ctl
