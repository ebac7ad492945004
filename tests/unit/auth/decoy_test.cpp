// Tests of decoy: the secrets of accounts that do not exist look like those of accounts that do.
#include "auth/decoy.hpp"

#include <gtest/gtest.h>

namespace odmr
{
namespace
{

TEST(decoy, keys_have_the_shape_of_real_ones)
{
    const auto real = make_credentials("secret", false);
    const decoy nobody;
    for (const auto& [hash, keys] : {std::pair{scram_hash::sha1, real.scram_sha1.value()},
                                     std::pair{scram_hash::sha256, real.scram_sha256.value()}}) {
        const auto fake = nobody.keys(hash, "bob");
        EXPECT_EQ(fake.salt.size(), keys.salt.size());
        EXPECT_EQ(fake.iterations, keys.iterations);
        EXPECT_EQ(fake.stored_key.size(), keys.stored_key.size());
        EXPECT_EQ(fake.server_key.size(), keys.server_key.size());
    }
}

TEST(decoy, an_account_always_gets_the_same_salt_and_another_account_another)
{
    const decoy nobody;
    EXPECT_EQ(nobody.keys(scram_hash::sha256, "bob"), nobody.keys(scram_hash::sha256, "bob"));
    EXPECT_NE(nobody.keys(scram_hash::sha256, "bob").salt, nobody.keys(scram_hash::sha256, "bobby").salt);
    EXPECT_NE(nobody.keys(scram_hash::sha256, "bob").salt, nobody.keys(scram_hash::sha1, "bob").salt);
}

TEST(decoy, nothing_can_be_foretold_from_another_run)
{
    EXPECT_NE(decoy().keys(scram_hash::sha256, "bob").salt, decoy().keys(scram_hash::sha256, "bob").salt);
    EXPECT_NE(decoy().password(), decoy().password());
}

TEST(decoy, not_even_its_own_password_fits_the_keys)
{
    const decoy nobody;
    credentials kept;
    kept.scram_sha256 = nobody.keys(scram_hash::sha256, "bob");
    EXPECT_FALSE(password_matches(kept, nobody.password()));
}

}  // namespace
}  // namespace odmr
