// recipient_store - which addresses of a domain there are, for the domains whose customers say so.
//
// A domain has a list of recipients or none. Without a list every address is taken for known; a list that is
// empty knows none. An address is kept as its local part, without quoting. Local parts are compared without
// regard to the case of ASCII letters, and octet for octet beyond ASCII: nothing is normalised.
//
// In the same file as the customers (customer_store.hpp says what is true of both). Every member throws
// database_failure.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

class database;

class recipient_store
{
public:
    /// The file must exist.
    explicit recipient_store(const std::string& path);
    /// With a connection that others use too.
    explicit recipient_store(std::shared_ptr<database> file);

    /// What odmrd asks: is this very local part on the domain's list? False when there is no list.
    bool has_recipient(std::string_view domain, std::string_view local_part);

    // what odmrctl does; these throw store_refusal when the domain is no customer's
    using local_parts = std::vector<std::string>;
    /// Sorted, in lower case; nullopt when there is no list.
    std::optional<local_parts> recipients(std::string_view domain);
    /// Makes this the list, in place of the old one if there was one.
    void set_recipients(std::string_view domain, const local_parts& recipients);
    /// All or, when there is no list, none; those that are on the list stay there.
    void add_recipients(std::string_view domain, const local_parts& recipients);
    /// All or, when one is not on the list, none.
    void remove_recipients(std::string_view domain, const local_parts& recipients);
    /// From now on the domain has no list.
    void clear_recipients(std::string_view domain);

private:
    std::shared_ptr<database> file_;
};

}  // namespace odmr
