// site - a provider that is measured: a private Postfix, odmrd as it is configured by default, customers, and
// mail for them by the thousand.
//
// Customers are called "customer0", "customer1", ... and have one domain each: "customer0.example".
#pragma once

#include "core/settings.hpp"
#include "support/listener.hpp"
#include "support/provider.hpp"
#include "support/wait.hpp"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace odmr::bench
{

using test::clock;

inline double milliseconds_of(clock::duration time)
{
    return std::chrono::duration<double, std::milli>(time).count();
}

std::string customer_name(std::size_t number);
std::string domain_of(std::size_t customer);

/// What odmrd says of the mail that waits.
struct books {
    bool complete = false;     ///< it knows all there is
    bool holds = false;        ///< mail that arrives now is put on hold
    std::size_t messages = 0;  ///< for all customers
    std::size_t held = 0;
    std::size_t released = 0;  ///< let go from hold and not delivered yet
};

/// How many messages are in these queues of Postfix.
struct queue_count {
    std::size_t hold = 0;
    std::size_t moving = 0;  ///< incoming and active
    std::size_t deferred = 0;
};

class site
{
public:
    static constexpr std::size_t message_octets = 4096;
    static constexpr int senders = 10;  ///< connections on which mail comes in at the same time

    /// What differs from the usual.
    struct changes {
        bool tls = false;                      ///< STARTTLS is offered
        test::provider::parameters odmr = {};  ///< of odmr.conf
    };

    /// Starts Postfix, whose mail for other domains goes to this port of loopback, and odmrd.
    site(std::size_t customers, std::uint16_t elsewhere_port, const changes& what);
    site(std::size_t customers, std::uint16_t elsewhere_port) : site(customers, elsewhere_port, changes{}) {}
    /// The same, and there is no mail for other domains.
    site(std::size_t customers, const changes& what) : site(customers, nowhere, what) {}

    /// Starts odmrd again. How long it takes until it knows all the mail that waits.
    clock::duration restart_odmrd();
    /// Has odmrd compare what it knows with the queue.
    void reconcile() const;
    [[nodiscard]] books ask() const;
    [[nodiscard]] pid_t odmrd() const;

    /// Hands in so many messages and waits for the end. keep: each sender keeps its connection.
    void send(std::uint16_t port, std::size_t messages, const std::string& recipient,
              bool keep = false) const;
    /// Hands in one message for each customer, on one connection.
    void send_to_all() const;
    /// Puts so many messages on hold, shared evenly by the customers. Throws std::runtime_error when they are
    /// not all there afterwards.
    void hold(std::size_t messages) const;
    [[nodiscard]] queue_count count() const;
    /// How many domains have a socket, because their customers are there.
    [[nodiscard]] std::size_t online() const;
    /// Waits until Postfix has tried to deliver whatever is not on hold.
    void settle() const;
    void remove_all_mail() const;
    /// Lets all mail go from hold, without odmrd, and has Postfix deliver it.
    void release_all() const;

    [[nodiscard]] const test::provider& provider() const { return provider_; }
    [[nodiscard]] std::uint16_t smtp_port() const { return provider_.postfix().port(); }
    /// Postfix listens here, too, and does not ask odmrd.
    [[nodiscard]] std::uint16_t port_without_policy() const { return other_port_.number(); }
    [[nodiscard]] std::uint16_t odmr_port() const { return provider_.port(); }
    [[nodiscard]] const std::filesystem::path& certificate_file() const
    {
        return provider_.certificate_file();
    }
    /// Where Postfix brings this customer's mail.
    [[nodiscard]] std::filesystem::path lmtp_socket(std::size_t customer) const
    {
        return provider_.socket_of(domain_of(customer));
    }
    [[nodiscard]] std::string policy_socket() const { return config_.policy_socket; }
    [[nodiscard]] std::string log() const { return provider_.odmrd().log(); }
    /// The lines of odmrd's log that are not good news; empty when there are none.
    [[nodiscard]] std::string troubles() const;
    [[nodiscard]] pid_t postfix_master() const;

private:
    static constexpr std::uint16_t nowhere = 9;  ///< the port of discard, where nobody listens

    test::provider::setup how(const changes& what) const;
    void add_customers() const;
    void start_odmrd();

    std::size_t customers_;
    test::reserved_port other_port_;
    mutable test::provider provider_;
    settings config_;
};

}  // namespace odmr::bench
