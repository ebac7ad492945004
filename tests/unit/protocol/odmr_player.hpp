// odmr_player - plays a dialogue (dialogue.hpp) with odmr_server: the engine is the server, S.
//
//   ? decide a.example,b.example   what the engine wants, in the words of describe() below
//   ! answer 453 4.0.0 no mail     what the caller tells it: tls, challenge, accept, deny, later, answer,
//                                  timeout, shutdown, refuse
#pragma once

#include "dialogue.hpp"
#include "protocol/command.hpp"
#include "protocol/odmr_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace odmr::test
{

inline std::string in_quotes(std::string_view octets)
{
    std::string text = "\"";
    for (const char c : octets)
        text += c == '\0' ? std::string("\\0") : std::string(1, c);
    return text + '"';
}

inline std::string describe(const odmr_server::action& a)
{
    using kind = odmr_server::action::kind;
    const std::string response = a.response ? ' ' + in_quotes(*a.response) : "";
    switch (a.what) {
        case kind::start_tls:
            return "start_tls";
        case kind::authenticate:
            return "authenticate " + a.mechanism + response;
        case kind::respond:
            return "respond" + response;
        case kind::cancel_auth:
            return "cancel_auth";
        case kind::decide: {
            std::string text = "decide";
            for (const std::string& domain : a.domains)
                text += (text == "decide" ? ' ' : ',') + domain;
            return text;
        }
        case kind::turn:
            return "turn";
        case kind::close:
            return "close " + a.reason;
        case kind::read:
        case kind::write:
            break;
    }
    return "?";
}

inline reply parse_reply(std::string_view text)
{
    const std::string code = take_word(text);
    const std::string enhanced = take_word(text);
    return {std::stoi(code), enhanced, text};
}

class odmr_player
{
public:
    odmr_player(const odmr_server::settings& s, delivery d) : engine(s), delivery_(std::move(d)) {}

    odmr_server engine;

    /// Plays until the first difference; says whether there was none.
    bool play(std::span<const step> steps)
    {
        for (std::size_t i = 0; i < steps.size(); ++i) {
            SCOPED_TRACE(delivery_.name() + ", step " + steps[i].mark + ' ' + steps[i].text);
            if (i > 0 && (steps[i].mark == 'C' || steps[i].mark == '!'))
                expect("");
            if (steps[i].mark == 'C') {
                std::string segment = octets_of(steps[i].text);
                for (; i + 1 < steps.size() && steps[i + 1].mark == 'C'; ++i)
                    segment += octets_of(steps[i + 1].text);
                last_command_ = to_upper(steps[i].text);
                delivery_.send(segment, [this](std::string_view piece) {
                    engine.receive(piece);
                    look();
                });
            } else if (steps[i].mark == '!') {
                tell(steps[i].text);
                look();
            } else {
                const std::string text = octets_of(steps[i].text);
                expect(std::string(1, steps[i].mark) + ' ' + text.substr(0, text.size() - 2));
            }
            if (::testing::Test::HasFailure())
                return false;
        }
        return true;
    }

    /// There is nothing more than was played.
    bool finish()
    {
        expect("");
        return !::testing::Test::HasFailure();
    }

    [[nodiscard]] std::size_t octets() const { return delivery_.sent(); }

    /// All that the engine still has to say and want.
    std::vector<std::string> rest()
    {
        look();
        return {seen_.begin(), seen_.end()};
    }

    [[nodiscard]] bool over() const { return over_; }
    [[nodiscard]] bool turned() const { return turned_; }
    [[nodiscard]] bool in_handshake() const { return in_handshake_; }

    void tell(std::string_view text)
    {
        const std::string what = take_word(text);
        in_handshake_ = false;
        if (what == "tls")
            engine.tls_started(text == "on");
        else if (what == "challenge")
            engine.auth_challenge(text);
        else if (what == "accept") {
            const std::string account = take_word(text);
            engine.auth_succeeded(account, text);
        } else if (what == "deny")
            engine.auth_refused();
        else if (what == "later")
            engine.auth_failed_for_now();
        else if (what == "answer") {
            const reply answer = parse_reply(text);
            engine.atrn_answer(answer);
        } else if (what == "timeout")
            engine.timed_out();
        else if (what == "shutdown")
            engine.shut_down();
        else if (what == "refuse")
            engine.refuse_session(text);
        else
            throw std::invalid_argument("the player does not know: " + what);
    }

    /// The session is closed: nothing that happens now changes that.
    void expect_deaf()
    {
        for (const std::string_view late :
             {"tls on", "challenge x", "accept smith", "accept smith v=x", "deny", "later",
              "answer 250 2.0.0 Ok", "answer 450 4.7.1 no", "timeout", "shutdown"})
            tell(late);
        engine.receive("NOOP\r\n");
        EXPECT_EQ(engine.next().what, odmr_server::action::kind::close);
    }

private:
    /// Asks the engine for actions until it wants octets or an answer.
    void look()
    {
        using kind = odmr_server::action::kind;
        while (!over_) {
            const odmr_server::action a = engine.next();
            if (a.what == kind::read)
                return;
            if (a.what == kind::write) {
                hear(a.octets);
                continue;
            }
            seen_.push_back("? " + describe(a));
            over_ = a.what == kind::close;
            turned_ = turned_ || a.what == kind::turn;
            in_handshake_ = a.what == kind::start_tls;
        }
    }

    void hear(std::string_view octets)
    {
        EXPECT_TRUE(octets.ends_with("\r\n")) << octets;
        while (!octets.empty()) {
            const std::string_view line = octets.substr(0, octets.find("\r\n"));
            octets.remove_prefix(std::min(line.size() + 2, octets.size()));
            EXPECT_TRUE(has_enhanced_code(line) || may_lack_it(line)) << line;
            seen_.push_back("S " + std::string(line));
        }
    }

    /// RFC 2034 4: class, subject and detail, the class being the code's first digit.
    static bool has_enhanced_code(std::string_view line)
    {
        return line.size() > 10 && line[4] == line[0] && line[5] == '.' && line[7] == '.' &&
               line.find(' ', 4) != std::string_view::npos;
    }
    bool may_lack_it(std::string_view line) const
    {
        return line.starts_with("334 ") || line.starts_with("220 provider.example.net ESMTP") ||
               (line.starts_with("250") && last_command_.find("LO ") != std::string::npos);
    }

    void expect(const std::string& wanted)
    {
        if (seen_.empty())
            look();
        const std::string found = seen_.empty() ? "" : seen_.front();
        EXPECT_EQ(found, wanted);
        if (!wanted.empty() && !seen_.empty())
            seen_.pop_front();
    }

    delivery delivery_;
    std::string last_command_;
    std::deque<std::string> seen_;  ///< what the engine did, not yet expected
    bool over_ = false;
    bool turned_ = false;
    bool in_handshake_ = false;
};

/// The dialogue as it stands: for those where it matters what came in one segment.
inline void play_whole(const odmr_server::settings& s, std::string_view script)
{
    odmr_player player(s, delivery::whole());
    player.play(parse_dialogue(script));
    player.finish();
}

/// A timeout or the end of the service after every step: the session has to end in one 421, unless it is
/// over or turned anyway, and an answer that comes later has to change nothing.
inline void fail_everywhere(const odmr_server::settings& s, const dialogue& steps)
{
    for (std::size_t played = 0; played <= steps.size(); ++played) {
        for (const std::string fault : {"timeout", "shutdown"}) {
            SCOPED_TRACE(fault + " after step " + std::to_string(played));
            odmr_player player(s, delivery::whole());
            if (!player.play(std::span(steps).first(played)))
                return;
            const bool ended = player.over() || player.turned();
            const bool handshake = player.in_handshake();  // no place for a line in the clear
            std::vector<std::string> wanted = player.rest();
            if (!ended && !handshake)
                wanted.push_back(fault == "timeout" ? "S 421 4.4.2 timeout: no whole command in time"
                                                    : "S 421 4.3.2 service is shutting down");
            if (!ended)
                wanted.push_back("? close " + fault);
            player.tell(fault);
            EXPECT_EQ(player.rest(), wanted);
            if (player.over())
                player.expect_deaf();
            if (::testing::Test::HasFailure())
                return;
        }
    }
}

/// All of it: whole, cut at every octet, octet by octet, failing after every step.
inline void replay(const odmr_server::settings& s, std::string_view script)
{
    const dialogue steps = parse_dialogue(script);
    std::size_t octets = 0;
    const auto play = [&](const delivery& d) {
        odmr_player player(s, d);
        player.play(steps);
        octets = player.octets();
        return player.finish();
    };
    if (!play(delivery::whole()))
        return;
    replay_cut_everywhere(octets, play);
    fail_everywhere(s, steps);
}

}  // namespace odmr::test
