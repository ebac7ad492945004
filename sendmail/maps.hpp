// maps - the two tables by which Sendmail knows the customers' domains: mailertable (where their mail goes)
// and access (that it is accepted at all). They are the administrator's own; odmr's lines stand between
// marks.
#pragma once

#include "core/settings.hpp"
#include "sendmail/shared_table.hpp"

#include <string>
#include <vector>

namespace odmr::sendmail
{

/// The lines of a customer's domains in each table.
std::vector<table_line> mailertable_lines(const std::vector<std::string>& domains);
std::vector<table_line> access_lines(const std::vector<std::string>& domains);

/// Writes these domains into <sendmail_maps_dir>/mailertable and access, and compiles both with makemap. A
/// new table takes the old one's place, with its owner and mode, only when both are compiled, in one rename
/// each; when that fails the old ones stay. A process of Sendmail that has an old one open
/// opens it anew. True when a table had to be written or compiled, false when both were as they should be.
/// Throws table_conflict when a domain stands outside the marks, too, and std::runtime_error when something
/// fails.
bool write_maps(const settings& s, const std::vector<std::string>& domains);

/// The path of a table's text, and of what makemap makes of it.
std::string table_file(const settings& s, const std::string& name);
std::string compiled_file(const settings& s, const std::string& name);
/// The compiled table is there, and no older than its text.
bool compiled_is_current(const settings& s, const std::string& name);
/// What is in a file; nothing when there is none. Throws std::runtime_error when it cannot be read.
std::string read_table(const std::string& file);

}  // namespace odmr::sendmail
