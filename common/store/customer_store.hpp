// customer_store - customers, their domains and their secrets, in SQLite through SOCI.
//
// With recipient_store and hold_store, which keep theirs in the same file, the only durable state odmr has.
// Names are folded to lower case. A domain belongs to one customer. Every
// member throws database_failure when the database cannot be used now. Readers never wait; a writer waits for
// another one for two seconds at most. Several programs may have the same file open.
#pragma once

#include "auth/sasl.hpp"
#include "core/settings.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace odmr
{

struct customer {
    std::string name;
    bool enabled = true;
    std::optional<seconds> linger = {};  ///< this and the next three: instead of the configured one
    std::optional<std::uint64_t> max_messages = {};  ///< how many may wait
    std::optional<std::uint64_t> max_octets = {};    ///< how large all that wait may be together
    std::optional<seconds> hold_time = {};           ///< how long mail may stay on hold
    std::vector<std::string> domains = {};           ///< in lower case, sorted
    bool cram_md5 = false;                           ///< a CRAM-MD5 secret is kept

    friend bool operator==(const customer&, const customer&) = default;
};

/// A temporary_failure of this store: what() names the file and the trouble, never a secret.
class database_failure : public temporary_failure
{
public:
    enum class cause {
        missing,  ///< there is no such file
        locked,   ///< another program writes and did not finish in time
        unusable  ///< unreadable, unwritable, damaged, or not of odmr
    };
    database_failure(cause kind, std::string reason) : temporary_failure(std::move(reason)), cause_(kind) {}
    [[nodiscard]] cause why() const { return cause_; }

private:
    cause cause_;
};

/// A request that cannot be met (name exists, no such customer, domain belongs to another ...): what() says
/// which.
class store_refusal : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// 1 to 64 of a-z 0-9 . _ @ + -, after folding to lower case.
bool valid_customer_name(std::string_view name);

class customer_store : public credential_source
{
public:
    enum class open_mode { must_exist, create };

    /// Opens the database file; with create it makes the file (mode 0640; by root: owned like its directory)
    /// and the schema when missing.
    customer_store(const std::string& path, open_mode mode);
    ~customer_store() override;

    // what odmrd asks
    std::optional<credentials> find_credentials(std::string_view account) override;
    std::optional<customer> find_customer(std::string_view name);
    std::optional<std::string> owner_of(std::string_view domain);

    // what odmrctl does; these throw store_refusal
    /// Sorted by name.
    std::vector<customer> customers();
    /// Throws what add_customer would of the name.
    void check_new_customer(std::string_view name);
    void add_customer(std::string_view name, const credentials& secrets, std::optional<seconds> linger);
    /// And its domains.
    void remove_customer(std::string_view name);
    /// Replaces every secret; whether the customer is enabled stays as it was.
    void set_credentials(std::string_view name, const credentials& secrets);
    void set_enabled(std::string_view name, bool enabled);
    void set_linger(std::string_view name, std::optional<seconds> linger);
    void set_max_messages(std::string_view name, std::optional<std::uint64_t> messages);
    void set_max_octets(std::string_view name, std::optional<std::uint64_t> octets);
    void set_hold_time(std::string_view name, std::optional<seconds> hold_time);
    void add_domain(std::string_view customer_name, std::string_view domain);
    /// And its list of recipients.
    void remove_domain(std::string_view domain);
    /// Makes all the changes that are made inside, or, when one throws, none.
    void together(const std::function<void()>& changes);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace odmr
