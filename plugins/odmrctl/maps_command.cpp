// maps_command - see maps_command.hpp. What the tables look like is known in postfix/maps.
#include "odmrctl/maps_command.hpp"

#include "postfix/maps.hpp"
#include "store/customer_store.hpp"

#include <algorithm>

namespace odmr::ctl
{

void write_maps_command(invocation& call)
{
    std::vector<std::string> domains;
    // A disabled customer's domains stay in the tables: its mail goes on waiting.
    for (const auto& who :
         customer_store(call.config.database, customer_store::open_mode::must_exist).customers())
        domains.insert(domains.end(), who.domains.begin(), who.domains.end());
    std::sort(domains.begin(), domains.end());
    postfix::write_maps(call.config, domains);
    call.out << "tables in " << call.config.postfix_maps_dir
             << " written; number of domains: " << domains.size() << "\n";
}

}  // namespace odmr::ctl
