// smtp_player - plays a dialogue (dialogue.hpp) with smtp_client: the engine is the client, C.
//
//   ! send m1 <a@a.example> SIZE=9 to <b@b.example>   submits a whole message, its content "Subject: m1"
//   ! new m1 <...> to <...> to <...>                  or step by step: submit m1, text m1 Hello, end m1,
//                                                     abandon m1
//   ! quit   ! probe   ! lost the reason
//   * ready   * settled m1   * closed the reason      events
//   = m1 0 550 5.1.1 nobody                           what became of the first recipient of m1
//   ? the reply to MAIL, 300 s                        what is awaited, and for how long
#pragma once

#include "dialogue.hpp"
#include "protocol/smtp_client.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace odmr::test
{

/// When the engine hears that its octets were written.
enum class writing { at_once, octet_by_octet, late };

class smtp_player
{
public:
    smtp_player(delivery d, writing w) : delivery_(std::move(d)), writing_(w) {}

    smtp_client client{{.name = "provider.example.net", .limits = {}, .proof = 0}};

    /// Plays until the first difference, or until the peer stops; says whether there was no difference.
    bool play(std::span<const step> steps)
    {
        for (std::size_t i = 0; i < steps.size() && !delivery_.stopped(); ++i) {
            SCOPED_TRACE(delivery_.name() + ", step " + steps[i].mark + ' ' + steps[i].text);
            switch (steps[i].mark) {
                case 'S': {
                    expect_nothing();
                    std::string segment = octets_of(steps[i].text);
                    for (; i + 1 < steps.size() && steps[i + 1].mark == 'S'; ++i)
                        segment += octets_of(steps[i + 1].text);
                    receive(segment);
                    break;
                }
                case '!':
                    expect_nothing();
                    act(steps[i].text);
                    break;
                case 'C':
                    EXPECT_EQ(next_line(), octets_of(steps[i].text));
                    break;
                case '*':
                    EXPECT_EQ(next_event(), steps[i].text);
                    break;
                case '=':
                    expect_outcome(steps[i].text);
                    break;
                case '?':
                    expect_awaited(steps[i].text);
                    break;
                default:
                    ADD_FAILURE() << "unknown mark";
            }
            if (::testing::Test::HasFailure())
                return false;
        }
        return true;
    }

    /// There is nothing more than was played.
    bool finish()
    {
        expect_nothing();
        return !::testing::Test::HasFailure();
    }

    /// What the peer sends, however it is cut.
    void receive(std::string_view octets)
    {
        delivery_.send(octets, [this](std::string_view piece) {
            client.receive(piece);
            acknowledge();
            look();
        });
    }

    void act(std::string_view text)
    {
        const std::string what = take_word(text);
        if (what == "quit")
            client.quit();
        else if (what == "probe")
            client.probe();
        else if (what == "lost")
            client.lost(text);
        else
            handle(what, take_word(text), text);
        look();
    }

    /// The filler of every message that is not whole goes away.
    void abandon_all()
    {
        for (auto& [name, m] : messages_)
            if (!m.content->content.finished())
                m.content->abandon();
        client.content_changed();
        look();
    }

    /// The client has closed: every recipient it was given has an outcome; an outcome that was not played is
    /// the peer's refusal in `wanted`, or else temporary. Nothing can change that any more.
    void expect_all_settled(const std::map<std::string, std::string>& wanted)
    {
        EXPECT_TRUE(client.closed());
        EXPECT_EQ(client.open_transactions(), 0U);
        EXPECT_EQ(client.time_limit(), std::nullopt);
        EXPECT_TRUE(closed_seen_);
        for (const auto& [name, m] : messages_) {
            if (!m.submitted)
                continue;
            SCOPED_TRACE(name);
            EXPECT_TRUE(m.content->settled());
            EXPECT_EQ(m.settled_events, m.at_once ? 0 : 1);
            for (std::size_t i = 0; i < m.content->recipients.size(); ++i)
                expect_safe(name + ' ' + std::to_string(i), m.content->recipients[i], wanted);
        }
        expect_deaf();
    }

    [[nodiscard]] std::size_t octets() const { return delivery_.sent(); }

private:
    struct message {
        std::shared_ptr<transaction> content = std::make_shared<transaction>();
        bool submitted = false;
        bool at_once = false;  ///< was settled when submit() came back
        int settled_events = 0;
    };

    void handle(std::string_view what, const std::string& name, std::string_view text)
    {
        message& m = messages_[name];
        transaction& t = *m.content;
        if (what == "new" || what == "send")
            address_to(t, text);
        if (what == "text")
            t.content.append(octets_of(text));
        if (what == "send")
            t.content.append("Subject: " + name + "\r\n");
        if (what == "end" || what == "send")
            t.content.finish();
        if (what == "abandon")
            t.abandon();
        if (what == "submit" || what == "send") {
            m.submitted = true;
            client.submit(m.content);
            m.at_once = t.settled() && events_of(m) == 0;
        } else if (m.submitted) {
            client.content_changed();
        }
    }

    /// "<sender> PARAMETERS to <recipient> PARAMETERS to ..."
    static void address_to(transaction& t, std::string_view text)
    {
        constexpr std::string_view separator = " to ";
        for (bool first = true;; first = false) {
            const std::size_t end = text.find(separator);
            const auto path = parse_path(text.substr(0, end), utf8::allowed).value();
            if (first) {
                t.sender = path.path;
                t.parameters = parse_parameters(path.rest).value();
            } else {
                t.add_recipient(path.path, parse_parameters(path.rest).value());
            }
            if (end == std::string_view::npos)
                return;
            text.remove_prefix(end + separator.size());
        }
    }

    /// Takes what the client wrote and what it has to tell.
    void look()
    {
        for (std::string_view fresh = unheard(); !fresh.empty(); fresh = unheard()) {
            heard_ += fresh;
            unwritten_ += fresh.size();
            if (writing_ == writing::octet_by_octet)
                for (; unwritten_ > 0; --unwritten_)
                    client.written(1);
            else if (writing_ == writing::at_once)
                acknowledge();
        }
        while (auto e = client.next_event()) {
            EXPECT_FALSE(closed_seen_) << "an event after closed";
            events_.push_back(describe(*e));
        }
    }

    std::string_view unheard() const { return client.output().substr(unwritten_); }

    void acknowledge()
    {
        if (unwritten_ > 0)
            client.written(std::exchange(unwritten_, 0));
    }

    std::string describe(const smtp_client::event& e)
    {
        switch (e.what) {
            case smtp_client::event::kind::ready:
                return "ready";
            case smtp_client::event::kind::settled:
                for (auto& [name, m] : messages_) {
                    if (m.content != e.message)
                        continue;
                    EXPECT_TRUE(m.content->settled());
                    EXPECT_EQ(++m.settled_events, 1) << name;
                    return "settled " + name;
                }
                break;
            case smtp_client::event::kind::closed:
                closed_seen_ = true;
                return "closed " + e.reason;
        }
        return "?";
    }

    int events_of(message& m)
    {
        look();
        return m.settled_events;
    }

    std::string next_line()
    {
        look();
        if (heard_.find("\r\n") == std::string::npos) {
            acknowledge();
            look();
        }
        const std::size_t end = heard_.find("\r\n");
        if (end == std::string::npos)
            return "nothing: " + heard_;
        std::string line = heard_.substr(0, end + 2);
        heard_.erase(0, end + 2);
        return line;
    }

    std::string next_event()
    {
        look();
        if (events_.empty())
            return "nothing";
        std::string e = events_.front();
        events_.pop_front();
        return e;
    }

    void expect_nothing()
    {
        look();
        EXPECT_EQ(heard_.find("\r\n"), std::string::npos) << heard_;
        EXPECT_EQ(events_, std::deque<std::string>());
    }

    void expect_outcome(std::string_view text)
    {
        const std::string name = take_word(text);
        const std::string index = take_word(text);
        const auto& outcome = messages_[name].content->recipients.at(std::stoul(index)).outcome;
        EXPECT_EQ(outcome ? outcome->text() : "none", text);
        played_[name + ' ' + index] = text;
    }

    void expect_awaited(std::string_view text)
    {
        if (delivery_.name() != "whole" || writing_ != writing::at_once)
            return;  // the limit follows what has been written
        const auto limit = client.time_limit();
        EXPECT_EQ(std::string(client.awaiting()) + ", " +
                      (limit ? std::to_string(limit->count()) + " s" : "no limit"),
                  text);
        EXPECT_NE(client.steps(), steps_) << "the limit has to start anew";
        steps_ = client.steps();
    }

    void expect_safe(const std::string& key, const recipient& r,
                     const std::map<std::string, std::string>& wanted)
    {
        ASSERT_TRUE(r.outcome) << key;
        const auto played = played_.find(key);
        const auto refusal = wanted.find(key);
        if (played != played_.end())
            EXPECT_EQ(r.outcome->text(), played->second) << key;
        else
            EXPECT_TRUE(r.outcome->transient() || (r.outcome->permanent() && refusal != wanted.end() &&
                                                   r.outcome->text() == refusal->second))
                << key << ' ' << r.outcome->text();
    }

    void expect_deaf()
    {
        const std::string before(client.output());
        client.receive("250 2.0.0 Ok\r\n");
        client.content_changed();
        client.probe();
        client.quit();
        client.lost("again");
        EXPECT_EQ(client.output(), before);
        EXPECT_FALSE(client.next_event());
        EXPECT_FALSE(client.idle());
        auto late = std::make_shared<transaction>();
        late->add_recipient({}, {});
        client.submit(late);
        EXPECT_TRUE(late->settled() && late->recipients[0].outcome->transient());
    }

    delivery delivery_;
    writing writing_;
    std::map<std::string, message> messages_;
    std::map<std::string, std::string> played_;  ///< outcomes that were expected and found
    std::string heard_;                          ///< written by the client, not yet expected
    std::size_t unwritten_ = 0;                  ///< of output(): heard, but the client does not know
    std::deque<std::string> events_;
    bool closed_seen_ = false;
    std::optional<std::uint64_t> steps_;  ///< of the last "?"
};

/// Runs fault(player) after every step and after every octet of the peer: whatever has not got its outcome
/// then must be settled, and not with a 2xx.
inline void fail_everywhere(const dialogue& steps, std::size_t octets)
{
    std::map<std::string, std::string> wanted;
    for (const step& s : steps)
        if (s.mark == '=') {
            std::string_view text = s.text;
            const std::string name = take_word(text);
            wanted[name + ' ' + take_word(text)] = text;
        }
    const auto ends_in = [&](smtp_player& player, const std::string& trace) {
        SCOPED_TRACE(trace);
        player.expect_all_settled(wanted);
        return !::testing::Test::HasFailure();
    };

    for (std::size_t octet = 0; octet < octets; ++octet) {
        smtp_player player(delivery::stop_at(octet), writing::at_once);
        if (!player.play(steps))
            return;
        player.act("lost line cut");
        if (!ends_in(player, "line cut after octet " + std::to_string(octet)))
            return;
    }
    for (std::size_t played = 0; played <= steps.size(); ++played) {
        if (played < steps.size() && steps[played].mark == '=')
            continue;  // it belongs to the step before
        const bool in_reply = played > 0 && steps[played - 1].mark == 'S' &&
                              (steps[played - 1].text.ends_with('\\') || steps[played - 1].text[3] == '-');
        for (const std::string fault : {"421 4.3.2 going down\r\n", "hello\r\n", "250 2.0.0 Ok\n",
                                        "250-\r\n251 \r\n", "quit", "abandon", "lost"}) {
            smtp_player player(delivery::whole(), played % 2 == 0 ? writing::at_once : writing::late);
            if (!player.play(std::span(steps).first(played)))
                return;
            if (fault.ends_with('\n')) {
                if (in_reply)
                    continue;
                player.receive(fault);
            } else {
                if (fault == "quit")
                    player.act(fault);
                if (fault == "abandon")
                    player.abandon_all();
                player.act("lost line cut");
            }
            if (!ends_in(player, fault + " after step " + std::to_string(played)))
                return;
        }
    }
}

/// All of it: whole, cut at every octet, octet by octet, with octets taken early and late; failing after
/// every octet and step.
inline void replay(std::string_view script)
{
    const dialogue steps = parse_dialogue(script);
    std::size_t octets = 0;
    const auto play_with = [&](writing w) {
        return [&, w](const delivery& d) {
            smtp_player player(d, w);
            player.play(steps);
            octets = player.octets();
            return player.finish();
        };
    };
    for (const writing w : {writing::at_once, writing::octet_by_octet, writing::late})
        if (!play_with(w)(delivery::whole()))
            return;
    replay_cut_everywhere(octets, play_with(writing::at_once));
    replay_cut_everywhere(octets, play_with(writing::late));
    fail_everywhere(steps, octets);
}

// What many dialogues begin and end with.

/// The customer's server offers PIPELINING.
inline const std::string pipelining = R"(
    S: 220 customer.example.org ESMTP
    C: EHLO provider.example.net
    S: 250-customer.example.org
    S: 250 PIPELINING
    * ready
)";

inline const std::string quits = R"(
    ! quit
    C: QUIT
    S: 221 2.0.0 Bye
    * closed the provider ends it
)";

}  // namespace odmr::test
