// cf_file - sendmail.cf, as far as odmr has to know it: mailers, queue groups, filters, tables, options,
// ports and single rules (Sendmail Installation and Operation Guide, section 5).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace odmr::sendmail
{

/// "P=[IPC], F=muXz%, ..." by the first letter of each name, which is all that Sendmail looks at.
class equates
{
public:
    equates() = default;
    explicit equates(std::string_view text);

    /// Empty when it is not there.
    [[nodiscard]] std::string value(char name) const;

private:
    std::map<char, std::string> values_;
};

class cf_file
{
public:
    explicit cf_file(std::string_view text);
    /// Throws std::runtime_error when it cannot be read.
    static cf_file read(const std::string& path);

    /// nullptr when there is none of that name.
    [[nodiscard]] const equates* mailer(const std::string& name) const;
    [[nodiscard]] const equates* queue_group(const std::string& name) const;
    [[nodiscard]] const equates* filter(const std::string& name) const;

    /// "Timeout.queuewarn"; the last of several; empty when it is not set.
    [[nodiscard]] std::string option(std::string_view name) const;
    /// Where it listens, one for each DaemonPortOptions.
    [[nodiscard]] const std::vector<equates>& ports() const { return ports_; }

    /// A table: its type and its file, as in "Kaccess hash -T<TMPF> /etc/mail/access".
    struct table {
        std::string type;
        std::string file;
    };
    [[nodiscard]] const table* find_table(const std::string& name) const;

    /// A rule stands in it, whatever the white space. rule: "R$* $: $1", with single spaces.
    [[nodiscard]] bool has_rule(std::string_view rule) const;

private:
    using named = std::map<std::string, equates>;

    void take_line(const std::string& line);
    void take_option(std::string_view text);
    void take_table(std::string_view text);

    named mailers_;
    named queue_groups_;
    named filters_;
    std::map<std::string, std::string> options_;  ///< by name in lower case
    std::vector<equates> ports_;
    std::map<std::string, table> tables_;
    std::vector<std::string> rules_;  ///< with single spaces
};

/// The words of a list that commas or blanks part: "odmr, spamd".
std::vector<std::string> words_of(std::string_view list);

}  // namespace odmr::sendmail
