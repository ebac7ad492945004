// encoding - base64 (RFC 4648 4), xtext (RFC 3461 4), UTF-8 (RFC 3629 4).
#include "protocol/encoding.hpp"

#include <array>
#include <cstdint>

namespace odmr
{

namespace
{

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view hex_digits = "0123456789ABCDEF";
constexpr std::uint8_t no_digit = 0xff;

constexpr std::array<std::uint8_t, 256> base64_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::size_t i = 0; i < base64_digits.size(); ++i)
        values[static_cast<unsigned char>(base64_digits[i])] = static_cast<std::uint8_t>(i);
    return values;
}();

std::uint32_t octet(char c)
{
    return static_cast<unsigned char>(c);
}

/// What stands for itself in xtext: xchar = %d33-42 / %d44-60 / %d62-126
bool is_xchar(char c)
{
    return c >= '!' && c <= '~' && c != '+' && c != '=';
}

struct utf8_form {
    std::size_t length;          ///< octets of the character; 0 when no character begins so
    std::uint32_t least_second;  ///< range of the second octet: rules out overlong forms, surrogates
    std::uint32_t most_second;   ///< and what lies above U+10FFFF
};

/// RFC 3629 4, by the first octet.
utf8_form form_of(std::uint32_t first)
{
    if (first < 0x80)
        return {1, 0, 0};
    if (first >= 0xc2 && first <= 0xdf)
        return {2, 0x80, 0xbf};
    if (first >= 0xe0 && first <= 0xef)
        return {3, first == 0xe0 ? 0xa0u : 0x80u, first == 0xed ? 0x9fu : 0xbfu};
    if (first >= 0xf0 && first <= 0xf4)
        return {4, first == 0xf0 ? 0x90u : 0x80u, first == 0xf4 ? 0x8fu : 0xbfu};
    return {0, 0, 0};
}

}  // namespace

std::string base64_encode(std::string_view octets)
{
    std::string text;
    text.reserve((octets.size() + 2) / 3 * 4);
    for (; !octets.empty(); octets.remove_prefix(octets.size() < 3 ? octets.size() : 3)) {
        const std::uint32_t second = octets.size() > 1 ? octet(octets[1]) : 0;
        const std::uint32_t third = octets.size() > 2 ? octet(octets[2]) : 0;
        const std::uint32_t group = octet(octets[0]) << 16 | second << 8 | third;
        text += base64_digits[group >> 18];
        text += base64_digits[group >> 12 & 63];
        text += octets.size() > 1 ? base64_digits[group >> 6 & 63] : '=';
        text += octets.size() > 2 ? base64_digits[group & 63] : '=';
    }
    return text;
}

std::optional<std::string> base64_decode(std::string_view text)
{
    if (text.size() % 4 != 0)
        return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    text.remove_suffix(padding);
    std::string octets;
    octets.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    int count = 0;  // how many of them are not yet an octet
    for (const char c : text) {
        const std::uint8_t value = base64_values[octet(c)];
        if (value == no_digit)
            return std::nullopt;
        bits = bits << 6 | value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            octets += static_cast<char>(bits >> count & 0xff);
            bits &= (1u << count) - 1;
        }
    }
    if (bits != 0)  // RFC 4648 3.5: the pad bits are zero, so that every octet string has one encoding
        return std::nullopt;
    return octets;
}

std::string xtext_encode(std::string_view octets)
{
    std::string text;
    for (const char c : octets) {
        if (is_xchar(c)) {
            text += c;
        } else {
            text += '+';
            text += hex_digits[octet(c) >> 4];
            text += hex_digits[octet(c) & 15];
        }
    }
    return text;
}

std::optional<std::string> xtext_decode(std::string_view text)
{
    std::string octets;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_xchar(text[i])) {
            octets += text[i];
            continue;
        }
        if (text[i] != '+' || text.size() - i < 3)
            return std::nullopt;
        const std::size_t high = hex_digits.find(text[i + 1]);
        const std::size_t low = hex_digits.find(text[i + 2]);
        if (high == std::string_view::npos || low == std::string_view::npos)
            return std::nullopt;
        octets += static_cast<char>(high << 4 | low);
        i += 2;
    }
    return octets;
}

bool valid_utf8(std::string_view text)
{
    while (!text.empty()) {
        const utf8_form form = form_of(octet(text[0]));
        if (form.length == 0 || form.length > text.size())
            return false;
        if (form.length > 1 && (octet(text[1]) < form.least_second || octet(text[1]) > form.most_second))
            return false;
        for (std::size_t i = 2; i < form.length; ++i)
            if ((octet(text[i]) & 0xc0) != 0x80)
                return false;
        text.remove_prefix(form.length);
    }
    return true;
}

}  // namespace odmr
