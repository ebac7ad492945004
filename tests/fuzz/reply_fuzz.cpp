// Input: an octet for the size of the pieces, then what a server sends: replies, and as capabilities what
// they may be.
#include "fuzz.hpp"
#include "protocol/capabilities.hpp"
#include "protocol/line_reader.hpp"
#include "protocol/reply.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace
{

using namespace odmr;

constexpr std::size_t max_line = 512;

/// The replies before the stream ends or is no longer made of them.
std::vector<reply> read_replies(const fuzz::pieces& pieces)
{
    std::vector<reply> replies;
    line_reader reader(max_line);
    reply_parser parser;
    for (const std::string_view piece : pieces) {
        reader.append(piece);
        for (auto next = reader.next(); next.what != line_reader::status::incomplete; next = reader.next()) {
            if (next.what != line_reader::status::line)
                return replies;
            const reply_parser::status status = parser.feed(next.line);
            if (status == reply_parser::status::malformed)
                return replies;
            if (status == reply_parser::status::complete)
                replies.push_back(parser.take());
        }
    }
    return replies;
}

void check_reply(const reply& r)
{
    fuzz::require(r.code >= 200 && r.code < 600, "the code is in its range");
    fuzz::require(!r.lines.empty(), "there is a line");
    fuzz::require(r.enhanced.empty() || r.enhanced[0] == '0' + r.code / 100, "the classes agree");

    reply clean = r;
    for (std::string& line : clean.lines)
        std::replace_if(
            line.begin(), line.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; }, '?');
    // "250" alone goes out as "250 ": one octet more than the line that came, and it had room.
    const std::vector<reply> again = read_replies({r.wire()});
    const bool fits = std::all_of(r.lines.begin(), r.lines.end(), [&](const std::string& line) {
        return line.size() + r.enhanced.size() + 5 <= max_line;
    });
    fuzz::require(!fits || again == std::vector<reply>{clean}, "what is written parses to itself");
    fuzz::require(r.text().find_first_of("\r\n") == std::string::npos, "the text is one line");
}

void check_capabilities(const reply& ehlo)
{
    capabilities offered = parse_capabilities(ehlo);
    reply lhlo(250, "", "name");
    for (const std::string& line : capability_lines(offered))
        lhlo.lines.push_back(line);
    offered.pipelining = offered.enhanced_codes = false;  // every LMTP server has them
    fuzz::require(parse_capabilities(lhlo) == offered, "what is offered is understood");
    fuzz::require(either(offered, offered) == offered, "either of two that are the same");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view stream = fuzz::text_of(data, size);
    const std::size_t piece_size = fuzz::take_number(stream);
    const std::vector<reply> replies = read_replies({stream});
    for (const fuzz::pieces& pieces : fuzz::splits(stream, piece_size))
        fuzz::require(read_replies(pieces) == replies, "the same at every split");
    for (const reply& r : replies) {
        check_reply(r);
        check_capabilities(r);
    }
    return 0;
}
