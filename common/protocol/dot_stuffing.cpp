// dot_stuffing - the transparency of DATA (RFC 5321 4.5.2), closed against SMTP smuggling.
#include "protocol/dot_stuffing.hpp"

#include <algorithm>

namespace odmr
{

std::size_t dot_decoder::decode(std::string_view in, std::string& out)
{
    std::size_t pos = 0;
    std::size_t copied = 0;  // in[copied, pos) is content that waits to be appended in one piece
    while (pos < in.size() && state_ != state::end) {
        switch (state_) {
            case state::text:
                pos = std::min(in.find('\r', pos), in.size() - 1) + 1;
                if (in[pos - 1] == '\r')
                    state_ = state::cr;
                break;
            case state::cr:
                state_ = in[pos] == '\n' ? state::line_start : in[pos] == '\r' ? state::cr : state::text;
                ++pos;
                break;
            case state::line_start:
                state_ = in[pos] == '.' ? state::dot : state::text;
                if (state_ == state::dot) {
                    out.append(in, copied, pos - copied);
                    copied = ++pos;
                }
                break;
            case state::dot:  // the dot is gone, whatever follows: it ended the content or was stuffed
                state_ = in[pos] == '\r' ? state::dot_cr : state::text;
                if (state_ == state::dot_cr)
                    copied = ++pos;
                break;
            case state::dot_cr:
                if (in[pos] == '\n') {
                    state_ = state::end;
                    copied = ++pos;
                } else {  // only CRLF ends a line: that CR was content
                    out += '\r';
                    state_ = state::cr;
                }
                break;
            case state::end:
                break;
        }
    }
    out.append(in, copied, pos - copied);
    return pos;
}

void dot_encoder::encode(std::string_view in, std::string& out)
{
    if (in.empty())
        return;
    const auto after_newline = [&](std::size_t pos) {
        return pos == 0 ? state_ != state::text : in[pos - 1] == '\r' || in[pos - 1] == '\n';
    };
    std::size_t copied = 0;
    for (std::size_t dot = in.find('.'); dot != std::string_view::npos; dot = in.find('.', dot + 1)) {
        if (after_newline(dot)) {
            out.append(in, copied, dot + 1 - copied);
            copied = dot;  // once more with what follows
        }
    }
    out.append(in, copied);

    const bool cr_before_last = in.size() > 1 ? in[in.size() - 2] == '\r' : state_ == state::cr;
    switch (in.back()) {
        case '\r':
            state_ = state::cr;
            break;
        case '\n':
            state_ = cr_before_last ? state::line_start : state::after_bare_newline;
            break;
        default:
            state_ = state::text;
    }
}

void dot_encoder::finish(std::string& out)
{
    out += state_ == state::line_start ? ".\r\n" : "\r\n.\r\n";
}

}  // namespace odmr
