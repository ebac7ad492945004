// decoy - see decoy.hpp.
#include "auth/decoy.hpp"

#include "protocol/encoding.hpp"

namespace odmr
{

// Text, because SASLprep refuses arbitrary octets; no longer than real passwords are, for the time it takes
// to prepare.
decoy::decoy() : password_(base64_encode(random_octets(12))) {}

scram_keys decoy::keys(scram_hash hash, std::string_view account) const
{
    // With one iteration the derivation is little more than an HMAC of the account under our secret: as hard
    // to guess as a salt from a random generator, and too quick to show in the time the answer takes.
    const std::string label = std::string("salt of ").append(account);
    const auto mix = derive_scram_keys(hash, password_, label, 1).value();
    auto keys = derive_scram_keys(hash, password_, mix.server_key.substr(0, salt_octets), 1).value();
    keys.iterations = default_iterations;
    return keys;
}

}  // namespace odmr
