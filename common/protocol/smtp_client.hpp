// smtp_client - the provider's side of the connection after the turn: an SMTP client (RFC 2645 5.3, RFC 5321,
// RFC 2920, RFC 3030), sans-io.
//
// Transactions go in (submit), outcomes per recipient come out (transaction::settle), and the order of octets
// on the wire is its own business. Every reply is matched, in order, with the expectation that was queued
// when its command was written; so more than one transaction can be on the wire without another bookkeeping.
// How far it runs ahead of the replies depends on what the customer's server offers:
//
//   nothing                 one command, one reply
//   PIPELINING              MAIL RCPT DATA | content, MAIL RCPT DATA of the next | ...   one round trip a
//   message PIPELINING, CHUNKING    MAIL RCPT BDAT content, RSET MAIL RCPT BDAT content, ...     none, up to
//   a depth
//
//   waiting_greeting --220--> waiting_hello --250 to EHLO, or to HELO when EHLO is refused--> ready
//   any state --quit(), all transactions done--> quitting --221--> closed
//   any state --421, a malformed or unexpected reply, lost()--> closed
//
// Whatever ends it, every transaction it still has is settled with 451: the mail stays in the host MTA's
// queue.
#pragma once

#include "protocol/capabilities.hpp"
#include "protocol/dot_stuffing.hpp"
#include "protocol/line_reader.hpp"
#include "protocol/reply.hpp"
#include "protocol/transaction.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

class smtp_client
{
public:
    /// How long an answer may take (RFC 5321 4.5.3.2).
    struct time_limits {
        std::chrono::seconds greeting{300};
        std::chrono::seconds hello{300};
        std::chrono::seconds mail{300};
        std::chrono::seconds rcpt{300};
        std::chrono::seconds data_init{120};
        std::chrono::seconds data_block{180};
        std::chrono::seconds data_done{600};
        std::chrono::seconds noop{60};
        std::chrono::seconds quit{30};
    };

    struct settings {
        std::string name;  ///< what EHLO says
        time_limits limits;
        /// Messages that may be on the wire without their final reply; with 1 each waits for the one before.
        std::size_t depth = 100;
        /// Octets of their content. A message that alone is larger is sent all the same, by itself.
        std::uint64_t depth_octets = 8 * 1024 * 1024;
        /// Whole transactions in chunks have nothing but 250 for an answer: where the server loses one of
        /// them, the replies to the next look like its own. So no verdict is believed until all replies are
        /// there, until so many messages have shown that the server loses nothing. (DATA needs no such proof:
        /// 354 is like nothing else.)
        std::size_t proof = 20;
        bool pipelining = true;  ///< where it is offered
        bool chunking = true;    ///< where it and PIPELINING are offered
    };

    /// How far it was ahead of the replies when it ended. A server that cannot do what it offers breaks
    /// there.
    enum class ahead { not_at_all, in_a_transaction, by_transactions };

    struct event {
        enum class kind {
            ready,    ///< offers() is known, transactions are taken
            settled,  ///< every recipient of `message` has its outcome
            closed,   ///< over; `reason` says why. Nothing more comes, the connection is to be closed
        };
        kind what;
        std::shared_ptr<transaction> message;
        std::string reason;
        ahead how_far = ahead::not_at_all;  ///< closed
    };

    explicit smtp_client(settings s);

    // --- what happens
    void receive(std::string_view octets);
    /// Takes a transaction whose content is complete, or at least on its way. After quit() or the end it is
    /// settled with 451 at once.
    void submit(std::shared_ptr<transaction> message);
    /// A submitted transaction has more content, or was abandoned.
    void content_changed();
    /// Asks for a sign of life: NOOP, when nothing else is on the wire.
    void probe();
    /// Ends in good order: what is on the wire is finished, what is not is settled with 451, then QUIT.
    void quit(std::string_view why = "the provider ends it");
    /// The connection is gone or given up. Says why, for the outcomes and the log.
    void lost(std::string_view reason);

    // --- what to do
    /// Octets to write now (valid until the next call of a non-const member), and the caller's word that the
    /// first n were written.
    [[nodiscard]] std::string_view output() const { return output_.front(); }
    void written(std::size_t n);
    std::optional<event> next_event();
    /// How long the present step may take; nullopt when nothing is awaited. It starts anew whenever steps()
    /// changes.
    [[nodiscard]] std::optional<std::chrono::seconds> time_limit() const;
    [[nodiscard]] std::uint64_t steps() const { return steps_; }
    /// What the present step waits for, for the log: "the reply to DATA".
    [[nodiscard]] std::string_view awaiting() const;

    [[nodiscard]] bool ready() const { return phase_ == phase::ready; }
    [[nodiscard]] bool closed() const { return phase_ == phase::closed; }
    /// Nothing on the wire and nothing waiting to go there.
    [[nodiscard]] bool idle() const { return ready() && awaited_.empty() && !sending_ && waiting_.empty(); }
    /// Transactions without a final outcome, and how many octets they are, as far as that is known.
    [[nodiscard]] std::size_t open_transactions() const { return open_.size(); }
    [[nodiscard]] std::uint64_t open_octets() const { return open_octets_; }
    /// Final replies that came while it was as far ahead as its depth allows: proof that the server can do
    /// that.
    [[nodiscard]] std::uint64_t answered_ahead() const { return answered_ahead_; }
    [[nodiscard]] const capabilities& offers() const { return offers_; }
    /// The customer's greeting, once it has come.
    [[nodiscard]] const std::string& greeting() const { return greeting_; }

private:
    enum class phase { waiting_greeting, waiting_hello, ready, quitting, closed };
    enum class awaits {
        greeting,
        ehlo,
        helo,
        rset,
        mail,
        rcpt,
        data,
        chunk,
        content,
        lone_dot,
        cancel,
        noop,
        quit
    };

