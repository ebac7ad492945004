// stored_directory - the customers as the rules about arriving mail see them: read from the database into
// memory, and read again when somebody has changed it.
//
// It looks for changes when it is asked something, and not more often than a few times a second, so that what
// odmrctl changes is in force within a second. What the daemon itself writes (records of held mail, for each
// message) is no change: both use the same connection. While the database cannot be read nothing can be said;
// that is logged once, when it begins.
#pragma once

#include "core/customer_directory.hpp"
#include "core/settings.hpp"
#include "store/hold_store.hpp"
#include "store/recipient_store.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace odmr
{

class stored_directory final : public customer_directory
{
public:
    /// The limit of customers who have none of their own; asked each time, since it may change.
    using default_limit = std::function<mail_amount()>;

    /// look_every: how much time passes between two looks for changes.
    stored_directory(const hold_store& holds, default_limit limit,
                     std::chrono::milliseconds look_every = std::chrono::milliseconds(100));
    ~stored_directory() override;

    // none of these throws database_failure
    [[nodiscard]] owner owner_of(std::string_view domain) const override;
    /// Asks the database itself each time.
    [[nodiscard]] known has_recipient(std::string_view local, std::string_view domain) const override;
    /// How long mail for that customer may stay on hold, when it is said of this customer; while the database
    /// cannot be read, as it was before.
    [[nodiscard]] std::optional<seconds> hold_time_of(std::string_view customer) const;
    /// The only domain of any customer that begins so (in lower case); nullopt when there are several, or
    /// none.
    [[nodiscard]] std::optional<std::string> sole_domain(std::string_view beginning) const;

private:
    struct contents;

    const contents& present() const;
    void look() const;
    /// Runs a question to the database; false when it cannot be answered.
    bool ask(const std::function<void()>& question) const;

    std::shared_ptr<database> file_;
    mutable recipient_store recipients_;
    default_limit limit_;
    std::chrono::milliseconds look_every_;
    mutable std::chrono::steady_clock::time_point next_look_{};
    mutable bool readable_ = true;  ///< at the last look
    mutable bool outage_ = false;   ///< logged
    mutable std::unique_ptr<contents> contents_;
};

}  // namespace odmr
