// fuzz - what every fuzz target shares: its entry, saying that a property does not hold, and streams in
// pieces.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

/// One input for the parser the target is named after. Called by libFuzzer, or by replay_corpus.cpp.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace odmr::fuzz
{

/// Ends the program when the property is violated: a fuzzer knows no other way to hear of it.
inline void require(bool holds, const char* property)
{
    if (holds)
        return;
    std::fprintf(stderr, "violated: %s\n", property);
    std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size)
{
    return {reinterpret_cast<const char*>(data), size};
}

/// Takes the first octet away, as a number that steers the test; 0 when there is none.
inline std::size_t take_number(std::string_view& text)
{
    if (text.empty())
        return 0;
    const std::size_t number = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    return number;
}

using pieces = std::vector<std::string_view>;

/// How a stream may arrive other than whole: in pieces of that size, and octet by octet.
inline std::array<pieces, 2> splits(std::string_view text, std::size_t piece_size)
{
    std::array<pieces, 2> result;
    for (std::size_t i = 0; i < text.size(); i += piece_size + 1)
        result[0].push_back(text.substr(i, piece_size + 1));
    for (std::size_t i = 0; i < text.size(); ++i)
        result[1].push_back(text.substr(i, 1));
    return result;
}

}  // namespace odmr::fuzz
