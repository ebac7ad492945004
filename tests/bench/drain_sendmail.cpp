#include "bench/delay_line.hpp"
#include "bench/fast_customer.hpp"
#include "bench/mail_book.hpp"
#include "bench/mail_source.hpp"
#include "bench/quick_sink.hpp"
#include "drain_cases.hpp"

#include <filesystem>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace odmr::bench
{
namespace
{

using behaviour = quick_server::behaviour;

constexpr const char* straight = "Sendmail, straight to LMTP";
constexpr const char* customer = "alice";
constexpr const char* domain = "example.org";
constexpr auto long_enough = std::chrono::minutes(10);

struct way {
    std::string name;
    bool tls = false;
    behaviour server = {};
    test::milliseconds round_trip{0};
};

struct rates_of_way {
    std::vector<double> all;     ///< messages/s from the first word to the last message
    std::vector<double> middle;  ///< messages/s between 10 % and 90 % of them
};

class sendmail_site
{
public:
    sendmail_site()
        : provider_({.host = test::mail_system::sendmail, .odmr = {{"linger", "1s"}}, .tls = true})
    {
        provider_.add_customer(customer, {domain});
    }

    /// Fills the queue.
    mail_book hold(std::size_t messages)
    {
        const std::uint64_t first = next_;
        next_ += messages;
        send_numbered(provider_.host().port(), first, messages, site::message_octets,
                      [](std::size_t) { return std::string("someone@") + domain; });
        if (waiting() != messages)
            throw std::runtime_error(std::to_string(waiting()) + " messages wait:\n" + provider_.logs());
        return {first, messages};
    }

    /// The time it was asked for.
    test::clock::time_point drain(const way& how, mail_book& book)
    {
        provider_.start_odmrd();
        std::optional<delay_line> far_away;
        if (how.round_trip.count() > 0)
            far_away.emplace(provider_.port(), how.round_trip);
        const std::uint16_t port = far_away ? far_away->port() : std::uint16_t{0};
        fast_customer line(provider_, customer, {.port = port, .tls = how.tls, .server = how.server},
                           booked_in(book));
        const auto begin = test::clock::now();
        line.turn();
        line.serve();
        provider_.odmrd().stop();
        return begin;
    }

    test::clock::time_point deliver_straight(mail_book& book)
    {
        const quick_sink sink(provider_.sendmail().lmtp_socket(),
                              [&book] { return quick_server({.lmtp = true}, booked_in(book)); });
        const auto begin = test::clock::now();
        provider_.sendmail().release(domain);
        if (!test::wait_until([&] { return book.arrived() >= book.expected(); }, long_enough))
            throw std::runtime_error("Sendmail does not deliver:\n" + provider_.logs());
        return begin;
    }

    /// Throws std::runtime_error when anything is left.
    void expect_empty_queue() const
    {
        if (!test::wait_until([this] { return waiting() == 0; }))
            throw std::runtime_error(std::to_string(waiting()) + " messages are left:\n" + provider_.logs());
    }

private:
    [[nodiscard]] std::size_t waiting() const
    {
        std::size_t count = 0;
        for (const auto& entry :
             std::filesystem::directory_iterator(provider_.sendmail().queue_dir() / "odmr"))
            count += entry.path().filename().string().starts_with("qf") ? 1 : 0;
        return count;
    }

    test::provider provider_;
    std::uint64_t next_ = 1;
};

void measure(sendmail_site& provider, const way& how, std::size_t messages, rates_of_way& into)
{
    mail_book book = provider.hold(messages);
    const auto begin = how.name == straight ? provider.deliver_straight(book) : provider.drain(how, book);
    book.check();
    provider.expect_empty_queue();
    constexpr double milliseconds = 1000;
    const auto rate = [&](double part, clock::duration time) {
        return part * static_cast<double>(messages) * milliseconds / milliseconds_of(time);
    };
    into.all.push_back(rate(1, book.when(1) - begin));
    into.middle.push_back(rate(0.8, book.when(0.9) - book.when(0.1)));
    std::cerr << how.name << ": " << into.all.back() << " messages/s\n";
}

}  // namespace

void sendmail(const options& how, report& into)
{
    const std::size_t messages = how.number("messages", 5000);
    std::vector<way> ways{{straight},
                          {"Sendmail, DATA"},
                          {"Sendmail, CHUNKING", false, {.chunking = true}},
                          {"Sendmail, DATA, TLS", true},
                          {"Sendmail, CHUNKING, 100 ms", false, {.chunking = true}, test::milliseconds(100)}};
    std::erase_if(ways, [&](const way& each) { return !how.wants_only(each.name); });
    std::vector<rates_of_way> rates(ways.size());
    sendmail_site provider;
    for (std::size_t run = 0; run < how.runs(); ++run)
        for (std::size_t i = 0; i < ways.size(); ++i)
            measure(provider, ways[i], messages, rates[i]);
    const std::string middle = ", 10 to 90 %";
    for (std::size_t i = 0; i < ways.size(); ++i) {
        into.add_against_any({ways[i].name, rates[i].all, "messages/s"}, straight);
        into.add_against_any({ways[i].name + middle, rates[i].middle, "messages/s"}, straight + middle);
    }
}

}  // namespace odmr::bench
