#include "support/smtp_server.hpp"

#include <algorithm>
#include <charconv>
#include <exception>
#include <utility>

namespace odmr::test
{
namespace
{

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

/// RFC 5321 4.5.2: the dot that begins a line was added by the client.
std::string without_dot_stuffing(std::string_view wire)
{
    std::string content;
    content.reserve(wire.size());
    bool line_start = true;
    for (std::size_t i = 0; i < wire.size(); ++i) {
        if (!(line_start && wire[i] == '.'))
            content += wire[i];
        line_start = wire[i] == '\n' && i > 0 && wire[i - 1] == '\r';
    }
    return content;
}

}  // namespace

session_end smtp_server::run()
{
    try {
        return session();
    } catch (const connection_closed&) {
        return session_end::client_gone;
    } catch (const std::exception& error) {
        log_.received(std::string("!! ") + error.what());
        return session_end::failed;
    }
}

void smtp_server::cancel()
{
    state_ = state::cancelled;
    line_.cancel();
}

session_end smtp_server::session()
{
    const server_script::rule* const rule = script_.find("greeting");
    if (const maybe_end end = obey(rule))
        return *end;
    if (rule == nullptr || rule->what == server_script::action::stall)
        reply(script_.greeting);
    for (;;) {
        const std::string command = line_.read_line();
        log_.received(command);
        if (script_.loses_behind_command)
            line_.forget_received();
        if (const maybe_end end = serve(command))
            return *end;
    }
}

smtp_server::maybe_end smtp_server::serve(const std::string& command)
{
    const server_script::rule* const rule = script_.find(command);
    if (const maybe_end end = obey(rule))
        return end;
    if (rule != nullptr && rule->what == server_script::action::reply)
        return {};

    if (begins_with(command, "EHLO") || begins_with(command, "LHLO")) {
        lmtp_ = begins_with(command, "LHLO");
        reply(ehlo_reply());
    } else if (begins_with(command, "HELO"))
        reply("250 customer.example.org");
    else if (begins_with(command, "MAIL"))
        mail(command);
    else if (begins_with(command, "RCPT"))
        rcpt(command);
    else if (begins_with(command, "DATA"))
        return data();
    else if (begins_with(command, "BDAT"))
        return bdat(command);
    else if (begins_with(command, "RSET") || begins_with(command, "NOOP")) {
        in_mail_ = in_mail_ && begins_with(command, "NOOP");
        reply("250 2.0.0 Ok");
    } else if (begins_with(command, "QUIT")) {
        reply("221 2.0.0 Bye");
        return session_end::quit;
    } else
        reply("502 5.5.2 What?");
    return {};
}

smtp_server::maybe_end smtp_server::obey(const server_script::rule* rule)
{
    if (rule == nullptr)
        return {};
    if (!rule->text.empty())
        reply(rule->text);
    switch (rule->what) {
        case server_script::action::reply:
            return {};
        case server_script::action::end:
            log_.sent("(closes the connection)");
            if (rule->text.empty())
                line_.reset();
            else
                line_.cancel();  // what was said last must get there
            return session_end::by_script;
        case server_script::action::stall:
            break;
    }
    log_.sent("(reads no further)");
    state_ = state::stalled;
    const bool ended = wait_until([this] { return state_ != state::stalled; }, 4 * patience);
    return ended && state_ == state::serving ? maybe_end() : session_end::client_gone;
}

void smtp_server::reply(std::string_view text)
{
    log_.sent(text);
    line_.write_line(text);
}

std::string smtp_server::ehlo_reply() const
{
    std::string text = script_.features.empty() ? "250 " : "250-";
    text += "customer.example.org";
    for (const std::string& feature : script_.features)
        text += (&feature == &script_.features.back() ? "\r\n250 " : "\r\n250-") + feature;
    return text;
}

void smtp_server::mail(const std::string& command)
{
    if (in_mail_)
        return reply("503 5.5.1 Nested MAIL");
    message_ = {};
    message_.mail = command;
    message_.sender = path_in(command);
    in_mail_ = true;
    reply("250 2.1.0 Ok");
}

void smtp_server::rcpt(const std::string& command)
{
    if (!in_mail_)
        return reply("503 5.5.1 MAIL first");
    message_.recipients.push_back(path_in(command));
    reply("250 2.1.5 Ok");
}

smtp_server::maybe_end smtp_server::data()
{
    if (!in_mail_ || message_.recipients.empty()) {
        reply("503 5.5.1 No recipients");
        return {};
    }
    reply("354 Go ahead");
    std::string wire = "\r\n";  // so that a lone dot is the end of an empty content
    if (const server_script::rule* rule = script_.find_in_content();
        rule != nullptr && read_dotted(wire, rule->octets))
        if (const maybe_end end = obey(rule))
            return end;
    (void)read_dotted(wire, std::string::npos);
    wire.erase(0, 2);
    message_.content = without_dot_stuffing(std::string_view(wire).substr(0, wire.size() - 3));
    return content_complete();
}

bool smtp_server::read_dotted(std::string& wire, std::size_t octets)
{
    for (std::size_t searched = 0;;) {
        if (wire.size() >= octets)
            return true;
        const std::size_t end = wire.find(end_of_content, searched);
        if (end != std::string::npos) {
            line_.unread(wire.substr(end + end_of_content.size()));
            wire.resize(end + end_of_content.size());
            return false;
        }
        searched = wire.size() < end_of_content.size() ? 0 : wire.size() - end_of_content.size();
        wire += line_.read_some();
    }
}

smtp_server::maybe_end smtp_server::bdat(const std::string& command)
{
    std::size_t size = 0;
    const char* begin = command.data() + std::string_view("BDAT ").size();
    const char* const end = command.data() + command.size();
    if (std::from_chars(begin, end, size).ec != std::errc{}) {
        reply("501 5.5.4 BDAT size [LAST]");
        return {};
    }
    while (size > 0) {
        std::string block = line_.read_some();
        const std::size_t used = std::min(size, block.size());
        message_.content.append(block, 0, used);
        size -= used;
        line_.unread(block.substr(used));
    }
    if (!in_mail_ || message_.recipients.empty())
        reply("503 5.5.1 No recipients");
    else if (command.ends_with("LAST"))
        return content_complete();
    else
        reply("250 2.0.0 Chunk received");
    return {};
}

smtp_server::maybe_end smtp_server::content_complete()
{
    log_.received("(" + std::to_string(message_.content.size()) + " octets of content)");
    in_mail_ = false;
    if (script_.loses_behind_content)
        line_.forget_received();
    const server_script::rule* const rule = script_.find(".");
    if (rule != nullptr && rule->what == server_script::action::stall)
        if (const maybe_end end = obey(rule)) {
            box_.add(message_);
            return end;
        }
    const bool by_rule = rule != nullptr && rule->what != server_script::action::stall;
    message_.answered = !by_rule || rule->text.starts_with('2');
    box_.add(message_);  // before the answer: who hears it may look here at once
    if (by_rule)
        return obey(rule);
    for (std::size_t replies = lmtp_ ? message_.recipients.size() : 1; replies > 0; --replies)
        reply("250 2.0.0 Ok: received");
    return {};
}

}  // namespace odmr::test
