// Input: octets that are taken as plain and as encoded text: base64, xtext, UTF-8.
#include "fuzz.hpp"
#include "protocol/encoding.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace
{

using namespace odmr;

void check_base64(std::string_view text)
{
    fuzz::require(base64_decode(base64_encode(text)) == text, "base64 decodes to what was encoded");
    const std::optional<std::string> octets = base64_decode(text);
    fuzz::require(!octets || base64_encode(*octets) == text, "base64 has one text for each value");
}

void check_xtext(std::string_view text)
{
    const std::string encoded = xtext_encode(text);
    const auto printable = [](char c) { return c >= '!' && c <= '~' && c != '='; };
    fuzz::require(std::all_of(encoded.begin(), encoded.end(), printable), "xtext is printable");
    fuzz::require(xtext_decode(encoded) == text, "xtext decodes to what was encoded");
    const std::optional<std::string> octets = xtext_decode(text);
    fuzz::require(!octets || xtext_encode(*octets).size() <= text.size(), "xtext is as short as it can be");
}

std::string utf8_of(unsigned point)
{
    const auto octet = [](unsigned value) { return static_cast<char>(value); };
    const auto rest = [&](unsigned shift) { return octet(0x80 | ((point >> shift) & 0x3f)); };
    if (point < 0x80)
        return {octet(point)};
    if (point < 0x800)
        return {octet(0xc0 | point >> 6), rest(0)};
    if (point < 0x10000)
        return {octet(0xe0 | point >> 12), rest(6), rest(0)};
    return {octet(0xf0 | point >> 18), rest(12), rest(6), rest(0)};
}

/// From the other side: decode without a question, and see whether encoding gives the same octets.
bool is_utf8_of_code_points(std::string_view text)
{
    std::string again;
    for (std::size_t i = 0; i < text.size();) {
        const unsigned first = static_cast<unsigned char>(text[i]);
        const std::size_t length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        unsigned point = length == 1 ? first : first & (0x7fu >> length);
        for (const char c : text.substr(i + 1, length - 1))
            point = point << 6 | (static_cast<unsigned char>(c) & 0x3fu);
        if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
            return false;
        again += utf8_of(point);
        i += length;
    }
    return again == text;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text = fuzz::text_of(data, size);
    check_base64(text);
    check_xtext(text);
    fuzz::require(valid_utf8(text) == is_utf8_of_code_points(text), "UTF-8 is what code points make");
    return 0;
}
