// customer_store - customers, their domains and their secrets, in SQLite through SOCI.
//
// The only durable state odmr has. Names are folded to lower case. A domain belongs to one customer. Every member
// throws temporary_failure when the database cannot be used now (locked, missing, unreadable).
#pragma once

#include "auth/sasl.hpp"
#include "core/settings.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

struct customer {
    std::string name;
    bool enabled = true;
    std::optional<seconds> linger;     ///< instead of the configured one
    std::vector<std::string> domains;  ///< in lower case, sorted
    bool cram_md5 = false;             ///< a CRAM-MD5 secret is kept

    friend bool operator==(const customer&, const customer&) = default;
};

/// A request the store refuses (name exists, no such customer, domain belongs to another ...): what() says which.
class store_refusal : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

class customer_store : public credential_source
{
public:
    enum class open_mode { must_exist, create };

    /// Opens the database file; with create it makes file (mode 0640) and schema when missing.
    customer_store(const std::string& path, open_mode mode);
    ~customer_store() override;

    // what odmrd asks
    std::optional<credentials> find_credentials(std::string_view account) override;
    std::optional<customer> find_customer(std::string_view name);
    std::optional<std::string> owner_of(std::string_view domain);

    // what odmrctl does
    std::vector<customer> customers();
    void add_customer(std::string_view name, const credentials& secrets, std::optional<seconds> linger);
    void remove_customer(std::string_view name);
    void set_credentials(std::string_view name, const credentials& secrets);
    void set_enabled(std::string_view name, bool enabled);
    void set_linger(std::string_view name, std::optional<seconds> linger);
    void add_domain(std::string_view customer_name, std::string_view domain);
    void remove_domain(std::string_view domain);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace odmr
