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

/// A path as Postfix is to know it: one below its queue directory is relative to that, so that clients in a
/// chroot find it too.
std::string path_for_postfix(const std::string& path, const std::string& queue_directory);

/// Where a domain's mail goes: "odmr:unix:odmr/example.org". queue_directory: Postfix's.
std::string transport_of(const std::string& domain, const std::string& socket_dir,
                         const std::string& queue_directory);

/// The texts of the two tables.
std::string transport_table(const std::vector<std::string>& domains, const std::string& socket_dir,
                            const std::string& queue_directory);
std::string relay_domains_table(const std::vector<std::string>& domains);

}  // namespace odmr::postfix
