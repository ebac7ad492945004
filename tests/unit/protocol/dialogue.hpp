// dialogue - a conversation written down as text, to be replayed with its octets cut in every way.
//
//   S: 220 ready            a line the server sends; who of the two is the engine, its player knows
//   C: NOOP                 a line the client sends
//   ! ...   ? ...   * ...   steps that belong to the player of one engine
//
// One step a line; spaces before it, empty lines and lines that begin with "#" mean nothing. A line of the
// peer stands for its octets and CRLF, or without CRLF when it ends in a backslash; \r \n \0 \s (space) and
// \\ are single octets. Lines of the peer that follow each other come in one segment.
#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::test
{

struct step {
    char mark = 0;
    std::string text;
};

using dialogue = std::vector<step>;

inline dialogue parse_dialogue(std::string_view script)
{
    dialogue steps;
    while (!script.empty()) {
        std::string_view line = script.substr(0, script.find('\n'));
        script.remove_prefix(std::min(line.size() + 1, script.size()));
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        if (line.empty() || line.front() == '#')
            continue;
        const std::size_t space = std::min(line.find(' '), line.size());
        steps.push_back({line.front(), std::string(line.substr(std::min(space + 1, line.size())))});
    }
    return steps;
}

/// The octets a peer's line stands for.
inline std::string octets_of(std::string_view text)
{
    std::string octets;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            octets += text[i];
            continue;
        }
        if (++i == text.size())
            return octets;
        const std::size_t which = std::string_view("rn0s\\").find(text[i]);
        if (which == std::string_view::npos)
            throw std::invalid_argument("no such escape: " + std::string(text));
        octets += std::string_view("\r\n\0 \\", 5)[which];
    }
    return octets + "\r\n";
}

/// The first word of text, which is taken off it.
inline std::string take_word(std::string_view& text)
{
    const std::string word(text.substr(0, text.find(' ')));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

/// How the octets of the peer arrive.
class delivery
{
public:
    static delivery whole() { return {"whole", never, never, never}; }
    static delivery cut_at(std::size_t octet) { return {"cut at octet", octet, never, never}; }
    static delivery octet_by_octet() { return {"octet by octet", never, 1, never}; }
    /// The peer falls silent: the next octet is not delivered any more.
    static delivery stop_at(std::size_t octet) { return {"stopped at octet", never, never, octet}; }

    /// Hands octets to deliver(piece), in pieces.
    template <class Deliver>
    void send(std::string_view octets, Deliver deliver)
    {
        while (!octets.empty()) {
            if (sent_ == stop_) {
                stopped_ = true;
                return;
            }
            std::size_t size = std::min({octets.size(), piece_, stop_ - sent_});
            if (cut_ > sent_)
                size = std::min(size, cut_ - sent_);
            sent_ += size;
            deliver(octets.substr(0, size));
            octets.remove_prefix(size);
        }
    }

    [[nodiscard]] std::size_t sent() const { return sent_; }
    /// Something was not delivered.
    [[nodiscard]] bool stopped() const { return stopped_; }
    [[nodiscard]] std::string name() const
    {
        const std::size_t octet = std::min(cut_, stop_);
        return octet == never ? name_ : name_ + ' ' + std::to_string(octet);
    }

private:
    static constexpr std::size_t never = static_cast<std::size_t>(-1);
    delivery(std::string name, std::size_t cut, std::size_t piece, std::size_t stop)
        : name_(std::move(name)), cut_(cut), piece_(piece), stop_(stop)
    {
    }

    std::string name_;
    std::size_t cut_, piece_, stop_;
    std::size_t sent_ = 0;
    bool stopped_ = false;
};

/// Calls play(delivery), which says whether it went well, with the peer's octets one by one, and with one cut
/// at every place.
template <class Play>
void replay_cut_everywhere(std::size_t octets, Play play)
{
    if (!play(delivery::octet_by_octet()))
        return;
    for (std::size_t at = 1; at < octets; ++at)
        if (!play(delivery::cut_at(at)))
            return;
}

}  // namespace odmr::test
