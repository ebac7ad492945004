// lmtp_player - plays a dialogue (dialogue.hpp) with lmtp_server: the engine is the server, S; the host MTA
// is C.
//
//   = id 4ABC   = from <a@a.example> SIZE=9   = to <b@b.example>   the message, its recipients in order
//   = text Hello   = end                                           its content, a line at a time
//   ! settle 250 2.0.0 Ok    the fate of its next recipient
//   ! answer   ! shutdown   ! windup   * closed
#pragma once

#include "dialogue.hpp"
#include "protocol/lmtp_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace odmr::test
{

/// Takes mail for b.example only.
class only_b_example : public lmtp_server::recipient_check
{
public:
    std::optional<reply> refuse(const transaction& message, const recipient& to) override
    {
        if (to.path.local == "full")  // says what it is shown
            return reply(452, "4.2.2",
                         message.sender.text + format_parameters(message.parameters) + ", " +
                             std::to_string(message.recipients.size()) + " before" +
                             format_parameters(to.parameters));
        if (to.path.domain == "b.example")
            return std::nullopt;
        return reply(450, "4.4.1", "customer is offline: " + to.path.domain);
    }
};

class lmtp_player
{
public:
    lmtp_player(const lmtp_server::settings& s, delivery d) : server(s, check), delivery_(std::move(d)) {}

    only_b_example check;
    lmtp_server server;

    /// Plays until the first difference; says whether there was none.
    bool play(std::span<const step> steps)
    {
        for (std::size_t i = 0; i < steps.size(); ++i) {
            SCOPED_TRACE(delivery_.name() + ", step " + steps[i].mark + ' ' + steps[i].text);
            switch (steps[i].mark) {
                case 'C': {
                    expect_nothing();
                    std::string segment = octets_of(steps[i].text);
                    for (; i + 1 < steps.size() && steps[i + 1].mark == 'C'; ++i)
                        segment += octets_of(steps[i + 1].text);
                    delivery_.send(segment, [this](std::string_view piece) { server.receive(piece); });
                    break;
                }
                case 'S':
                    EXPECT_EQ(next_line(), octets_of(steps[i].text));
                    break;
                case '!':
                    act(steps[i].text);
                    break;
                case '=':
                    expect_message(steps[i].text);
                    break;
                case '*':
                    EXPECT_TRUE(server.closed());
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

    [[nodiscard]] std::size_t octets() const { return delivery_.sent(); }

    /// All that was written and not yet expected.
    std::string rest()
    {
        heard_ += server.take_output();
        return std::exchange(heard_, {});
    }

private:
    std::string next_line()
    {
        heard_ += server.take_output();
        const std::size_t end = heard_.find("\r\n");
        if (end == std::string::npos)
            return "nothing: " + heard_;
        std::string line = heard_.substr(0, end + 2);
        heard_.erase(0, end + 2);
        return line;
    }

    void expect_nothing()
    {
        heard_ += server.take_output();
        EXPECT_EQ(heard_, "");
    }

    void act(std::string_view text)
    {
        const std::string what = take_word(text);
        if (what == "shutdown")
            server.shut_down();
        if (what == "windup")
            server.wind_up();
        if (what == "answer")
            server.answer();
        if (what == "settle") {
            auto& recipients = server.message()->recipients;
            const auto open = std::find_if(recipients.begin(), recipients.end(),
                                           [](const recipient& r) { return !r.outcome; });
            const int code = std::stoi(take_word(text));
            const std::string enhanced = take_word(text);
            server.message()->settle(static_cast<std::size_t>(open - recipients.begin()),
                                     reply(code, enhanced, text));
        }
        if (what == "answer")
            seen_recipients_ = 0;
    }

    void expect_message(std::string_view text)
    {
        ASSERT_TRUE(server.message());
        transaction& m = *server.message();
        const std::string what = take_word(text);
        if (what == "id")
            EXPECT_EQ(m.queue_id, text);
        else if (what == "from")
            EXPECT_EQ('<' + m.sender.text + '>' + format_parameters(m.parameters), text);
        else if (what == "to") {
            const recipient& r = m.recipients.at(seen_recipients_++);
            EXPECT_EQ('<' + r.path.text + '>' + format_parameters(r.parameters), text);
        } else if (what == "text") {
            const std::string line = octets_of(text);
            EXPECT_EQ(m.content.front().substr(0, line.size()), line);
            m.content.consume(std::min(line.size(), m.content.size()));
        } else {
            EXPECT_EQ(what, "end");
            EXPECT_EQ(m.recipients.size(), seen_recipients_);
            EXPECT_EQ(m.content.front(), "");
            EXPECT_TRUE(m.content.finished());
        }
    }

    delivery delivery_;
    std::string heard_;
    std::size_t seen_recipients_ = 0;
};

/// The end of the session after every step: 421 at once between transactions; after RSET in an envelope, and
/// after the replies when content is on its way.
inline void shut_down_everywhere(const lmtp_server::settings& s, const dialogue& steps)
{
    for (std::size_t played = 0; played <= steps.size(); ++played) {
        SCOPED_TRACE("shutdown after step " + std::to_string(played));
        lmtp_player player(s, delivery::whole());
        if (!player.play(std::span(steps).first(played)))
            return;
        const bool was_closed = player.server.closed();
        player.rest();
        std::string wanted;
        const bool in_envelope = player.server.busy() && !player.server.message();
        player.server.shut_down();
        if (const auto message = player.server.message()) {
            EXPECT_FALSE(player.server.closed());
            if (!message->content.finished())
                player.server.receive("\r\n.\r\nNOOP\r\n");
            message->settle_open(reply(250, "2.0.0", "Ok"));
            for (const recipient& r : message->recipients)
                wanted += r.outcome->wire();
            player.server.answer();
        } else if (in_envelope) {
            EXPECT_FALSE(player.server.closed());
            player.server.receive("RSET\r\n");
            EXPECT_TRUE(player.rest().ends_with("250 2.0.0 Ok\r\n"));
        } else if (!was_closed) {
            wanted += "421 4.3.2 customer is offline\r\n";
        }
        EXPECT_EQ(player.rest(), wanted);
        EXPECT_TRUE(player.server.closed());
        player.server.receive("NOOP\r\n");
        player.server.shut_down();
        EXPECT_EQ(player.rest(), "") << "closed is closed";
        if (::testing::Test::HasFailure())
            return;
    }
}

/// All of it: whole, cut at every octet, octet by octet, shut down after every step.
inline void replay(const lmtp_server::settings& s, std::string_view script)
{
    const dialogue steps = parse_dialogue(script);
    std::size_t octets = 0;
    const auto play = [&](const delivery& d) {
        lmtp_player player(s, d);
        player.play(steps);
        octets = player.octets();
        return player.finish();
    };
    if (!play(delivery::whole()))
        return;
    replay_cut_everywhere(octets, play);
    shut_down_everywhere(s, steps);
}

}  // namespace odmr::test
