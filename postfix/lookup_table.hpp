// lookup_table - asks Postfix's tables what Postfix would find in them, by postmap(1), and matches lists that
// name tables among words (postconf(5), "mydestination", "authorized_flush_users").
#pragma once

#include "core/settings.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace odmr::postfix
{

struct table_answer {
    std::map<std::string, std::string> found;  ///< the keys that are in the table, and their values
    std::string trouble;                       ///< why it could not be asked; empty when it could
};

/// table: "hash:/etc/postfix/transport".
table_answer look_up(const settings& s, const std::string& table, const std::vector<std::string>& keys);

/// All that is in it. Many types of tables, such as pcre and ldap, cannot tell.
table_answer list_table(const settings& s, const std::string& table);

/// "type:name"; anything else in a list is a word, or the path of a file with more of the list.
bool is_table(const std::string& word);

struct list_match {
    std::set<std::string> matched;  ///< of the keys asked for
    std::string trouble;            ///< of the tables that could not be asked
};

/// Which keys the list matches: the first word that does decides, and !word means no. Keys: in lower case.
list_match match_list(const settings& s, const std::string& list, const std::vector<std::string>& keys);

}  // namespace odmr::postfix
