// Tests of gsasl_server: which mechanisms there are, and when.
#include "auth/gsasl_server.hpp"

#include <gtest/gtest.h>

namespace odmr
{
namespace
{

using names = std::vector<std::string>;

class nobody_source : public credential_source
{
    std::optional<credentials> find_credentials(std::string_view) override { return std::nullopt; }
};

class gsasl_server_test : public testing::Test
{
protected:
    nobody_source source_;
    gsasl_server server_{source_, {.cram_md5 = true}};
};

TEST_F(gsasl_server_test, plaintext_mechanisms_exist_only_under_tls)
{
    EXPECT_EQ(server_.mechanisms(false), (names{"SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5"}));
    EXPECT_EQ(server_.mechanisms(true),
              (names{"SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN"}));
    EXPECT_EQ(server_.begin("PLAIN", false), nullptr);
    EXPECT_EQ(server_.begin("LOGIN", false), nullptr);
    EXPECT_NE(server_.begin("CRAM-MD5", false), nullptr);
}

TEST_F(gsasl_server_test, cram_md5_can_be_switched_off)
{
    gsasl_server strict(source_, {.cram_md5 = false});
    EXPECT_EQ(strict.mechanisms(false), (names{"SCRAM-SHA-256", "SCRAM-SHA-1"}));
    EXPECT_EQ(strict.begin("CRAM-MD5", true), nullptr);
}

TEST_F(gsasl_server_test, mechanisms_that_are_not_listed_cannot_be_begun)
{
    for (const auto* name : {"", "ANONYMOUS", "EXTERNAL", "DIGEST-MD5", "SCRAM-SHA-256-PLUS",
                             "SCRAM-SHA-1-PLUS", "PLAIN ", "GSSAPI"}) {
        EXPECT_EQ(server_.begin(name, true), nullptr) << name;
    }
}

TEST_F(gsasl_server_test, the_name_of_a_mechanism_is_read_in_any_case)
{
    EXPECT_NE(server_.begin("scram-sha-256", false), nullptr);
    EXPECT_NE(server_.begin("Cram-Md5", false), nullptr);
}

}  // namespace
}  // namespace odmr
