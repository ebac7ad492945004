// How long the daemon's event loop stands still while odmrctl lists a large queue.
#include "core/parameters.hpp"
#include "odmrd/control_session.hpp"
#include "odmrd/service.hpp"
#include "support/temp_dir.hpp"

#include <benchmark/benchmark.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <time.h>

namespace odmr
{
namespace
{

/// The processor time this thread has had: what else runs on the machine does not count.
std::chrono::nanoseconds spent()
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

/// A daemon's parts, and mail for 1,000 customers.
class busy_daemon
{
public:
    explicit busy_daemon(int messages) : all_(io_.get_executor(), configuration(), nullptr)
    {
        for (int i = 0; i < messages; ++i) {
            const std::string customer = "customer" + std::to_string(i * 7919 % 1000);
            envelope to;
            to.add(customer, customer + ".example");
            all_.waiting().arrived({"3zQ" + std::to_string(1'000'000 + i) + "zkWm", to, 4096},
                                   mail_state::held, wall_time{std::chrono::seconds(i)});
        }
    }

    /// A client asks and reads; the longest that anything else had to wait for its turn meanwhile.
    std::chrono::nanoseconds longest_stall(std::string_view request)
    {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0)
            return std::chrono::nanoseconds::max();
        std::jthread client([fd = ends[1], request] {
            std::array<char, 65536> buffer{};
            (void)::send(fd, request.data(), request.size(), 0);
            while (::recv(fd, buffer.data(), buffer.size(), 0) > 0) {
            }
            ::close(fd);
        });
        session_ = control_session::start(
            all_, stream_socket(io_, asio::generic::stream_protocol(AF_UNIX, 0), ends[0]), {});
        std::chrono::nanoseconds longest{};
        asio::co_spawn(io_, feel_pulse(longest), asio::detached);
        io_.restart();
        io_.run();
        return longest;
    }

private:
    settings configuration()
    {
        settings config = default_settings();
        config.database = directory_.path() / "customers.db";
        customer_store(config.database, customer_store::open_mode::create);
        return config;
    }

    /// Takes one turn after the other while the session lasts.
    awaitable<void> feel_pulse(std::chrono::nanoseconds& longest)
    {
        for (auto last = spent(); !session_.expired();) {
            co_await asio::post(io_, asio::use_awaitable);
            const auto now = spent();
            longest = std::max(longest, now - last);
            last = now;
        }
        io_.stop();
    }

    test::temp_dir directory_;
    asio::io_context io_{1};
    service all_;
    std::weak_ptr<control_session> session_;
};

void list_queue(benchmark::State& state, std::string_view request)
{
    busy_daemon daemon(static_cast<int>(state.range()));
    std::chrono::nanoseconds longest{};
    for (auto _ : state)
        longest = std::max(longest, daemon.longest_stall(request));
    state.counters["longest_stall_ms"] = std::chrono::duration<double, std::milli>(longest).count();
}
BENCHMARK_CAPTURE(list_queue, all, "{\"command\": \"queue\"}\n")
    ->Arg(100'000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(list_queue, one_customer, "{\"command\": \"queue\", \"words\": [\"customer7\"]}\n")
    ->Arg(100'000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(list_queue, status, "{\"command\": \"status\"}\n")
    ->Arg(100'000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace odmr

BENCHMARK_MAIN();
