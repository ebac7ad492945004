// Input: letters, each of which lets something happen to an smtp_client (see run()). A server of our own
// reads along, and knows what each recipient may be told.
#include "fuzz.hpp"
#include "protocol/smtp_client.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace
{

using namespace odmr;
using fuzz::require;

/// What a server of the customer has been told and has answered: the i-th reply is the one to the i-th
/// command. The greeting answers a command nobody has sent.
class witness
{
public:
    struct command {
        std::string line;
        std::string sender;  ///< of the transaction it belongs to
    };

    void hear(std::string_view octets, bool pipelining)
    {
        output_ += octets;
        while (in_content() ? take_content() : take_command())
            require(pipelining || commands_.size() <= replies_.size() + 1,
                    "without PIPELINING there is one command at a time");
    }

    void say(std::string_view octets)
    {
        lines_.append(octets);
        while (!over_) {
            const auto [status, line] = lines_.next();
            if (status == line_reader::status::incomplete)
                return;
            const auto parsed =
                status == line_reader::status::line ? parser_.feed(line) : reply_parser::status::malformed;
            if (parsed == reply_parser::status::more)
                continue;
            if (parsed == reply_parser::status::complete)
                replies_.push_back(parser_.take());
            over_ = parsed == reply_parser::status::malformed || replies_.back().code == 421;
        }
    }

    /// The reply to that command of that transaction, if both are there.
    const reply* answer(const std::string& line, const std::string& sender) const
    {
        for (std::size_t i = 0; i < std::min(commands_.size(), replies_.size()); ++i)
            if (commands_[i].line == line && commands_[i].sender == sender)
                return &replies_[i];
        return nullptr;
    }

    /// The octets of that transaction's content up to the final dot, when it was sent.
    const std::string* content(const std::string& sender) const
    {
        const auto found = ended_.find(sender);
        return found == ended_.end() ? nullptr : &found->second;
    }

    /// Its content went in chunks, as it is.
    [[nodiscard]] bool chunked(const std::string& sender) const { return chunked_.contains(sender); }
    /// The reply to one of its chunks was no 2xx.
    [[nodiscard]] bool refused_chunk(const std::string& sender) const
    {
        for (std::size_t i = 0; i < std::min(commands_.size(), replies_.size()); ++i)
            if (commands_[i].line == "chunk" && commands_[i].sender == sender && replies_[i].permanent())
                return true;
        return false;
    }

    [[nodiscard]] bool owed() const { return commands_.size() > replies_.size(); }

private:
    bool in_content() const
    {
        const std::size_t n = commands_.size();
        return chunk_left_ > 0 ||
               (commands_.back().line == "DATA" && replies_.size() >= n && replies_[n - 1].intermediate());
    }

    bool take_command()
    {
        const std::size_t end = output_.find("\r\n");
        if (end == std::string::npos) {
            require(output_.empty(), "commands are whole lines");
            return false;
        }
        const std::string line = output_.substr(0, end);
        output_.erase(0, end + 2);
        const std::string& last = commands_.back().line;
        require(replies_.size() >= commands_.size() || last.starts_with("MAIL") || last.starts_with("RCPT") ||
                    last == "RSET" || last == "chunk" || last == "content",
                "nothing follows a command that is the last of its group");  // RFC 2920 3.1
        if (line.starts_with("BDAT"))
            return begin_chunk(line);
        if (line.starts_with("MAIL"))
            sender_ = line.substr(0, line.find('>') + 1);
        commands_.push_back({line, sender_});
        decoder_ = {};
        received_.clear();
        return true;
    }

    bool begin_chunk(const std::string& line)
    {
        const bool last = line.ends_with(" LAST");
        chunk_left_ = std::stoul(line.substr(5));
        require(chunk_left_ > 0 || last, "only the last chunk may be empty");
        commands_.push_back({last ? "content" : "chunk", sender_});
        chunked_[sender_] = last;
        if (chunk_left_ == 0)
            ended_[sender_] = received_;
        return true;
    }

    bool take_chunk()
    {
        const std::size_t used = std::min(chunk_left_, output_.size());
        received_ += output_.substr(0, used);
        output_.erase(0, used);
        chunk_left_ -= used;
        if (chunk_left_ == 0 && commands_.back().line == "content")
            ended_[sender_] = received_;
        return used > 0 && !output_.empty();
    }

    bool take_content()
    {
        if (chunk_left_ > 0)
            return take_chunk();
        std::string ignored;
        const std::size_t used = decoder_.decode(output_, ignored);
        received_ += output_.substr(0, used);
        output_.erase(0, used);
        if (!decoder_.done())
            return false;
        ended_[sender_] = received_;
        commands_.push_back({"content", sender_});
        return true;
    }

    std::vector<command> commands_ = {{"connect", ""}};
    std::vector<reply> replies_;
    line_reader lines_{2048};
    reply_parser parser_;
    bool over_ = false;  ///< what comes after it is not read
    std::string output_;
    std::string sender_;
    dot_decoder decoder_;
    std::string received_;
    std::map<std::string, std::string> ended_;  ///< by sender
    std::map<std::string, bool> chunked_;       ///< by sender
    std::size_t chunk_left_ = 0;
};

class scene
{
public:
    void run(std::string_view input)
    {
        while (!input.empty()) {
            const char what = input.front();
            input.remove_prefix(1);
            happen(what, input);
            look();
        }
        client_.lost("the end");
        look();
        require(client_.closed() && closed_events_ == 1, "lost() closes, once");
        require(client_.open_transactions() == 0 && !client_.time_limit(), "closed means nothing is awaited");
        for (const auto& message : messages_)
            check(*message);
    }

private:
    void happen(char what, std::string_view& input)
    {
        static const std::map<char, std::string_view> replies = {
            {'g', "220 x\r\n"},
            {'e', "250-x\r\n250-SIZE 9\r\n250 PIPELINING\r\n"},
            {'h', "250-x\r\n250-CHUNKING\r\n250 PIPELINING\r\n"},
            {'k', "250 2.0.0 Ok\r\n"},
            {'m', "250-a\r\n250 b\r\n"},
            {'d', "354 go\r\n"},
            {'t', "450 4.2.0 t\r\n"},
            {'p', "550 5.1.1 p\r\n"},
            {'x', "421 x\r\n"},
        };
        if (const auto found = replies.find(what); found != replies.end())
            return receive(found->second);
        switch (what) {
            case 'R':
                return receive(take_text(input));
            case 's':
            case 'o':
                return submit(fuzz::take_number(input) % 4 + 1, what == 's');
            case 'c':
                return fill(take_text(input));
            case 'C':
                return fill(std::string(40000, '.') + "\r\n.");
            case 'f':
            case 'a':
                if (transaction* m = unfinished()) {
                    what == 'f' ? m->content.finish() : m->abandon();
                    client_.content_changed();
                }
                return;
            case 'w': {
                const std::size_t n = std::min(fuzz::take_number(input), unwritten_);
                unwritten_ -= n;
                return client_.written(n);
            }
            case 'q':
                return client_.quit();
            case 'n':
                return client_.probe();
            case 'l':
                return client_.lost("line cut");
            default:
                return client_.written(std::exchange(unwritten_, 0));
        }
    }

    static std::string_view take_text(std::string_view& input)
    {
        const std::size_t n = std::min(fuzz::take_number(input), input.size());
        const std::string_view text = input.substr(0, n);
        input.remove_prefix(n);
        return text;
    }

    void receive(std::string_view octets)
    {
        if (!client_.closed())
            witness_.say(octets);
        client_.receive(octets);
    }

    void submit(std::size_t recipients, bool whole)
    {
        if (messages_.size() > 20)
            return;
        auto m = std::make_shared<transaction>();
        m->sender.text = "a@" + std::to_string(messages_.size());
        for (std::size_t i = 0; i < recipients; ++i) {
            address path;
            path.text = "b@" + std::to_string(i);
            m->add_recipient(path, {});
        }
        messages_.push_back(m);
        if (whole) {
            m->content.append("x\r\n.\r\n");
            contents_[sender_of(*m)] = "x\r\n.\r\n";
            m->content.finish();
        }
        client_.submit(m);
    }

    /// The newest message, when more of it may come.
    transaction* unfinished()
    {
        if (messages_.empty() || messages_.back()->content.finished() || messages_.back()->abandoned())
            return nullptr;
        return messages_.back().get();
    }

    void fill(std::string_view octets)
    {
        transaction* m = unfinished();
        if (m && contents_[sender_of(*m)].size() < 500000) {
            m->content.append(octets);
            contents_[sender_of(*m)] += octets;
            client_.content_changed();
        }
    }

    void look()
    {
        const std::string_view fresh = client_.output().substr(unwritten_);
        if (!client_.closed())
            witness_.hear(fresh, client_.offers().pipelining);
        unwritten_ += fresh.size();
        require(client_.output().size() <= 256 * 1024, "the output is bounded");
        while (const auto e = client_.next_event()) {
            require(closed_events_ == 0, "nothing comes after closed");
            if (e->what == smtp_client::event::kind::closed)
                ++closed_events_;
            if (e->what != smtp_client::event::kind::settled)
                continue;
            require(e->message->settled(), "settled means settled");
            require(++settled_events_[e->message.get()] == 1, "settled once");
        }
        require(closed_events_ == (client_.closed() ? 1 : 0), "closing is told");
        require(client_.closed() || !witness_.owed() || client_.time_limit(), "what is awaited has a limit");
        require(client_.idle() ? client_.open_transactions() == 0 : true, "idle means nothing is open");
    }

    static std::string sender_of(const transaction& m) { return "MAIL FROM:<" + m.sender.text + ">"; }

    /// Every recipient has been told what the server said about it, or something temporary.
    void check(const transaction& m)
    {
        require(m.settled(), "every recipient has an outcome");
        const std::string sender = sender_of(m);
        const reply* mail = witness_.answer(sender, sender);
        const reply* data = witness_.answer("DATA", sender);
        const reply* content = witness_.answer("content", sender);
        const auto refused = [](const reply* r) { return r && r->permanent(); };
        for (const recipient& r : m.recipients) {
            const reply* rcpt = witness_.answer("RCPT TO:<" + r.path.text + ">", sender);
            if (r.outcome->positive())
                require(rcpt && rcpt->positive() && content && *content == *r.outcome,
                        "2xx only when recipient and content were answered 2xx");
            else if (r.outcome->permanent())
                require(refused(mail) || refused(rcpt) || refused(data) || refused(content) ||
                            witness_.refused_chunk(sender),
                        "5xx only when the server said so");
            else
                require(r.outcome->transient(), "an outcome is a verdict");
            if (r.outcome->positive())
                check_content(m);
        }
    }

    void check_content(const transaction& m)
    {
        require(m.content.finished() && !m.abandoned(), "only whole messages arrive");
        std::string wire = contents_[sender_of(m)];
        if (!witness_.chunked(sender_of(m))) {
            dot_encoder encoder;
            encoder.encode(contents_[sender_of(m)], wire = "");
            encoder.finish(wire);
        }
        const std::string* received = witness_.content(sender_of(m));
        require(received && *received == wire, "and they arrive whole");
    }

    smtp_client client_{{.name = "x", .limits = {}, .depth = 8, .proof = 3}};
    std::map<std::string, std::string> contents_;  ///< by sender: all that was filled in
    witness witness_;
    std::vector<std::shared_ptr<transaction>> messages_;
    std::map<const transaction*, int> settled_events_;
    int closed_events_ = 0;
    std::size_t unwritten_ = 0;  ///< of output(), heard by the witness
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    scene().run(fuzz::text_of(data, size));
    return 0;
}
