#include "bench/delay_line.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <list>
#include <optional>
#include <utility>
#include <vector>

namespace odmr::bench
{
namespace
{

using test::clock;

constexpr std::size_t block_octets = 64 * 1024;

struct block {
    std::vector<char> octets = std::vector<char>(block_octets);
    std::size_t begin = 0;
    std::size_t end = 0;
    clock::time_point due{};
};

/// What goes from one socket to another.
class direction
{
public:
    direction(int from, int to, clock::duration delay) : from_(from), to_(to), delay_(delay) {}

    [[nodiscard]] bool wants_to_read() const { return !read_all_ && on_line_ < delay_line::most_octets; }
    [[nodiscard]] bool is_due(clock::time_point now) const
    {
        return !blocks_.empty() && blocks_.front().due <= now;
    }
    [[nodiscard]] std::optional<clock::time_point> due() const
    {
        if (blocks_.empty())
            return std::nullopt;
        return blocks_.front().due;
    }
    [[nodiscard]] bool failed() const { return failed_; }
    /// The end of what came was passed on.
    [[nodiscard]] bool ended() const { return failed_ || (read_all_ && blocks_.empty()); }

    void read()
    {
        block next = fresh();
        const ssize_t n = ::recv(from_, next.octets.data(), next.octets.size(), MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        failed_ = n < 0;
        read_all_ = n <= 0;  // the end is a block, too, an empty one: it takes as long
        next.begin = 0;
        next.end = static_cast<std::size_t>(std::max<ssize_t>(n, 0));
        next.due = clock::now() + delay_;
        on_line_ += next.end;
        blocks_.push_back(std::move(next));
    }

    void write()
    {
        block& next = blocks_.front();
        if (next.begin == next.end) {
            ::shutdown(to_, SHUT_WR);
            blocks_.clear();
            return;
        }
        const ssize_t n =
            ::send(to_, next.octets.data() + next.begin, next.end - next.begin, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0) {
            failed_ = errno != EAGAIN && errno != EINTR;
            return;
        }
        next.begin += static_cast<std::size_t>(n);
        on_line_ -= static_cast<std::size_t>(n);
        if (next.begin < next.end)
            return;
        used_.push_back(std::move(next));
        blocks_.pop_front();
    }

private:
    /// A block that was used before, where there is one: new memory is slower than the sockets.
    block fresh()
    {
        if (used_.empty())
            return {};
        block next = std::move(used_.back());
        used_.pop_back();
        return next;
    }

    int from_;
    int to_;
    clock::duration delay_;
    std::deque<block> blocks_;
    std::vector<block> used_;
    std::size_t on_line_ = 0;
    bool read_all_ = false;
    bool failed_ = false;
};

class joined
{
public:
    joined(test::file_descriptor near_end, test::file_descriptor far_end, clock::duration one_way)
        : near_(std::move(near_end)),
          far_(std::move(far_end)),
          out_(near_.get(), far_.get(), one_way),
          back_(far_.get(), near_.get(), one_way)
    {
    }

    [[nodiscard]] bool over() const
    {
        return out_.failed() || back_.failed() || (out_.ended() && back_.ended());
    }

    /// What poll(2) is to look for, the near end first, and how long it may look.
    void prepare(std::vector<pollfd>& wanted, clock::time_point& until, clock::time_point now) const
    {
        const auto events = [&](const direction& in, const direction& out) {
            return static_cast<short>((in.wants_to_read() ? POLLIN : 0) | (out.is_due(now) ? POLLOUT : 0));
        };
        wanted.push_back(look_at(near_, events(out_, back_)));
        wanted.push_back(look_at(far_, events(back_, out_)));
        for (const direction* each : {&out_, &back_})
            if (const auto due = each->due(); due && *due > now)
                until = std::min(until, *due);
    }

    void move_on(const pollfd& near_end, const pollfd& far_end, clock::time_point now)
    {
        constexpr short readable = POLLIN | POLLHUP | POLLERR;
        if ((near_end.revents & readable) != 0 && out_.wants_to_read())
            out_.read();
        if ((far_end.revents & readable) != 0 && back_.wants_to_read())
            back_.read();
        while (out_.is_due(now) && (far_end.revents & POLLOUT) != 0 && write(out_)) {
        }
        while (back_.is_due(now) && (near_end.revents & POLLOUT) != 0 && write(back_)) {
        }
    }

private:
    /// A socket of which nothing is wanted is left out, lest poll(2) report its hanging up for ever.
    static pollfd look_at(const test::file_descriptor& socket, short events)
    {
        return {events != 0 ? socket.get() : -1, events, 0};
    }

    /// False when no more can be written.
    static bool write(direction& to)
    {
        const auto before = to.due();
        to.write();
        return !to.failed() && to.due() != before;
    }

    test::file_descriptor near_;
    test::file_descriptor far_;
    direction out_;
    direction back_;
};

void send_at_once(const test::file_descriptor& socket)
{
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

std::optional<test::file_descriptor> connect_to(std::uint16_t port)
{
    test::file_descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return std::nullopt;
    return socket;
}

/// Waits until something can be done, but not for long: there may be an end of it all.
void wait_for(std::vector<pollfd>& wanted, clock::time_point until, clock::time_point now)
{
    const auto left = std::max<clock::duration>(until - now, clock::duration::zero());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec limit{seconds.count(), std::chrono::nanoseconds(left - seconds).count()};
    ::ppoll(wanted.data(), wanted.size(), &limit, nullptr);
}

}  // namespace

delay_line::delay_line(std::uint16_t far_end, test::milliseconds round_trip)
    : far_end_(far_end),
      one_way_(std::chrono::duration_cast<clock::duration>(round_trip) / 2),
      thread_([this](const std::stop_token& stop) { run(stop); })
{
}

void delay_line::run(const std::stop_token& stop)
{
    constexpr auto longest_wait = std::chrono::milliseconds(100);
    std::list<joined> lines;
    while (!stop.stop_requested()) {
        auto now = clock::now();
        auto until = now + longest_wait;
        std::vector<pollfd> wanted;
        for (const joined& each : lines)
            each.prepare(wanted, until, now);
        wanted.push_back({listener_.descriptor(), POLLIN, 0});
        wait_for(wanted, until, now);
        now = clock::now();
        auto ready = wanted.begin();
        for (joined& each : lines) {
            each.move_on(*ready, *(ready + 1), now);
            ready += 2;
        }
        lines.remove_if([](const joined& each) { return each.over(); });
        if (wanted.back().revents == 0)
            continue;
        auto near_end = listener_.accept(test::milliseconds(0));
        auto far_end = near_end ? connect_to(far_end_) : std::nullopt;
        if (!far_end)
            continue;
        send_at_once(*near_end);
        send_at_once(*far_end);
        lines.emplace_back(std::move(*near_end), std::move(*far_end), one_way_);
    }
}

}  // namespace odmr::bench
