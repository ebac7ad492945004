// text_table - see text_table.hpp.
#include "odmrctl/text_table.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace odmr::ctl
{

text_table::text_table(std::vector<column> columns) : columns_(std::move(columns))
{
    for (const auto& c : columns_)
        widths_.push_back(c.heading.size());
}

void text_table::add(std::vector<std::string> cells)
{
    assert(cells.size() == columns_.size());
    for (std::size_t i = 0; i < cells.size(); ++i)
        widths_[i] = std::max(widths_[i], cells[i].size());
    rows_.push_back(std::move(cells));
}

void text_table::print(std::ostream& out) const
{
    std::vector<std::string> headings;
    for (const auto& c : columns_)
        headings.push_back(c.heading);
    print_row(out, headings);
    for (const auto& row : rows_)
        print_row(out, row);
}

void text_table::print_row(std::ostream& out, const std::vector<std::string>& cells) const
{
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::string padding(widths_[i] - cells[i].size(), ' ');
        line += i == 0 ? "" : "  ";
        line += columns_[i].aligned == side::right ? padding + cells[i] : cells[i] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << "\n";
}

}  // namespace odmr::ctl
