// lmtp_server - the side the host MTA's lmtp client talks to: an LMTP server (RFC 2033), sans-io.
//
// MAIL, RCPT and DATA are answered here and now; what becomes of each recipient is answered after the
// content, when the customer's own server has spoken (RFC 2033 4.2). XFORWARD tells the queue id.
//
//   command --DATA--> content --CRLF.CRLF--> waiting for outcomes --answer()--> command
//   command --QUIT, too many errors, bare newline--> closed
#pragma once

#include "protocol/capabilities.hpp"
#include "protocol/command.hpp"
#include "protocol/dot_stuffing.hpp"
#include "protocol/line_reader.hpp"
#include "protocol/transaction.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace odmr
{

class lmtp_server
{
public:
    /// What the engine asks about a recipient before it takes it.
    class recipient_check
    {
    public:
        virtual ~recipient_check() = default;
        /// A refusal, or nullopt when mail for that recipient can be taken here now.
        /// message: its sender, its parameters and the recipients that were taken so far.
        virtual std::optional<reply> refuse(const transaction& message, const recipient& to) = 0;
    };

    struct settings {
        std::string name;      ///< in the greeting and the LHLO reply
        capabilities offered;  ///< beyond PIPELINING and ENHANCEDSTATUSCODES, which are always there
        std::size_t max_recipients = 1000;  ///< per transaction
        std::size_t max_line = 4096;        ///< octets; XFORWARD and ORCPT make long ones
        std::size_t max_errors = 100;       ///< per connection
    };

    lmtp_server(settings s, recipient_check& check);

    // --- what happens
    void receive(std::string_view octets);
    /// The present transaction is settled: writes one reply for each recipient taken, in RCPT order.
    void answer();
    /// What is offered from now on, instead of settings::offered.
    void offer(capabilities offered);
    /// Ends the connection: with 421 between transactions, else when the present one is answered or reset.
    void shut_down();
    /// Ends it where that costs the host MTA no message: when the present or the next transaction is answered
    /// or reset, or with 421 to a RSET between two.
    void wind_up() { shutting_down_ = true; }

    // --- what to do
    [[nodiscard]] std::string take_output() { return std::exchange(output_, {}); }
    /// The transaction whose content arrives or has arrived (content.finished()); nullptr between DATAs.
    [[nodiscard]] const std::shared_ptr<transaction>& message() const { return in_content_; }
    [[nodiscard]] bool closed() const { return closed_; }
    /// LHLO was said, and answered with what is offered.
    [[nodiscard]] bool greeted() const { return greeted_; }
    /// Inside a transaction, from MAIL to its answers.
    [[nodiscard]] bool busy() const { return !closed_ && (envelope_ || in_content_); }
    /// Where the host MTA's client is, for the log.
    [[nodiscard]] const std::string& queue_id() const { return queue_id_; }

private:
    using handler = void (lmtp_server::*)(std::string_view argument);
    struct verb {
        std::string_view name;
        handler run;
        bool needs_hello;
    };
    static const verb verbs[];

    void on_lhlo(std::string_view argument);
    void on_hello_of_smtp(std::string_view argument);
    void on_xforward(std::string_view argument);
    void on_mail(std::string_view argument);
    void on_rcpt(std::string_view argument);
    void on_data(std::string_view argument);
    void on_rset(std::string_view argument);
    void on_noop(std::string_view argument);
    void on_vrfy(std::string_view argument);
    void on_quit(std::string_view argument);

    void on_line(std::string_view line);
    void read_lines();
    void read_content();
    void say(int code, std::string_view enhanced, std::string_view text);
    void refuse(int code, std::string_view enhanced, std::string_view text);
    void forget_transaction();
    void say_goodbye(std::string_view why);
    [[nodiscard]] bool mail_parameter_ok(const esmtp_parameter& p) const;
    [[nodiscard]] bool rcpt_parameter_ok(const esmtp_parameter& p) const;

    settings settings_;
    recipient_check& check_;
    line_reader lines_;
    bool greeted_ = false;  ///< LHLO was said
    bool closed_ = false;
    bool shutting_down_ = false;
    std::size_t errors_ = 0;
    std::string queue_id_;

    std::shared_ptr<transaction> envelope_;    ///< between MAIL and DATA
    std::shared_ptr<transaction> in_content_;  ///< from DATA to answer()
    dot_decoder decoder_;
    std::string output_;
};

}  // namespace odmr
