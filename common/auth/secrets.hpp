// secrets - what is kept instead of a customer's password, and how a password is compared with it.
//
// SCRAM's keys (RFC 5802 3, RFC 7677) are derived here, written as text and read back. Nothing here reads or
// prints a password to anywhere. docs/decisions/what-is-stored-of-a-password.md says what each form gives
// away.
#pragma once

#include "auth/sasl.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace odmr
{

enum class scram_hash { sha1, sha256 };

/// PBKDF2 rounds for new secrets. RFC 7677 4 asks for 4096 at least.
inline constexpr std::uint32_t default_iterations = 10'000;
inline constexpr std::uint32_t minimum_iterations = 4096;
inline constexpr std::size_t salt_octets = 16;
inline constexpr std::size_t max_password_octets = 512;

/// A password that cannot be used: what() says why, without the password.
class bad_password : public std::invalid_argument
{
public:
    using std::invalid_argument::invalid_argument;
};

/// Secrets for a new password: SCRAM keys with fresh salts, and the password itself only with cram_md5.
/// Throws bad_password (empty, too long, not UTF-8 that SASLprep accepts) and std::invalid_argument when
/// iterations is below minimum_iterations.
credentials make_credentials(std::string_view password, bool cram_md5,
                             std::uint32_t iterations = default_iterations);

/// The keys of RFC 5802 3 for password and salt (octets); nullopt when SASLprep (RFC 4013) refuses the
/// password.
std::optional<scram_keys> derive_scram_keys(scram_hash hash, std::string_view password, std::string_view salt,
                                            std::uint32_t iterations);

/// Whether password is the one the stronger of the keys in kept were made from. Takes as long when it is not.
bool password_matches(const credentials& kept, std::string_view password);

/// Keys as one line of text: SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY, the last three in base64 (RFC
/// 5803 2).
std::string scram_to_text(scram_hash hash, const scram_keys& keys);

/// The reverse. nullopt when text is not of that form, names another hash, or a key has the wrong length.
std::optional<scram_keys> scram_from_text(scram_hash hash, std::string_view text);

std::string random_octets(std::size_t count);

}  // namespace odmr
