// text_table - rows of text in aligned columns under their headings.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace odmr::ctl
{

class text_table
{
public:
    enum class side { left, right };
    struct column {
        std::string heading;
        side aligned = side::left;
    };

    explicit text_table(std::vector<column> columns);

    /// A cell for each column; ASCII, for an octet is taken for a character.
    void add(std::vector<std::string> cells);
    [[nodiscard]] std::size_t size() const { return rows_.size(); }

    /// Every line ends where its last cell does.
    void print(std::ostream& out) const;

private:
    void print_row(std::ostream& out, const std::vector<std::string>& cells) const;

    std::vector<column> columns_;
    std::vector<std::size_t> widths_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace odmr::ctl
