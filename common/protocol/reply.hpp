// reply - what one side answers: code, enhanced status code and public text (RFC 5321 4.2, RFC 2034).
//
// This is the only type that becomes a reply on the wire, and the only one a peer's reply is parsed into.
// The private reason for a refusal belongs in the log, never here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

struct reply {
    int code = 0;                    ///< 200..599
    std::string enhanced;            ///< enhanced status code such as "5.1.1" (RFC 3463), or empty
    std::vector<std::string> lines;  ///< at least one; text without code, enhanced code and line end

    reply() = default;
    /// text may hold several lines separated by '\n'. enhanced may be empty (greeting, EHLO, 354).
    reply(int code, std::string_view enhanced, std::string_view text);

    [[nodiscard]] bool positive() const { return code >= 200 && code < 300; }
    [[nodiscard]] bool intermediate() const { return code >= 300 && code < 400; }
    [[nodiscard]] bool transient() const { return code >= 400 && code < 500; }
    [[nodiscard]] bool permanent() const { return code >= 500 && code < 600; }

    /// The reply as it goes out: "250-2.0.0 text\r\n250 2.0.0 text\r\n". Control characters in the text
    /// (which could forge a line) become '?'.
    [[nodiscard]] std::string wire() const;

    /// One line for a log or an error text: "450 4.7.1 text / second line".
    [[nodiscard]] std::string text() const;

    friend bool operator==(const reply&, const reply&) = default;
};

/// Assembles a peer's reply out of its lines (RFC 5321 4.2.1).
class reply_parser
{
public:
    enum class status {
        more,       ///< the reply goes on with another line
        complete,   ///< take() holds the reply
        malformed,  ///< not a reply, or its lines disagree in code; or more than max_lines
    };

    explicit reply_parser(std::size_t max_lines = 200) : max_lines_(max_lines) {}

    /// line: without CRLF. When every line's text begins with the same enhanced code, of the class that is
    /// the code's first digit (RFC 2034 4), it is taken off and kept; otherwise the texts stay as they came.
    status feed(std::string_view line);

    /// The complete reply; the parser is ready for the next one.
    reply take();

private:
    reply current_;
    std::size_t max_lines_;
};

}  // namespace odmr
