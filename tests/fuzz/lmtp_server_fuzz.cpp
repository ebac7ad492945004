// Input: an octet for the size of the pieces, then what the host MTA sends. Each message is answered as soon
// as it is whole.
#include "fuzz.hpp"
#include "protocol/lmtp_server.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace
{

using namespace odmr;
using fuzz::require;

constexpr std::size_t most_recipients = 3;

class not_for_x : public lmtp_server::recipient_check
{
public:
    std::optional<reply> refuse(const transaction& message, const recipient& to) override
    {
        require(message.recipients.size() < most_recipients, "nobody beyond the limit is asked about");
        if (to.path.domain != "x")
            return std::nullopt;
        return reply(450, "4.4.1", "offline");
    }
};

lmtp_server::settings some_settings()
{
    lmtp_server::settings s;
    s.name = "x";
    s.offered.size = true;
    s.offered.size_limit = 1000;
    s.offered.dsn = true;
    s.max_recipients = most_recipients;
    s.max_line = 200;
    s.max_errors = 20;
    return s;
}

/// An engine, all it wrote, and all the messages it took.
class session
{
public:
    session() { take(); }

    void receive(std::string_view octets)
    {
        const bool over = server_.closed();
        server_.receive(octets);
        take();
        for (; complete(); take())
            answer();
        require(!over || wrote_ == 0, "closed is closed");
    }

    void shut_down()
    {
        const bool over = server_.closed();
        server_.shut_down();
        take();
        require(server_.closed() != server_.busy(), "it waits for a transaction, and only for that");
        require(over || server_.busy() || transcript_.ends_with("421 4.3.2 customer is offline\r\n"),
                "the end is told");
    }

    [[nodiscard]] const std::string& transcript() const { return transcript_; }

private:
    bool complete() const { return server_.message() && server_.message()->content.finished(); }

    void answer()
    {
        const auto message = server_.message();
        const std::size_t count = message->recipients.size();
        require(count > 0 && count <= most_recipients, "a message has recipients, within the limit");
        transcript_ += "[" + message->sender.text + "|" + message->queue_id + "|";
        std::string replies;
        for (std::size_t i = 0; i < count; ++i) {
            const recipient& r = message->recipients[i];
            require(!r.path.null() && r.path.domain != "x", "who was refused gets nothing");
            transcript_ += r.path.text + "|";
            const reply outcome(i == 0 ? 250 : 550, i == 0 ? "2.0.0" : "5.1.1", std::to_string(i));
            message->settle(i, outcome);
            replies += outcome.wire();
        }
        transcript_ += std::string(message->content.front()) + "]";
        const std::size_t before = transcript_.size();
        server_.answer();
        take();
        require(transcript_.substr(before).starts_with(replies), "a reply for each recipient, in order");
    }

    void take()
    {
        const std::string octets = server_.take_output();
        require(octets.empty() || octets.ends_with("\r\n"), "replies are whole lines");
        wrote_ = octets.size();
        transcript_ += octets;
    }

    not_for_x check_;
    lmtp_server server_{some_settings(), check_};
    std::string transcript_;
    std::size_t wrote_ = 0;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view stream = fuzz::text_of(data, size);
    const std::size_t piece_size = fuzz::take_number(stream);

    session whole;
    whole.receive(stream);
    for (const fuzz::pieces& pieces : fuzz::splits(stream, piece_size)) {
        session other;
        for (const std::string_view piece : pieces)
            other.receive(piece);
        require(other.transcript() == whole.transcript(), "the same at every split");
        other.shut_down();
    }
    return 0;
}
