// queue_scanner - lists the queue group again and again, the whole of it: one listing after the other while
// the mail of any domain is watched, and now and then otherwise.
//
// What it finds goes into the ledger, and to whoever watches a domain. A listing shows no more than the
// beginning of a long address; whose such a recipient is, is guessed when only one domain begins so.
#pragma once

#include "core/customer_directory.hpp"
#include "core/ledger.hpp"
#include "core/settings.hpp"
#include "net/asio.hpp"
#include "net/wake.hpp"
#include "sendmail/parked_mail.hpp"
#include "sendmail/queue_listing.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace odmr::sendmail
{

class queue_scanner
{
public:
    using sightings = std::vector<sighting>;

    /// What it works with, and what outlives it.
    struct surroundings {
        std::function<const settings&()> current;
        ledger& books;
        const customer_directory& directory;
        /// The only domain of any customer that begins so; nullopt when there are several, or none.
        std::function<std::optional<std::string>(std::string_view beginning)> sole_domain;
    };

    /// seen: called for each watched domain after a listing that began while it was watched, with all of its
    /// messages in the queue group.
    queue_scanner(const asio::any_io_executor& executor, surroundings with,
                  std::function<void(const std::string& domain, const sightings&)> seen);

    /// From now on it lists by itself.
    void start();

    void watch(const std::string& domain);
    void unwatch(const std::string& domain);
    /// Mail has come that the last listing does not know of: the next one is due sooner.
    void expect_news();

    /// Returns after a listing that began no earlier than now; false when that failed.
    awaitable<bool> scan();

private:
    using clock = std::chrono::steady_clock;

    awaitable<void> scan_now_and_then();
    [[nodiscard]] clock::time_point next_scan() const;
    awaitable<void> list_all();
    void note(const queued_message& message);
    void enter(const queued_message& message);
    wall_time arrival_of(const queued_message& message);
    [[nodiscard]] std::optional<envelope> recipients_of(const queued_message& message) const;
    void conclude(bool ok);

    asio::any_io_executor executor_;
    surroundings with_;
    std::function<void(const std::string&, const sightings&)> seen_;
    /// What the listing that runs has shown, if it began while the domain was watched.
    std::map<std::string, std::optional<sightings>, std::less<>> watched_;

    wake_event changed_;        ///< there is reason to look sooner
    bool news_ = false;         ///< something has come that the last listing does not know of
    unsigned scans_left_ = 0;   ///< that are to follow soon though nothing is watched
    bool all_known_ = true;     ///< of the present listing: whose every recipient is
    clock::time_point last_{};  ///< the end of the last listing
    clock::duration cost_{};
    std::size_t length_ = 0;                         ///< of the queue, in messages
    std::pair<std::string, wall_time> minute_ = {};  ///< as a listing has it, and as it is meant
    asio::steady_timer finished_;                    ///< cancelled to wake everybody who waits for a listing
    std::uint64_t started_ = 0;                      ///< how many listings began, and how many are done
    std::uint64_t done_ = 0;
    bool last_ok_ = false;
};

}  // namespace odmr::sendmail
