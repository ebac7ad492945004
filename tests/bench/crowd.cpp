#include "bench/crowd.hpp"

#include "support/mailbox.hpp"
#include "support/scripted_customer.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace odmr::bench
{
namespace
{

using namespace std::chrono_literals;

constexpr auto all_online = 5min;  ///< each first has the queue manager woken

}  // namespace

crowd::crowd(const site& provider, std::size_t customers, bool tls) : ready_(::epoll_create1(EPOLL_CLOEXEC))
{
    if (ready_.get() < 0)
        throw std::system_error(errno, std::generic_category(), "epoll");
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
    for (std::size_t i = 0; i < customers; ++i)
        log_in(provider, i, tls);
    if (!test::wait_until([&] { return provider.online() == customers; }, all_online))
        throw std::runtime_error(std::to_string(provider.online()) + " of " + std::to_string(customers) +
                                 " customers are online:\n" + provider.troubles());
}

crowd::~crowd()
{
    thread_.request_stop();
    thread_.join();
}

void crowd::log_in(const site& provider, std::size_t customer, bool tls)
{
    test::mailbox unused;
    test::scripted_customer client(unused);
    client.connect(provider.odmr_port());
    client.ehlo();
    if (tls) {
        client.start_tls(provider.certificate_file());
        client.ehlo();
    }
    client.authenticate("CRAM-MD5", customer_name(customer), test::provider::password);
    if (const std::string reply = client.say("ATRN"); !reply.starts_with("250"))
        throw std::runtime_error("ATRN -> " + reply);
    quick_server server({.complete = [this](const std::string&) { ++messages_; }});
    members_.push_back(
        std::make_unique<member>(member{.line = std::move(client.line()), .server = std::move(server)}));
    member& one = *members_.back();
    one.line.write(quick_server::greeting);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &one}};
    if (::epoll_ctl(ready_.get(), EPOLL_CTL_ADD, one.line.descriptor(), &event) != 0)
        throw std::system_error(errno, std::generic_category(), "epoll");
}

/// Waits for any of the members, but not for long: there may be an end of it all.
void crowd::serve(const std::stop_token& stop)
{
    constexpr int limit_ms = 100;
    std::array<epoll_event, 64> events{};
    while (!stop.stop_requested()) {
        const int n = ::epoll_wait(ready_.get(), events.data(), static_cast<int>(events.size()), limit_ms);
        for (int i = 0; i < n; ++i)
            answer(*static_cast<member*>(events.at(static_cast<std::size_t>(i)).data.ptr));
    }
}

void crowd::answer(member& one)
{
    try {
        if (const std::string replies = one.server.receive(one.line.read_some()); !replies.empty())
            one.line.write(replies);
    } catch (const std::exception&) {
        ::epoll_ctl(ready_.get(), EPOLL_CTL_DEL, one.line.descriptor(), nullptr);
        ++lost_;
    }
}

}  // namespace odmr::bench
