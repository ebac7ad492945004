#include "postfix/queue_listing.hpp"

#include "log/log.hpp"
#include "queue/command.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <cstdint>

namespace odmr::postfix
{

namespace
{

constexpr std::size_t max_entry =
    16 * 1024 * 1024;  // octets of one line: a message with very many recipients

/// Cuts the command's output into lines and sorts the entries by domain.
class listing_builder
{
public:
    explicit listing_builder(listing_watcher& watcher) : watcher_(watcher) {}
    void take(std::string_view octets)
    {
        while (!octets.empty()) {
            const std::size_t end = octets.find('\n');
            if (partial_.size() + std::min(end, octets.size()) <= max_entry)
                partial_ += octets.substr(0, end);
            if (end == std::string_view::npos)
                return;
            octets.remove_prefix(end + 1);
            add(std::exchange(partial_, {}));
        }
    }
    listing built;
    std::size_t not_understood = 0;

private:
    void add(const std::string& line)
    {
        const auto entry = parse_queue_entry(line);
        if (!entry) {
            ++not_understood;
            return;
        }
        watcher_.listed(*entry);
        if (entry->held())
            return;
        for (const std::string& recipient : entry->recipients) {
            auto& messages = built[domain_of(recipient)];
            if (messages.empty() || messages.back().queue_id != entry->queue_id)
                messages.push_back({entry->queue_id, entry->queue_name != "active"});
        }
    }
    listing_watcher& watcher_;
    std::string partial_;
};

}  // namespace

queue_listing::queue_listing(const asio::any_io_executor& executor, std::function<const settings&()> current,
                             listing_watcher& watcher)
    : current_(std::move(current)),
      watcher_(watcher),
      finished_(executor, asio::steady_timer::time_point::max())
{
}

awaitable<std::shared_ptr<const listing>> queue_listing::read(time_limit limit)
{
    const auto deadline = std::chrono::steady_clock::now() + limit.value_or(std::chrono::hours(1));
    const std::uint64_t wanted = started_ + 1;  // one that runs now may have passed what we look for
    asio::steady_timer patience(finished_.get_executor(), deadline);
    bool expired = false;
    auto alive = std::make_shared<bool>(true);
    patience.async_wait([this, &expired, weak = std::weak_ptr<bool>(alive)](error_code stopped) {
        if (stopped || weak.expired())
            return;
        expired = true;
        finished_.cancel();
    });
    while (done_ < wanted && !expired) {
        if (started_ == done_) {
            ++started_;
            asio::co_spawn(finished_.get_executor(), run(), asio::detached);
        }
        co_await finished_.async_wait(nothrow);
    }
    std::shared_ptr<const listing> found;
    if (done_ >= wanted)
        found = last_;
    co_return found;
}

awaitable<void> queue_listing::run()
{
    const settings& s = current_();
    std::vector<std::string> argv{s.postfix_command_dir + "/postqueue", "-c", s.postfix_config_dir, "-j"};
    auto builder = std::make_shared<listing_builder>(watcher_);
    std::function<void(std::string_view)> sink = [builder](std::string_view octets) {
        builder->take(octets);
    };
    const auto began = std::chrono::steady_clock::now();
    watcher_.listing_begins();
    const auto result = co_await run_command(std::move(argv), s.queue_command_timeout, std::move(sink));
    cost_ = std::chrono::steady_clock::now() - began;
    last_ = nullptr;
    if (!result.ok())
        log::warning("queue-listing-failed", {{"command", "postqueue -j"}, {"reason", result.text()}});
    else if (builder->not_understood > 0)
        log::warning("queue-listing-failed", {{"command", "postqueue -j"},
                                              {"reason", "lines not understood"},
                                              {"count", builder->not_understood}});
    else
        last_ = std::make_shared<const listing>(std::move(builder->built));
    watcher_.listing_ends(last_ != nullptr);
    ++done_;
    finished_.cancel();
}

}  // namespace odmr::postfix
