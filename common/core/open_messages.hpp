// open_messages - how many messages each customer has under way, and how many it may have.
//
// Each of them occupies one of the mail system's delivery processes. The mail system bounds them for each
// domain; a customer may have many domains.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace odmr
{

class open_messages
{
public:
    /// Held for as long as a message is under way.
    using place = std::shared_ptr<const void>;

    /// A place for one more message of that customer; nullptr when it has as many as it may: most, or a few
    /// when its server has stalled.
    place take(const std::string& customer, std::size_t most);
    [[nodiscard]] std::size_t of(std::string_view customer) const;

    /// The customer's server has stalled with many messages. Until all_is_through() it gets a few at a time,
    /// which are few enough to wait for: otherwise a server that is slow with one message would be given up
    /// each time before that one is through.
    void stalled(const std::string& customer) { stalled_.insert(customer); }
    /// Nothing is left for the customer.
    void all_is_through(const std::string& customer) { stalled_.erase(customer); }

private:
    std::map<std::string, std::weak_ptr<const void>, std::less<>>
        open_;  ///< by customer; as many owners as places
    std::set<std::string, std::less<>> stalled_;
};

}  // namespace odmr
