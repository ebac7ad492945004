#include "bench/mail_source.hpp"

#include "bench/numbered_mail.hpp"
#include "support/smtp_sender.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace odmr::bench
{

void send_numbered(std::uint16_t port, std::uint64_t first, std::size_t messages, std::uint64_t octets,
                   const std::function<std::string(std::size_t)>& recipient)
{
    std::atomic<std::size_t> taken = 0;
    std::mutex mutex;
    std::exception_ptr problem;
    const auto send = [&] {
        try {
            test::smtp_sender sender(port);
            for (std::size_t i = taken++; i < messages; i = taken++) {
                const std::string reply =
                    sender.send({"sender@elsewhere.example",
                                 {recipient(i)},
                                 numbered_mail(first + i, octets).text(numbered_mail::form::as_it_is)});
                if (!reply.starts_with("250"))
                    throw std::runtime_error("a message was refused: " + reply);
            }
        } catch (...) {
            const std::lock_guard lock(mutex);
            problem = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> senders;
        for (std::size_t i = 0; i < std::min<std::size_t>(messages, site::senders); ++i)
            senders.emplace_back(send);
    }
    if (problem)
        std::rethrow_exception(problem);
}

std::uint64_t mail_source::hold(std::size_t messages, std::uint64_t octets, std::size_t customer,
                                std::size_t customers)
{
    const std::uint64_t first = next_;
    next_ += messages;
    const std::size_t before = provider_.count().hold;
    send_numbered(provider_.smtp_port(), first, messages, octets,
                  [&](std::size_t i) { return "someone@" + domain_of(customer + i % customers); });
    if (const std::size_t held = provider_.count().hold - before; held != messages)
        throw std::runtime_error(std::to_string(held) + " of " + std::to_string(messages) +
                                 " messages are on hold:\n" + provider_.log());
    return first;
}

}  // namespace odmr::bench
