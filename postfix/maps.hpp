// maps - the two tables by which Postfix knows the customers' domains: transport (where their mail goes) and
// relay_domains (that it is accepted at all), written and compiled with Postfix's own postmap.
#pragma once

#include "core/settings.hpp"

#include <string>
#include <vector>

namespace odmr::postfix
{

/// Writes <postfix_maps_dir>/transport and relay_domains for these domains and compiles them. A new table
/// takes the old one's place only when all are compiled, in one rename; when that fails the old tables stay.
/// A running Postfix is told to open its tables anew. Throws std::runtime_error with what was wrong.
void write_maps(const settings& s, const std::vector<std::string>& domains);

/// The text of the transport table. queue_directory: Postfix's; a socket folder below it is named relative to
/// it, so that chrooted clients find it too.
std::string transport_table(const std::vector<std::string>& domains, const std::string& socket_dir,
                            const std::string& queue_directory);
std::string relay_domains_table(const std::vector<std::string>& domains);

}  // namespace odmr::postfix
