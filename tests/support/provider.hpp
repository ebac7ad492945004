// provider - a whole provider on loopback: a private Postfix or Sendmail, the odmrd of this build, the rest
// of the Internet, and the books on every message that was handed in.
//
//   sender --SMTP--> mail system --LMTP--> odmrd --the customer's own connection--> customer
//                         \--SMTP--> elsewhere (a sink: also where bounces go)
#pragma once

#include "support/certificate.hpp"
#include "support/mail_books.hpp"
#include "support/mailbox.hpp"
#include "support/odmr_milter_process.hpp"
#include "support/odmrd_process.hpp"
#include "support/private_postfix.hpp"
#include "support/private_sendmail.hpp"
#include "support/smtp_sink.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace odmr::test
{

enum class mail_system { postfix, sendmail };

inline std::ostream& operator<<(std::ostream& out, mail_system system)
{
    return out << (system == mail_system::postfix ? "postfix" : "sendmail");
}

class provider
{
public:
    using parameters = std::map<std::string, std::string>;  ///< of odmr.conf

    struct setup {
        mail_system host = mail_system::postfix;
        parameters odmr = {};              ///< what differs from the tests' usual configuration
        bool tls = false;                  ///< STARTTLS, and a second listener with TLS from the first octet
        server_script elsewhere = {};      ///< how the rest of the Internet behaves
        std::string extra_main_cf = {};    ///< lines added to Postfix's main.cf
        std::string extra_master_cf = {};  ///< and to its master.cf
        std::string extra_mc = {};         ///< lines added to Sendmail's sendmail.mc
        /// With it a second Sendmail hands customers' mail over; lines added to its sendmail-odmr.mc.
        std::optional<std::string> second_mc = {};
    };

    /// Starts the mail system, but not odmrd: there may be mail before it.
    explicit provider(const setup& how);
    ~provider();

    // --- customers
    static constexpr const char* password = "tanstaaftanstaaf";  ///< of all of them
    /// With `odmrctl customer add`, `domain add` and `maps`. options: more words for `customer add`.
    void add_customer(const std::string& name, const std::vector<std::string>& domains,
                      const std::vector<std::string>& options = {"--cram-md5"});
    command_result odmrctl(const std::vector<std::string>& words, const std::string& input = {}) const;
    /// The same, and throws std::runtime_error when its exit status is not 0.
    std::string odmrctl_or_throw(const std::vector<std::string>& words, const std::string& input = {}) const;

    // --- odmrd
    /// launcher: a command, with its options, that is to run odmrd: {"setpriv", "--reuid=nobody"}.
    void start_odmrd(const std::vector<std::string>& launcher = {});
    [[nodiscard]] odmrd_process& odmrd() { return *odmrd_; }
    /// Between Sendmail and odmrd; runs from the first start of odmrd on.
    [[nodiscard]] odmr_milter_process& milter() { return *milter_; }
    [[nodiscard]] std::uint16_t port() const { return odmrd_->port(); }
    [[nodiscard]] std::uint16_t tls_port() const { return odmrd_->port(1); }
    /// True while somebody's session serves the domain.
    [[nodiscard]] bool serves(const std::string& domain) const;
    [[nodiscard]] const std::filesystem::path& certificate_file() const
    {
        return certificate_.certificate_file;
    }
    /// Changes odmr.conf; a running odmrd learns of it when it rereads it.
    void set(const std::string& key, const std::string& value);

    // --- mail
    /// Hands in a message of about so many octets.
    sent_message send(const std::vector<std::string>& recipients, std::size_t octets = 0);
    /// The same, and waits until it waits for its customers: on hold, or deferred.
    sent_message send_and_wait(const std::vector<std::string>& recipients, std::size_t octets = 0);
    /// Hands in many messages on one connection, one for each list of recipients.
    std::vector<sent_message> send_many(const std::vector<std::vector<std::string>>& recipients,
                                        std::size_t octets = 0);
    /// Enters a message that the test has handed in by itself in the books.
    void book(const sent_message& message) { sent_.push_back(message); }

    /// True when all that is left of it in the queue, and something is, waits for customers or for another
    /// try.
    [[nodiscard]] bool at_rest(const sent_message& message) const;
    [[nodiscard]] bool in_queue(const sent_message& message, const std::string& recipient) const;
    /// The queue the message is in: "hold", "deferred", ...; empty when it is in none.
    [[nodiscard]] std::string queue_of(const sent_message& message) const;
    [[nodiscard]] bool wait_for_empty_queue() const;

    [[nodiscard]] mail_books books(const mailbox& customers) const;
    [[nodiscard]] whereabouts find(const sent_message& message, const std::string& recipient,
                                   const mailbox& customers) const
    {
        return books(customers).find(message, recipient);
    }

    [[nodiscard]] const std::vector<sent_message>& sent() const { return sent_; }
    [[nodiscard]] host_mail_system& host() const { return *host_; }
    /// For what is the one's or the other's own; throws std::bad_cast when the mail system is another.
    [[nodiscard]] const private_postfix& postfix() const
    {
        return dynamic_cast<const private_postfix&>(*host_);
    }
    [[nodiscard]] const private_sendmail& sendmail() const
    {
        return dynamic_cast<const private_sendmail&>(*host_);
    }
    [[nodiscard]] const smtp_sink& elsewhere() const { return elsewhere_; }
    [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }
    [[nodiscard]] std::filesystem::path config_file() const { return directory() / "odmr.conf"; }
    [[nodiscard]] std::filesystem::path socket_of(const std::string& domain) const
    {
        return postfix().queue_dir() / "odmr" / domain;
    }
    /// Everything that tells what went wrong.
    [[nodiscard]] std::string logs() const;

private:
    void write_config() const;
    outgoing_message new_message(const std::vector<std::string>& recipients, std::size_t octets) const;

    temp_dir directory_;
    smtp_sink elsewhere_;
    std::unique_ptr<host_mail_system> host_;
    certificate certificate_;
    bool tls_;
    parameters parameters_;
    std::unique_ptr<odmrd_process> odmrd_;
    std::unique_ptr<odmr_milter_process> milter_;
    std::string former_logs_;  ///< of the odmrds before this one
    std::vector<sent_message> sent_;
};

}  // namespace odmr::test
