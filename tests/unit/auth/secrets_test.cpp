// Tests of secrets: what is kept of a password, and in what form.
#include "auth/secrets.hpp"

#include "protocol/encoding.hpp"

#include <gtest/gtest.h>

namespace odmr
{
namespace
{

std::string from_base64(std::string_view text)
{
    return base64_decode(text).value();
}

std::string refusal_of(std::string_view password)
{
    try {
        make_credentials(password, false, minimum_iterations);
    } catch (const bad_password& problem) {
        return problem.what();
    }
    return "";
}

// The exchanges printed in RFC 5802 5 and RFC 7677 3 give salt, count and proofs; the keys are what those
// follow from.
TEST(secrets, keys_of_the_example_in_rfc_5802)
{
    const auto keys = derive_scram_keys(scram_hash::sha1, "pencil", from_base64("QSXCR+Q6sek8bf92"), 4096);
    ASSERT_TRUE(keys);
    EXPECT_EQ(base64_encode(keys->stored_key), "6dlGYMOdZcOPutkcNY8U2g7vK9Y=");
    EXPECT_EQ(base64_encode(keys->server_key), "D+CSWLOshSulAsxiupA+qs2/fTE=");
}

TEST(secrets, keys_of_the_example_in_rfc_7677)
{
    const auto keys =
        derive_scram_keys(scram_hash::sha256, "pencil", from_base64("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
    ASSERT_TRUE(keys);
    EXPECT_EQ(base64_encode(keys->stored_key), "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=");
    EXPECT_EQ(base64_encode(keys->server_key), "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
}

TEST(secrets, a_new_password_gives_both_kinds_of_keys_with_their_own_salts)
{
    const auto made = make_credentials("correct horse", false);
    ASSERT_TRUE(made.scram_sha1 && made.scram_sha256);
    EXPECT_TRUE(made.enabled);
    EXPECT_EQ(made.scram_sha1->iterations, default_iterations);
    EXPECT_EQ(made.scram_sha256->iterations, default_iterations);
    EXPECT_EQ(made.scram_sha1->salt.size(), salt_octets);
    EXPECT_NE(made.scram_sha1->salt, made.scram_sha256->salt);
    EXPECT_NE(made.scram_sha256->salt, make_credentials("correct horse", false).scram_sha256->salt);
}

TEST(secrets, the_password_itself_is_kept_only_for_cram_md5)
{
    EXPECT_EQ(make_credentials("secret", false).cram_md5_secret, std::nullopt);
    EXPECT_EQ(make_credentials("secret", true).cram_md5_secret, "secret");
}

TEST(secrets, a_password_is_prepared_as_clients_prepare_it)
{
    // RFC 4013 3: the soft hyphen vanishes, the feminine ordinal becomes "a", a no-break space a space.
    EXPECT_EQ(make_credentials("I\u00adX", true).cram_md5_secret, "IX");
    EXPECT_EQ(make_credentials("\u00aa b", true).cram_md5_secret, "a b");
    EXPECT_TRUE(password_matches(make_credentials("a\u00a0b", false), "a b"));
}

TEST(secrets, unusable_passwords_are_refused_with_a_reason)
{
    EXPECT_EQ(refusal_of(""), "the password is empty");
    EXPECT_EQ(refusal_of("\u00ad"), "the password is empty");
    EXPECT_NE(refusal_of(std::string(max_password_octets + 1, 'a')).find("longer than 512 octets"),
              std::string::npos);
    for (const std::string_view bad : {"tab\there", "line\n", "caf\xe9", "\xe2\x82", "\ue000"})
        EXPECT_NE(refusal_of(bad).find("SASLprep"), std::string::npos) << bad;
    EXPECT_NE(refusal_of(std::string_view("a\0b", 3)).find("SASLprep"), std::string::npos);
    EXPECT_EQ(refusal_of(std::string(max_password_octets, 'a')), "");
}

TEST(secrets, a_refusal_does_not_repeat_the_password)
{
    EXPECT_EQ(refusal_of("hunter2\n").find("hunter2"), std::string::npos);
}

TEST(secrets, too_few_iterations_are_refused)
{
    EXPECT_THROW(make_credentials("secret", false, minimum_iterations - 1), std::invalid_argument);
}

TEST(secrets, a_password_is_compared_with_the_stronger_keys)
{
    auto kept = make_credentials("secret", false, minimum_iterations);
    EXPECT_TRUE(password_matches(kept, "secret"));
    EXPECT_FALSE(password_matches(kept, "Secret"));
    EXPECT_FALSE(password_matches(kept, ""));
    EXPECT_FALSE(password_matches(kept, "secret\xff"));

    kept.scram_sha1 = make_credentials("another", false, minimum_iterations).scram_sha1;
    EXPECT_FALSE(password_matches(kept, "another"));
    kept.scram_sha256.reset();
    EXPECT_TRUE(password_matches(kept, "another"));
    kept.scram_sha1.reset();
    EXPECT_FALSE(password_matches(kept, "another"));
}

TEST(secrets, keys_survive_being_written_as_text)
{
    const auto made = make_credentials("secret", false, minimum_iterations);
    EXPECT_EQ(scram_from_text(scram_hash::sha1, scram_to_text(scram_hash::sha1, *made.scram_sha1)),
              made.scram_sha1);
    EXPECT_EQ(scram_from_text(scram_hash::sha256, scram_to_text(scram_hash::sha256, *made.scram_sha256)),
              made.scram_sha256);
}

TEST(secrets, the_text_has_the_form_of_rfc_5803)
{
    const scram_keys keys{.salt = "salt",
                          .iterations = 4096,
                          .stored_key = std::string(20, 's'),
                          .server_key = std::string(20, 'v')};
    EXPECT_EQ(scram_to_text(scram_hash::sha1, keys),
              "SCRAM-SHA-1$4096:c2FsdA==$c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=:dnZ2dnZ2dnZ2dnZ2dnZ2dnZ2dnY=");
}

TEST(secrets, text_of_another_form_is_not_read)
{
    const std::string stored = "c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=";
    const std::string server = "dnZ2dnZ2dnZ2dnZ2dnZ2dnZ2dnY=";
    ASSERT_TRUE(scram_from_text(scram_hash::sha1, "SCRAM-SHA-1$4096:c2FsdA==$" + stored + ":" + server));
    for (const auto& bad : {
             std::string(),
             std::string("SCRAM-SHA-1"),
             "SCRAM-SHA-256$4096:c2FsdA==$" + stored + ":" + server,
             "SCRAM-SHA-1$0:c2FsdA==$" + stored + ":" + server,
             "SCRAM-SHA-1$x:c2FsdA==$" + stored + ":" + server,
             "SCRAM-SHA-1$99999999999:c2FsdA==$" + stored + ":" + server,
             "SCRAM-SHA-1$4096:$" + stored + ":" + server,
             "SCRAM-SHA-1$4096:c2FsdA$" + stored + ":" + server,
             "SCRAM-SHA-1$4096:c2FsdA==$" + stored,
             "SCRAM-SHA-1$4096:c2FsdA==$c3Nz:" + server,
             "SCRAM-SHA-1$4096:c2FsdA==$" + stored + ":" + server + " ",
         }) {
        EXPECT_FALSE(scram_from_text(scram_hash::sha1, bad)) << bad;
    }
}

TEST(secrets, random_octets_differ)
{
    EXPECT_EQ(random_octets(30).size(), 30U);
    EXPECT_NE(random_octets(30), random_octets(30));
}

}  // namespace
}  // namespace odmr
