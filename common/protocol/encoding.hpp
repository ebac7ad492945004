// encoding - base64 (RFC 4648 4, as AUTH uses it in RFC 4954 4) and xtext (RFC 3461 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace odmr
{

std::string base64_encode(std::string_view octets);

/// Strict: padding required, no spaces or line breaks, no stray bits after the last octet. nullopt otherwise.
std::optional<std::string> base64_decode(std::string_view text);

std::string xtext_encode(std::string_view octets);

/// nullopt when an octet must have been encoded or a "+" is not followed by two upper-case hex digits.
std::optional<std::string> xtext_decode(std::string_view text);

/// True when text is well-formed UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF.
bool valid_utf8(std::string_view text);

}  // namespace odmr
