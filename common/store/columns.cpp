// columns - see columns.hpp.
#include "store/columns.hpp"

#include "auth/secrets.hpp"
#include "protocol/address.hpp"
#include "protocol/command.hpp"
#include "store/customer_store.hpp"

#include <limits>

namespace odmr
{

std::string customer_key(std::string_view name)
{
    auto key = to_lower(name);
    if (!valid_customer_name(key))
        throw store_refusal("\"" + key +
                            "\" is no name for a customer: expected 1 to 64 of a-z 0-9 . _ @ + -");
    return key;
}

std::string domain_key(std::string_view domain)
{
    auto key = to_lower(domain);
    if (!valid_domain(key))
        throw store_refusal(
            "\"" + key +
            "\" is no domain: expected a name such as example.org, of letters, digits and hyphens");
    return key;
}

number from_duration(std::optional<seconds> value, const char* what)
{
    if (value && value->count() < 0)
        throw store_refusal(std::string(what) + " cannot be negative");
    return value ? number(value->count()) : std::nullopt;
}

number from_count(std::optional<std::uint64_t> value, const char* what)
{
    if (value && *value > static_cast<std::uint64_t>(std::numeric_limits<long long>::max()))
        throw store_refusal(std::string(what) + " is too large");
    return value ? number(static_cast<long long>(*value)) : std::nullopt;
}

std::optional<seconds> to_duration(const number& value)
{
    return value ? std::optional(seconds(*value)) : std::nullopt;
}

std::optional<std::uint64_t> to_count(const number& value)
{
    return value ? std::optional(static_cast<std::uint64_t>(*value)) : std::nullopt;
}

secret_columns columns_of(const credentials& secrets)
{
    const auto text = [](scram_hash hash, const std::optional<scram_keys>& keys) {
        return keys ? std::optional(scram_to_text(hash, *keys)) : std::nullopt;
    };
    return {.sha1 = text(scram_hash::sha1, secrets.scram_sha1),
            .sha256 = text(scram_hash::sha256, secrets.scram_sha256),
            .cram_md5 = secrets.cram_md5_secret};
}

credentials credentials_of(const secret_columns& columns, bool enabled, const std::string& name)
{
    const auto keys = [&](scram_hash hash, const std::optional<std::string>& text) {
        auto read = text ? scram_from_text(hash, *text) : std::nullopt;
        // A damaged database is not a wrong password.
        if (text && !read)
            throw database_failure(database_failure::cause::unusable,
                                   "the customer database holds unreadable SCRAM keys for " + name);
        return read;
    };
    return {.enabled = enabled,
            .scram_sha1 = keys(scram_hash::sha1, columns.sha1),
            .scram_sha256 = keys(scram_hash::sha256, columns.sha256),
            .cram_md5_secret = columns.cram_md5};
}

}  // namespace odmr
