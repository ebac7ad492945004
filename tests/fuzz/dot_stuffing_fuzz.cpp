// Input: an octet for the size of the pieces, then octets that are taken as content to encode, and as a
// stream to decode.
#include "fuzz.hpp"
#include "protocol/dot_stuffing.hpp"

#include <string>
#include <string_view>

namespace
{

using namespace odmr;

struct decoded {
    std::string content;
    std::string rest;
    bool done = false;

    friend bool operator==(const decoded&, const decoded&) = default;
};

decoded decode(const fuzz::pieces& pieces)
{
    dot_decoder decoder;
    decoded result;
    for (const std::string_view piece : pieces)
        result.rest += piece.substr(decoder.decode(piece, result.content));
    result.done = decoder.done();
    return result;
}

std::string encode(const fuzz::pieces& pieces)
{
    dot_encoder encoder;
    std::string wire;
    for (const std::string_view piece : pieces)
        encoder.encode(piece, wire);
    encoder.finish(wire);
    return wire;
}

bool is_newline(char c)
{
    return c == '\r' || c == '\n';
}

/// RFC 5321 4.5.2 as it is written: the end is CRLF "." CRLF, and one "." is taken off each line that begins
/// so.
decoded decode_by_the_book(std::string_view stream)
{
    const std::string lines = "\r\n" + std::string(stream);
    const std::size_t end = lines.find("\r\n.\r\n");
    decoded result;
    result.done = end != std::string::npos;
    std::string_view content = std::string_view(lines).substr(0, result.done ? end + 2 : lines.size());
    result.rest = result.done ? lines.substr(end + 5) : "";
    for (std::size_t dot = content.find("\r\n."); dot != std::string_view::npos;
         dot = content.find("\r\n.")) {
        result.content += content.substr(0, dot + 2);
        content.remove_prefix(dot + 3);
    }
    result.content += content;
    result.content.erase(0, 2);
    return result;
}

/// What a decoder makes of encoded content: one dot more behind a newline that is none, CRLF at the end.
std::string hardened(std::string_view content)
{
    std::string result;
    for (std::size_t i = 0; i < content.size(); ++i) {
        if (content[i] == '.' && i > 0 && is_newline(content[i - 1]) &&
            !content.substr(0, i).ends_with("\r\n"))
            result += '.';
        result += content[i];
    }
    return result.empty() || result.ends_with("\r\n") ? result : result + "\r\n";
}

bool lax_receiver_sees_an_end(std::string_view wire)
{
    for (std::size_t dot = 0; dot + 1 < wire.size(); ++dot)
        if (wire[dot] == '.' && (dot == 0 || is_newline(wire[dot - 1])) && is_newline(wire[dot + 1]))
            return true;
    return false;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view text = fuzz::text_of(data, size);
    const std::size_t piece_size = fuzz::take_number(text);

    const std::string wire = encode({text});
    fuzz::require(wire.ends_with(".\r\n"), "an end");
    fuzz::require(!lax_receiver_sees_an_end(std::string_view(wire).substr(0, wire.size() - 3)),
                  "no end before it");
    fuzz::require(decode({wire}) == decoded{hardened(text), "", true}, "what is encoded decodes");

    // A last CR may yet become a CRLF, or a last ".CR" the end: whole lines tell.
    const std::string stream = std::string(text) + "x";
    const decoded whole = decode({stream});
    fuzz::require(whole == decode_by_the_book(stream), "as the book says");

    for (const fuzz::pieces& pieces : fuzz::splits(text, piece_size))
        fuzz::require(encode(pieces) == wire, "encoded the same at every split");
    for (const fuzz::pieces& pieces : fuzz::splits(stream, piece_size))
        fuzz::require(decode(pieces) == whole, "decoded the same at every split");
    return 0;
}
