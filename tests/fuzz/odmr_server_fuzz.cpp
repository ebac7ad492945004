// Input: an octet of settings, then letters, each of which lets something happen to an odmr_server (see
// happen()). What is asked is answered by the octet that follows the letter.
#include "fuzz.hpp"
#include "protocol/odmr_server.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace
{

using namespace odmr;
using fuzz::require;
using kind = odmr_server::action::kind;

odmr_server::settings settings_from(std::size_t bits)
{
    odmr_server::settings s;
    s.name = "x";
    s.tls = (bits & 1) != 0;
    s.starttls = (bits & 2) != 0;
    s.require_tls = (bits & 4) != 0;
    s.mechanisms_clear = {"CRAM-MD5"};
    s.mechanisms_tls = {"CRAM-MD5", "PLAIN"};
    s.max_line = 100;
    s.max_commands = 60;
    return s;
}

class scene
{
public:
    explicit scene(std::size_t bits) : settings_(settings_from(bits)), engine_(settings_) {}

    void run(std::string_view input)
    {
        while (!input.empty()) {
            const char what = input.front();
            input.remove_prefix(1);
            happen(what, input);
        }
        engine_.shut_down();
        look();
        require(closed_ || turned_, "every session ends");
    }

private:
    void happen(char what, std::string_view& input)
    {
        static const std::map<char, std::string_view> lines = {
            {'e', "EHLO x\r\n"},
            {'h', "HELO x\r\n"},
            {'n', "NOOP\r\n"},
            {'s', "STARTTLS\r\n"},
            {'a', "AUTH CRAM-MD5\r\n"},
            {'p', "AUTH PLAIN =\r\n"},
            {'t', "ATRN\r\n"},
            {'T', "ATRN a.b,c.d\r\n"},
            {'b', "eA==\r\n"},
            {'*', "*\r\n"},
            {'c', "\r\n"},
            {'q', "QUIT\r\n"},
        };
        if (const auto found = lines.find(what); found != lines.end())
            return receive(found->second);
        switch (what) {
            case 'R': {
                const std::size_t n = std::min(fuzz::take_number(input), input.size());
                receive(input.substr(0, n));
                input.remove_prefix(n);
                return;
            }
            case 'o':
                engine_.timed_out();
                return;
            case 'd':
                engine_.shut_down();
                return;
            case 'A':
                return answer(fuzz::take_number(input));
            default:
                look();
        }
    }

    void receive(std::string_view octets)
    {
        engine_.receive(octets);
        fresh_ += octets.size();
    }

    /// Does what the engine wants, until it needs us.
    void look()
    {
        for (int i = 0;; ++i) {
            require(i < 10000, "it comes to an end");
            const odmr_server::action a = engine_.next();
            require(!closed_ || a.what == kind::close, "closed is closed");
            require(!turned_ || a.what == kind::read, "nothing is wanted after the turn");
            if (a.what == kind::read || closed_)
                return;
            perform(a);
        }
    }

    void perform(const odmr_server::action& a)
    {
        asked_ = kind::read;
        switch (a.what) {
            case kind::write:
                return check_lines(a.octets);
            case kind::start_tls:
                require(settings_.starttls && !engine_.under_tls() && account_.empty(),
                        "TLS begins where it may");
                require(engine_.trailing().empty(), "nothing stands behind STARTTLS");
                break;
            case kind::authenticate:
                require(account_.empty(), "AUTH succeeds once");
                require(a.mechanism == "CRAM-MD5" || engine_.under_tls(), "no password without TLS");
                require_tls();
                break;
            case kind::respond:
                require(exchange_, "a response belongs to an exchange");
                break;
            case kind::decide:
                require(!account_.empty() && engine_.account() == account_, "ATRN is for the authenticated");
                require_tls();
                break;
            case kind::turn:
                require(agreed_ && engine_.trailing().empty(),
                        "it turns when we say so, and nothing came too early");
                turned_ = true;
                break;
            case kind::close:
                closed_ = true;
                break;
            default:
                break;
        }
        fresh_ = 0;
        exchange_ = a.what == kind::authenticate || a.what == kind::respond;
        asked_ = a.what;
    }

    void require_tls() const
    {
        require(!settings_.require_tls || engine_.under_tls(), "where TLS is required nothing goes without");
    }

    /// Answers what is asked; or, when nothing is, looks on.
    void answer(std::size_t how)
    {
        look();
        const kind asked = std::exchange(asked_, kind::read);
        if (asked == kind::start_tls) {
            engine_.tls_started(how != 0);
            look();
            require(fresh_ == 0 || closed_, "octets before the handshake end the session");
        } else if (asked == kind::authenticate || asked == kind::respond) {
            answer_auth(how);
        } else if (asked == kind::decide) {
            static constexpr int codes[] = {250, 450, 451, 453};
            agreed_ = how % 4 == 0 && fresh_ == 0;
            engine_.atrn_answer(reply(codes[how % 4], how % 4 == 0 ? "2.0.0" : "4.0.0", "x"));
            look();
            require(how % 4 != 0 || turned_ == agreed_ || closed_, "250 turns, or it ends the session");
        }
    }

    void answer_auth(std::size_t how)
    {
        switch (how % 5) {
            case 0:
                account_ = "smith";
                return engine_.auth_succeeded("smith", "");
            case 1:
                final_data_ = true;
                return engine_.auth_succeeded("smith", "v=1");
            case 2:
                return engine_.auth_challenge("x");
            case 3:
                return engine_.auth_refused();
            default:
                return engine_.auth_failed_for_now();
        }
    }

    void check_lines(std::string_view octets)
    {
        while (!octets.empty()) {
            const std::size_t end = octets.find("\r\n");
            require(end != std::string_view::npos && end > 3, "replies are whole lines");
            const std::string_view line = octets.substr(0, end);
            require(line[3] == ' ' || line[3] == '-', "and they look like it");
            // Success after the final data of a mechanism comes without our word.
            if (line.starts_with("235") && final_data_)
                account_ = "smith";
            require(!line.starts_with("235") || !account_.empty(), "success is what we said");
            octets.remove_prefix(end + 2);
        }
    }

    odmr_server::settings settings_;
    odmr_server engine_;
    kind asked_ = kind::read;  ///< what we owe an answer to
    std::string account_;      ///< whom we let in
    bool final_data_ = false;
    bool exchange_ = false;
    bool agreed_ = false;
    bool turned_ = false;
    bool closed_ = false;
    std::size_t fresh_ = 0;  ///< octets since something was asked
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view input = fuzz::text_of(data, size);
    const std::size_t bits = fuzz::take_number(input);
    scene(bits).run(input);
    return 0;
}
