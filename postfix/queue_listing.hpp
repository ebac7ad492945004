// queue_listing - what waits in Postfix's queue for which domain, from `postqueue -j`, for all who ask at the
// same time.
#pragma once

#include "core/settings.hpp"
#include "net/asio.hpp"
#include "postfix/expected_mail.hpp"
#include "postfix/queue_entry.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace odmr::postfix
{

/// Messages by domain, without what is on hold. Not a snapshot: mail that moves while it is listed may be
/// missed.
using listing = std::map<std::string, std::vector<listed_message>, std::less<>>;

/// Sees every listing as it is read, whoever asked for it.
class listing_watcher
{
public:
    virtual ~listing_watcher() = default;
    virtual void listing_begins() = 0;
    virtual void listed(const queue_entry& entry) = 0;
    /// ok: it was read to its end, and every line was understood.
    virtual void listing_ends(bool ok) = 0;
};

class queue_listing
{
public:
    /// current: gives the settings in force (command and configuration folder, time limit).
    queue_listing(const asio::any_io_executor& executor, std::function<const settings&()> current,
                  listing_watcher& watcher);

    /// A listing that began after this call; nullptr when the command failed (which is logged) or the limit
    /// ran out. However many ask, one command runs at a time.
    awaitable<std::shared_ptr<const listing>> read(time_limit limit);

    /// How long the last one took.
    [[nodiscard]] std::chrono::steady_clock::duration cost() const { return cost_; }

private:
    awaitable<void> run();

    std::function<const settings&()> current_;
    listing_watcher& watcher_;
    asio::steady_timer finished_;  ///< cancelled to wake everybody who waits for a listing
    std::uint64_t started_ = 0;    ///< how many listings began, and how many are done
    std::uint64_t done_ = 0;
    std::shared_ptr<const listing> last_;
    std::chrono::steady_clock::duration cost_{};
};

}  // namespace odmr::postfix
