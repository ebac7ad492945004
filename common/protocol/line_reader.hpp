// line_reader - cuts a byte stream into lines that end in CRLF, and in nothing else.
//
// RFC 5321 2.3.8: a line ends in CRLF only; a CR or LF by itself is an error, never a line end.
// It does no I/O. What was received and not yet consumed is visible (pending), because a switch of
// protocol or role (STARTTLS, ATRN, message content) must know whether anything came too early.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace odmr
{

class line_reader
{
public:
    enum class status {
        incomplete,    ///< no whole line yet: more bytes are needed
        line,          ///< a line, without its CRLF
        too_long,      ///< more than the limit without a CRLF; the rest of that line is skipped by itself
        bare_newline,  ///< a CR without LF, an LF without CR, or a NUL: the stream cannot be trusted any more
    };

    struct result {
        status what;
        std::string_view line;  ///< valid until the next call of a non-const member
    };

    /// max_line: the longest line accepted, in octets, without its CRLF.
    explicit line_reader(std::size_t max_line) : max_line_(max_line) {}

    /// Adds bytes as they came from the peer.
    void append(std::string_view bytes);

    /// The next line, or why there is none. After bare_newline every further call says bare_newline.
    result next();

    /// Bytes received and not yet handed out.
    [[nodiscard]] std::string_view pending() const;

    /// Takes the first n of the pending bytes away (n <= pending().size()).
    void consume(std::size_t n);

    /// Gives back the memory that more lines would use, when nothing is pending.
    void rest();

    /// Sets a new limit, in octets, for lines that follow.
    void set_max_line(std::size_t max_line) { max_line_ = max_line; }

private:
    std::string buffer_;
    std::size_t begin_ = 0;    ///< first octet of buffer_ not yet handed out
    std::size_t scanned_ = 0;  ///< octets from begin_ already searched: no byte is looked at twice
    std::size_t max_line_;
    bool skipping_ = false;  ///< dropping the rest of a line that was too long
    bool broken_ = false;
};

}  // namespace odmr
