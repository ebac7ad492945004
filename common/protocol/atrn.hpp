// atrn - the argument of ATRN, exactly by the ABNF of RFC 2645 5.2.1.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

/// line_tail: everything behind the four letters ATRN, untrimmed ("" or " example.org,example.com").
/// The domains in lower case, each once, in the order of their first appearance; empty for a bare ATRN
/// (= all the customer's domains). nullopt when the syntax is wrong: exactly one space, commas without
/// spaces, LDH labels, at least two of them, no trailing dot.
std::optional<std::vector<std::string>> parse_atrn(std::string_view line_tail);

}  // namespace odmr
