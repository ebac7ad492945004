// envelope - the recipients of one message, sorted by the customers they belong to.
#pragma once

#include "core/customer_directory.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

/// An address without its quoting, as mail systems keep it, taken apart at the last '@'.
struct address_parts {
    std::string local;   ///< ASCII letters in lower case; UTF-8 as it is
    std::string domain;  ///< in lower case, without the dot of the root; empty when there is no whole address
};

address_parts split_address(std::string_view address);

class envelope
{
public:
    /// The recipients at one domain of a customer.
    struct share {
        std::string customer;
        std::string domain;
        std::size_t recipients = 0;

        friend bool operator==(const share&, const share&) = default;
    };

    void add(std::string_view customer, std::string_view domain);
    /// A recipient of no customer.
    void add_other() { ++others_; }

    /// In the order the domains were first seen.
    [[nodiscard]] const std::vector<share>& shares() const { return shares_; }
    [[nodiscard]] std::size_t others() const { return others_; }
    [[nodiscard]] bool empty() const { return shares_.empty() && others_ == 0; }
    /// The one customer every recipient belongs to; empty when there is none.
    [[nodiscard]] std::string_view sole_customer() const;

    friend bool operator==(const envelope&, const envelope&) = default;

private:
    std::vector<share> shares_;
    std::size_t others_ = 0;
};

/// The envelope of a message out of a queue listing; nullopt when the directory cannot say now whose a domain
/// is.
std::optional<envelope> sort_recipients(const customer_directory& directory,
                                        std::span<const std::string> recipients);

/// A message as it is known when the mail system is about to accept it.
struct arrival {
    std::string queue_id;
    envelope recipients;
    std::uint64_t octets = 0;

    friend bool operator==(const arrival&, const arrival&) = default;
};

}  // namespace odmr