    /// A step of the dialogue, as the awaited reply ends it.
    struct step {
        std::chrono::seconds time_limits::* limit;
        std::string_view what;
    };
    static const step& step_of(awaits what);

    /// A transaction on the wire.
    struct flight {
        std::shared_ptr<transaction> message;
        std::vector<bool> accepted = {};                  ///< per recipient: RCPT was answered 2xx
        std::vector<std::optional<reply>> verdicts = {};  ///< per recipient
        std::optional<reply> refusal = {};                ///< MAIL was not accepted
        dot_encoder encoder = {};                         ///< DATA
        std::size_t chunk_left = 0;  ///< BDAT: octets that were announced and not yet written
        bool last_chunk = false;     ///< that was announced as the last
        std::uint64_t octets = 0;    ///< of content, written so far
        [[nodiscard]] bool any_accepted() const;
        [[nodiscard]] bool decided() const;
    };
    struct expectation {
        awaits what;
        std::shared_ptr<flight> of;
        std::size_t recipient = 0;
    };
    struct open_transaction {
        std::shared_ptr<transaction> message;
        std::uint64_t octets;
    };

    // smtp_client.cpp
    void leave(std::string_view why);
    void close(std::string_view why);
    void decide(flight& f, std::size_t recipient, const reply& r);
    void decide_open(flight& f, const reply& r);
    void land(const std::shared_ptr<flight>& f);
    void believe();
    void conclude(const flight& f);
    [[nodiscard]] bool believed() const
    {
        return !in_chunks() || settings_.depth == 1 || proven_ >= settings_.proof;
    }
    void finish(const std::shared_ptr<transaction>& message);
    [[nodiscard]] ahead how_far() const;
    [[nodiscard]] bool in_groups() const { return offers_.pipelining && settings_.pipelining; }
    [[nodiscard]] bool in_chunks() const { return in_groups() && offers_.chunking && settings_.chunking; }

    // smtp_client_output.cpp
    void pump();
    void rest();
    [[nodiscard]] bool may_start() const;
    void start_next();
    void start(const std::shared_ptr<flight>& f);
    void write_command(std::string_view line, awaits what, std::shared_ptr<flight> of = nullptr,
                       std::size_t rcpt = 0);
    void write_mail(const std::shared_ptr<flight>& f);
    void write_rcpt(const std::shared_ptr<flight>& f, std::size_t index);
    void write_content();
    void write_stuffed(std::size_t room);
    void write_chunked(std::size_t room);
    bool announce_chunk();
    std::size_t take_content(std::size_t most, bool stuffed);

    // smtp_client_replies.cpp
    void on_reply(const reply& r);
    void on_greeting(const reply& r);
    void on_hello(awaits what, const reply& r);
    void on_reset(const std::shared_ptr<flight>& f, const reply& r);
    void on_cancel(const std::shared_ptr<flight>& f, const reply& r);
    void on_mail(const std::shared_ptr<flight>& f, const reply& r);
    void on_rcpt(const std::shared_ptr<flight>& f, std::size_t index, const reply& r);
    void on_data(const std::shared_ptr<flight>& f, const reply& r);
    void on_chunk(const std::shared_ptr<flight>& f, const reply& r);
    void on_content(const std::shared_ptr<flight>& f, const reply& r);
    void lost_its_place(const reply& r);
    void settle_accepted(flight& f, const reply& r);

    settings settings_;
    phase phase_ = phase::waiting_greeting;
    line_reader lines_;
    reply_parser parser_;
    capabilities offers_;
    std::string greeting_;

    std::deque<expectation> awaited_;                   ///< replies to come, in order
    std::deque<std::shared_ptr<transaction>> waiting_;  ///< submitted, not yet on the wire
    std::vector<open_transaction> open_;                ///< submitted, without a final outcome
    std::uint64_t open_octets_ = 0;
    std::shared_ptr<flight> asking_;   ///< whose envelope was sent up to DATA; nothing may follow it
    std::shared_ptr<flight> sending_;  ///< whose content is being written
    std::size_t in_the_air_ = 0;       ///< flights without a final reply
    std::uint64_t octets_in_the_air_ = 0;
    std::uint64_t answered_ahead_ = 0;
    std::vector<std::shared_ptr<flight>> in_doubt_;  ///< answered, and not believed yet
    std::uint64_t proven_ = 0;                       ///< messages of which none was lost
    bool reset_first_ = false;  ///< the customer's server is inside a transaction that will not be finished
    bool quit_wanted_ = false;
    std::string quit_reason_;

    content_buffer output_;
    std::deque<event> events_;
    std::uint64_t steps_ = 0;
};

}  // namespace odmr
