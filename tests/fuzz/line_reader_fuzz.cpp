// Input: an octet for the limit, one for the size of the pieces, then the stream.
#include "fuzz.hpp"
#include "protocol/line_reader.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace
{

using namespace odmr;
using status = line_reader::status;

struct event {
    status what;
    std::string line;

    friend bool operator==(const event&, const event&) = default;
};

void drain(line_reader& reader, std::vector<event>& seen)
{
    while (true) {
        const line_reader::result result = reader.next();
        if (result.what == status::incomplete)
            return;
        if (!seen.empty() && seen.back().what == status::bare_newline) {
            fuzz::require(result.what == status::bare_newline, "bare_newline is for ever");
            return;
        }
        seen.push_back({result.what, std::string(result.line)});
    }
}

void check_lines(std::string_view stream, std::size_t limit, const std::vector<event>& seen,
                 std::string_view pending)
{
    std::string again;
    bool skipped = false;
    for (const event& e : seen) {
        skipped = skipped || e.what == status::too_long;
        if (e.what != status::line)
            continue;
        fuzz::require(e.line.size() <= limit, "no line is over the limit");
        fuzz::require(e.line.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos,
                      "lines are clean");
        again += e.line + "\r\n";
    }
    again += pending;
    fuzz::require(skipped || again == stream, "nothing is lost");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view stream = fuzz::text_of(data, size);
    const std::size_t limit = fuzz::take_number(stream);
    const std::size_t piece_size = fuzz::take_number(stream);

    line_reader reader(limit);
    std::vector<event> seen;
    reader.append(stream);
    drain(reader, seen);
    check_lines(stream, limit, seen, reader.pending());

    for (const fuzz::pieces& pieces : fuzz::splits(stream, piece_size)) {
        line_reader other(limit);
        std::vector<event> also_seen;
        for (const std::string_view piece : pieces) {
            other.append(piece);
            drain(other, also_seen);
            fuzz::require(other.pending().size() <= limit + piece_size + 2,
                          "the buffer stays within the limit");
        }
        fuzz::require(also_seen == seen, "the same at every split");
    }
    return 0;
}
