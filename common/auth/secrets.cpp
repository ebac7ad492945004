// secrets - see secrets.hpp. GNU SASL derives the keys; whatever it allocates is owned at once.
#include "auth/secrets.hpp"

#include "core/units.hpp"
#include "protocol/encoding.hpp"

#include <gsasl.h>

#include <array>
#include <limits>
#include <memory>
#include <new>

namespace odmr
{
namespace
{

struct scheme {
    Gsasl_hash gsasl;
    std::size_t key_octets;
    std::string_view name;
};

const scheme& scheme_of(scram_hash hash)
{
    static constexpr scheme sha1{GSASL_HASH_SHA1, GSASL_HASH_SHA1_SIZE, "SCRAM-SHA-1"};
    static constexpr scheme sha256{GSASL_HASH_SHA256, GSASL_HASH_SHA256_SIZE, "SCRAM-SHA-256"};
    return hash == scram_hash::sha1 ? sha1 : sha256;
}

/// SASLprep (RFC 4013); nullopt when it refuses the text, as it does control characters and what is not
/// UTF-8.
std::optional<std::string> prepare(std::string_view password)
{
    // The C interface would silently end at a NUL.
    if (password.find('\0') != std::string_view::npos)
        return std::nullopt;
    char* prepared = nullptr;
    if (gsasl_saslprep(std::string(password).c_str(), GSASL_ALLOW_UNASSIGNED, &prepared, nullptr) != GSASL_OK)
        return std::nullopt;
    const std::unique_ptr<char, decltype(&gsasl_free)> owner(prepared, &gsasl_free);
    return std::string(prepared);
}

/// Every octet is looked at whatever the first ones hold, so that the time taken tells nothing about them.
bool same_octets(std::string_view a, std::string_view b)
{
    if (a.size() != b.size())
        return false;
    volatile unsigned char difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
    return difference == 0;
}

/// Cuts text at the first separator; nullopt when there is none.
std::optional<std::string_view> take_until(std::string_view& text, char separator)
{
    const auto end = text.find(separator);
    if (end == std::string_view::npos)
        return std::nullopt;
    const auto head = text.substr(0, end);
    text.remove_prefix(end + 1);
    return head;
}

}  // namespace

std::string random_octets(std::size_t count)
{
    std::string octets(count, '\0');
    // GNU SASL's nonces come from the system's random generator (getrandom); salts need no more than that.
    if (gsasl_nonce(octets.data(), octets.size()) != GSASL_OK)
        throw std::runtime_error("the system gives no random octets");
    return octets;
}

std::optional<scram_keys> derive_scram_keys(scram_hash hash, std::string_view password, std::string_view salt,
                                            std::uint32_t iterations)
{
    const auto prepared = prepare(password);
    if (!prepared)
        return std::nullopt;
    using key = std::array<char, GSASL_HASH_MAX_SIZE>;
    key salted_password{}, client_key{}, server_key{}, stored_key{};
    const auto& scheme = scheme_of(hash);
    const int result = gsasl_scram_secrets_from_password(
        scheme.gsasl, prepared->c_str(), iterations, salt.data(), salt.size(), salted_password.data(),
        client_key.data(), server_key.data(), stored_key.data());
    if (result != GSASL_OK)
        throw std::runtime_error(std::string("cannot derive SCRAM keys: ") + gsasl_strerror(result));
    return scram_keys{.salt = std::string(salt),
                      .iterations = iterations,
                      .stored_key = std::string(stored_key.data(), scheme.key_octets),
                      .server_key = std::string(server_key.data(), scheme.key_octets)};
}

credentials make_credentials(std::string_view password, bool cram_md5, std::uint32_t iterations)
{
    if (iterations < minimum_iterations)
        throw std::invalid_argument("fewer SCRAM iterations than RFC 7677 allows (4096)");
    if (password.size() > max_password_octets)
        throw bad_password("the password is longer than " + std::to_string(max_password_octets) + " octets");
    const auto prepared = prepare(password);
    if (!prepared) {
        throw bad_password(
            "the password has characters that SASLprep (RFC 4013) does not allow: expected UTF-8 text "
            "without "
            "control characters, private or unassigned characters");
    }
    // Asked of the prepared form: a soft hyphen, for one, is prepared to nothing.
    if (prepared->empty())
        throw bad_password("the password is empty");
    credentials made;
    made.scram_sha1 = derive_scram_keys(scram_hash::sha1, *prepared, random_octets(salt_octets), iterations);
    made.scram_sha256 =
        derive_scram_keys(scram_hash::sha256, *prepared, random_octets(salt_octets), iterations);
    if (cram_md5)
        made.cram_md5_secret = *prepared;
    return made;
}

bool password_matches(const credentials& kept, std::string_view password)
{
    const auto hash = kept.scram_sha256 ? scram_hash::sha256 : scram_hash::sha1;
    const auto& keys = kept.scram_sha256 ? kept.scram_sha256 : kept.scram_sha1;
    if (!keys)
        return false;
    const auto offered = derive_scram_keys(hash, password, keys->salt, keys->iterations);
    return offered && same_octets(offered->stored_key, keys->stored_key);
}

std::string scram_to_text(scram_hash hash, const scram_keys& keys)
{
    return std::string(scheme_of(hash).name) + '$' + std::to_string(keys.iterations) + ':' +
           base64_encode(keys.salt) + '$' + base64_encode(keys.stored_key) + ':' +
           base64_encode(keys.server_key);
}

std::optional<scram_keys> scram_from_text(scram_hash hash, std::string_view text)
{
    const auto& scheme = scheme_of(hash);
    if (take_until(text, '$') != scheme.name)
        return std::nullopt;
    const auto iterations = parse_count(take_until(text, ':').value_or(""));
    const auto salt = base64_decode(take_until(text, '$').value_or(""));
    const auto stored_key = base64_decode(take_until(text, ':').value_or(""));
    const auto server_key = base64_decode(text);
    if (!iterations || *iterations == 0 || *iterations > std::numeric_limits<std::uint32_t>::max() || !salt ||
        salt->empty() || !stored_key || !server_key || stored_key->size() != scheme.key_octets ||
        server_key->size() != scheme.key_octets) {
        return std::nullopt;
    }
    return scram_keys{.salt = *salt,
                      .iterations = static_cast<std::uint32_t>(*iterations),
                      .stored_key = *stored_key,
                      .server_key = *server_key};
}

}  // namespace odmr
