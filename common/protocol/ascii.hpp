// ascii - classes of octets the grammars of RFC 5234 B.1 and RFC 5321 4.1.2 are made of; no locale.
#pragma once

#include <string_view>

namespace odmr
{

constexpr bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/// Let-dig = ALPHA / DIGIT
constexpr bool is_let_dig(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool is_control(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// An octet of a character outside ASCII; whether it is well-formed is valid_utf8's question.
constexpr bool is_utf8(char c)
{
    return static_cast<unsigned char>(c) >= 0x80;
}

constexpr bool is_ascii(std::string_view text)
{
    for (const char c : text)
        if (is_utf8(c))
            return false;
    return true;
}

}  // namespace odmr
