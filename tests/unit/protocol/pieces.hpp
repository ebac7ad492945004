// pieces - how a stream may arrive, and streams to let arrive: for tests of everything that reads
// incrementally.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::test
{

using pieces = std::vector<std::string_view>;

/// Calls check(pieces) with the text whole, cut in two at every octet, and octet by octet.
template <class Check>
void at_every_split(std::string_view text, Check check)
{
    check(pieces{text});
    for (std::size_t cut = 1; cut < text.size(); ++cut)
        check(pieces{text.substr(0, cut), text.substr(cut)});
    pieces octets;
    for (std::size_t i = 0; i < text.size(); ++i)
        octets.push_back(text.substr(i, 1));
    check(octets);
}

/// Up to max_size octets out of the alphabet.
inline std::string random_text(std::mt19937& random, std::size_t max_size, std::string_view alphabet)
{
    std::uniform_int_distribution<std::size_t> size(0, max_size);
    std::uniform_int_distribution<std::size_t> index(0, alphabet.size() - 1);
    std::string text(size(random), '\0');
    for (char& c : text)
        c = alphabet[index(random)];
    return text;
}

/// All 256 octets.
inline std::string every_octet()
{
    std::string text;
    for (int i = 0; i < 256; ++i)
        text += static_cast<char>(i);
    return text;
}

}  // namespace odmr::test
