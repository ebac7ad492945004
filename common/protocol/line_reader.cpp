// line_reader - lines that end in CRLF, and in nothing else (RFC 5321 2.3.8).
#include "protocol/line_reader.hpp"

#include <algorithm>
#include <cassert>

namespace odmr
{

namespace
{

/// Where text holds the first octet that can end or spoil a line, looking from `from` on and before `to`;
/// otherwise where the looking ended.
std::size_t find_special(std::string_view text, std::size_t from, std::size_t to)
{
    while (from < to && text[from] != '\r' && text[from] != '\n' && text[from] != '\0')
        ++from;
    return from;
}

}  // namespace

void line_reader::append(std::string_view bytes)
{
    if (broken_)
        return;  // nothing after a bare newline is ever read
    // Moving at most as much as was consumed since the last time keeps the cost per octet constant.
    if (begin_ >= buffer_.size() - begin_) {
        buffer_.erase(0, begin_);
        begin_ = 0;
    }
    buffer_.append(bytes);
}

line_reader::result line_reader::next()
{
    while (!broken_) {
        const std::string_view text = pending();
        // One octet more than the limit may be a CR: only another one there makes the line too long.
        const std::size_t window = skipping_ || text.size() <= max_line_ ? text.size() : max_line_ + 1;
        const std::size_t end = find_special(text, scanned_, window);
        scanned_ = end;

        if (skipping_) {
            consume(end);
        } else if (end > max_line_) {
            consume(end);
            skipping_ = true;
            return {status::too_long, {}};
        }

        const std::string_view tail = pending().substr(scanned_);
        if (tail.empty() || tail == "\r")
            return {status::incomplete, {}};
        if (!tail.starts_with("\r\n")) {
            broken_ = true;
        } else if (skipping_) {
            consume(2);
            skipping_ = false;
        } else {
            consume(end + 2);
            return {status::line, text.substr(0, end)};
        }
    }
    return {status::bare_newline, {}};
}

std::string_view line_reader::pending() const
{
    return std::string_view(buffer_).substr(begin_);
}

void line_reader::rest()
{
    if (!pending().empty())
        return;
    buffer_.clear();
    buffer_.shrink_to_fit();
    begin_ = 0;
}

void line_reader::consume(std::size_t n)
{
    assert(n <= pending().size());
    begin_ += n;
    scanned_ -= std::min(scanned_, n);
}

}  // namespace odmr
