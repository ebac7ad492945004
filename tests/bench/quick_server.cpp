#include "bench/quick_server.hpp"

#include <algorithm>
#include <charconv>

namespace odmr::bench
{
namespace
{

constexpr std::string_view line_end = "\r\n";

/// What stands between the first angle brackets.
std::string path_in(std::string_view command)
{
    const std::size_t open = command.find('<');
    const std::size_t close = command.find('>', open);
    if (close == std::string_view::npos)
        return {};
    return std::string(command.substr(open + 1, close - open - 1));
}

}  // namespace

std::string quick_server::receive(std::string_view octets)
{
    if (rest_.empty()) {
        while (!ended_ && take(octets)) {
        }
        rest_ = octets;
    } else {
        const std::string joined = std::exchange(rest_, {}).append(octets);
        return receive(joined);
    }
    return std::exchange(replies_, {});
}

/// Takes the next part off the input; false when more is needed for it.
bool quick_server::take(std::string_view& input)
{
    if (reading_ == part::commands)
        return take_command(input);
    return reading_ == part::data ? take_data(input) : take_chunk(input);
}

bool quick_server::take_command(std::string_view& input)
{
    const std::size_t end = input.find(line_end);
    if (end == std::string_view::npos)
        return false;
    answer(input.substr(0, end));
    input.remove_prefix(end + line_end.size());
    return true;
}

/// RFC 5321 4.5.2. Dots are rare, so looking for them alone is quick.
bool quick_server::take_data(std::string_view& input)
{
    for (std::size_t from = 0;;) {
        const std::size_t dot = input.find('.', from);
        const std::size_t sure = std::min(dot, input.size());
        const bool begins_line =
            sure >= 2 ? input.substr(sure - 2, 2) == line_end
                      : (line_before_ + std::string(input.substr(0, sure))).ends_with(line_end);
        if (dot != std::string_view::npos && !begins_line) {
            from = dot + 1;
            continue;
        }
        content(input.substr(0, sure));
        input.remove_prefix(sure);
        if (input.size() < 1 + line_end.size())
            return false;  // nothing is left, or it is not clear yet what the dot is
        input.remove_prefix(1);
        if (input.starts_with(line_end)) {
            input.remove_prefix(line_end.size());
            complete();
            return true;
        }
        // The dot was stuffed; what stands behind it, be it another dot, is content.
        content(input.substr(0, 1));
        input.remove_prefix(1);
        from = 0;
    }
}

bool quick_server::take_chunk(std::string_view& input)
{
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(chunk_left_, input.size()));
    content(input.substr(0, n));
    input.remove_prefix(n);
    chunk_left_ -= n;
    if (chunk_left_ > 0)
        return false;
    reading_ = part::commands;
    if (chunk_is_last_)
        complete();
    else
        reply("250 2.0.0 Chunk taken");
    return true;
}

void quick_server::content(std::string_view octets)
{
    if (reading_ == part::data) {
        line_before_ += octets.substr(octets.size() - std::min<std::size_t>(octets.size(), 2));
        line_before_.erase(0, line_before_.size() - std::min<std::size_t>(line_before_.size(), 2));
    }
    if (mail_.content && !octets.empty())
        mail_.content(octets);
}

void quick_server::complete()
{
    reading_ = part::commands;
    chunks_begun_ = false;
    if (mail_.complete)
        mail_.complete(recipient_);
    for (std::size_t i = 0; i < (how_.lmtp ? recipients_ : 1); ++i)
        reply("250 2.0.0 Ok");
    recipient_.clear();
    recipients_ = 0;
}

void quick_server::reply(std::string_view text)
{
    replies_.append(text).append(line_end);
}

/// RFC 3030 2: "BDAT" SP chunk-size [ SP "LAST" ]
void quick_server::begin_chunk(std::string_view arguments)
{
    const auto [end, error] =
        std::from_chars(arguments.data(), arguments.data() + arguments.size(), chunk_left_);
    const std::string_view rest = arguments.substr(static_cast<std::size_t>(end - arguments.data()));
    chunk_is_last_ = rest == " LAST";
    if (error != std::errc{} || !(rest.empty() || chunk_is_last_)) {
        ended_ = true;  // no telling where the next command begins
        reply("501 5.5.4 That is no chunk");
        return;
    }
    chunks_begun_ = true;
    reading_ = part::chunk;
}

void quick_server::begin_mail()
{
    if (chunks_begun_ && mail_.abandoned)
        mail_.abandoned();
    chunks_begun_ = false;
    recipient_.clear();
    recipients_ = 0;
}

void quick_server::answer(std::string_view command)
{
    if (command.starts_with("EHLO") || command.starts_with("LHLO")) {
        reply("250-quick.example");
        if (how_.pipelining)
            reply("250-PIPELINING");
        if (how_.chunking)
            reply("250-CHUNKING");
        reply("250-SIZE\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES");
    } else if (command.starts_with("MAIL") && recipients_ > 0) {
        reply("503 5.5.1 A message is under way");
    } else if (command.starts_with("RCPT")) {
        if (recipients_++ == 0)
            recipient_ = path_in(command);
        reply("250 2.1.5 Ok");
    } else if (command == "DATA" && recipients_ > 0 && !chunks_begun_) {
        reading_ = part::data;
        line_before_ = line_end;  // a lone dot ends an empty content
        reply("354 Go ahead");
    } else if (command.starts_with("BDAT ") && recipients_ > 0 && how_.chunking) {
        begin_chunk(command.substr(5));
    } else if (command == "DATA" || command.starts_with("BDAT")) {
        ended_ = true;  // the content that follows could be taken for commands
        reply("503 5.5.1 Not now");
    } else if (command == "QUIT") {
        ended_ = true;
        reply("221 2.0.0 Bye");
    } else {
        if (command.starts_with("MAIL") || command == "RSET")
            begin_mail();
        reply("250 2.0.0 Ok");
    }
}

}  // namespace odmr::bench
