#include "bench/quick_server.hpp"

#include <algorithm>

namespace odmr::bench
{
namespace
{

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view end_of_content = "\r\n.\r\n";

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
    received_ += octets;
    replies_.clear();
    while (!ended_ && (in_content_ ? take_content() : take_command())) {
    }
    received_.erase(0, begin_);
    searched_ -= std::min(searched_, begin_);
    begin_ = 0;
    return replies_;
}

bool quick_server::take_content()
{
    const std::size_t end = received_.find(end_of_content, std::max(begin_, searched_));
    if (end == std::string::npos) {
        const std::size_t may_be_cut = end_of_content.size() - 1;
        searched_ = received_.size() - std::min(received_.size(), may_be_cut);
        return false;
    }
    begin_ = end + end_of_content.size();
    in_content_ = false;
    taken_(recipient_);
    replies_ += "250 2.0.0 Ok\r\n";
    return true;
}

bool quick_server::take_command()
{
    const std::size_t end = received_.find(line_end, begin_);
    if (end == std::string::npos)
        return false;
    replies_ += answer(std::string_view(received_).substr(begin_, end - begin_));
    // The line end before the content is left where it is, so that a lone dot ends an empty content.
    begin_ = end + (in_content_ ? 0 : line_end.size());
    searched_ = begin_;
    return true;
}

std::string_view quick_server::answer(std::string_view command)
{
    if (command.starts_with("EHLO"))
        return "250-quick.example\r\n250-PIPELINING\r\n250-SIZE\r\n250-8BITMIME\r\n250 "
               "ENHANCEDSTATUSCODES\r\n";
    if (command.starts_with("MAIL"))
        recipient_.clear();
    if (command.starts_with("RCPT") && recipient_.empty())
        recipient_ = path_in(command);
    if (command == "DATA") {
        in_content_ = true;
        return "354 Go ahead\r\n";
    }
    if (command == "QUIT") {
        ended_ = true;
        return "221 2.0.0 Bye\r\n";
    }
    return "250 2.0.0 Ok\r\n";
}

}  // namespace odmr::bench
