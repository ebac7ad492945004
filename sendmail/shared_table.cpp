#include "sendmail/shared_table.hpp"

#include "protocol/command.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>

namespace odmr::sendmail
{

namespace
{

constexpr std::string_view begin_words = "# odmrctl maps: begin";

std::string place(const std::string& file, std::size_t line)
{
    return file + ", line " + std::to_string(line) + ": ";
}

/// In lower case, as makemap keeps it; empty when the line has none.
std::string key_of(std::string_view line)
{
    if (line.starts_with('#'))
        return "";
    return to_lower(line.substr(0, line.find_first_of(" \t\r")));
}

/// A text, line by line.
class line_walk
{
public:
    explicit line_walk(std::string_view text) : text_(text) {}

    /// Goes to the next line; false when there is none.
    bool next()
    {
        begin_ = end_;
        if (begin_ == text_.size())
            return false;
        end_ = std::min(text_.find('\n', begin_), text_.size() - 1) + 1;
        ++number_;
        return true;
    }

    /// Without its line end.
    [[nodiscard]] std::string_view line() const
    {
        std::string_view line = text_.substr(begin_, end_ - begin_);
        if (line.ends_with('\n'))
            line.remove_suffix(1);
        return line;
    }
    [[nodiscard]] std::size_t begin() const { return begin_; }
    [[nodiscard]] std::size_t end() const { return end_; }
    [[nodiscard]] std::size_t number() const { return number_; }

private:
    std::string_view text_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t number_ = 0;
};

/// The part of a text from begin mark to end mark.
struct marked_part {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// nullopt when there are no marks. Throws as with_own_lines does.
std::optional<marked_part> find_marked(std::string_view text, const std::set<std::string>& own_keys,
                                       const std::string& file)
{
    std::optional<marked_part> found;
    std::size_t opened = 0;  // the number of the line with the begin mark, while its end has not come
    line_walk at(text);
    while (at.next()) {
        const bool begins = at.line().starts_with(begin_words);
        const bool ends = at.line().starts_with(end_mark);
        if ((begins && found) || (ends && opened == 0))
            throw table_conflict(place(file, at.number()) +
                                 "this mark of \"odmrctl maps\" does not belong here");
        if (begins) {
            found = marked_part{at.begin(), 0};
            opened = at.number();
        } else if (ends) {
            found->end = at.end();
            opened = 0;
        } else if (const std::string key = key_of(at.line()); opened == 0 && own_keys.contains(key)) {
            throw table_conflict(
                place(file, at.number()) + "\"" + key +
                "\" belongs to a customer, so \"odmrctl maps\" writes it: take this line out");
        }
    }
    if (opened != 0)
        throw table_conflict(place(file, opened) + "the line \"" + std::string(end_mark) +
                             "\" is missing below");
    return found;
}

}  // namespace

std::string with_own_lines(std::string_view text, const std::vector<table_line>& own, const std::string& file)
{
    std::set<std::string> keys;
    std::string block(begin_mark);
    block += '\n';
    for (const table_line& line : own) {
        keys.insert(to_lower(line.key));
        block += line.key + '\t' + line.value + '\n';
    }
    block.append(end_mark) += '\n';

    const auto part = find_marked(text, keys, file);
    const marked_part replaced = part.value_or(marked_part{text.size(), text.size()});
    std::string result(text.substr(0, replaced.begin));
    if (!result.empty() && result.back() != '\n')
        result += '\n';  // our mark begins a line
    return result + block + std::string(text.substr(replaced.end));
}

}  // namespace odmr::sendmail
