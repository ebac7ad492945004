// dot_stuffing - message content on the wire of DATA, both ways (RFC 5321 4.5.2).
//
// Content ends at CRLF "." CRLF and at nothing else. A CR or LF by itself is content, passed through as it
// is; but on the way out a "." that follows one is doubled too, so that a receiver with a laxer idea of line
// ends can never see the end of a message inside it (SMTP smuggling).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace odmr
{

/// Takes the dots out of received content and finds its end.
class dot_decoder
{
public:
    /// Appends decoded content to out and returns how many octets of in were used. Fewer than in.size() only
    /// when the end was found: what follows is the next command. Can be fed any split of the stream.
    std::size_t decode(std::string_view in, std::string& out);

    [[nodiscard]] bool done() const { return state_ == state::end; }

private:
    enum class state { line_start, text, cr, dot, dot_cr, end };
    state state_ = state::line_start;
};

/// Puts the dots into content that goes out.
class dot_encoder
{
public:
    /// Appends encoded content to out. Can be fed any split of the content.
    void encode(std::string_view in, std::string& out);

    /// Appends what ends the content: CRLF unless it ended in one (or was empty), then "." CRLF.
    void finish(std::string& out);

private:
    enum class state { line_start, text, cr, after_bare_newline };
    state state_ = state::line_start;
};

}  // namespace odmr
