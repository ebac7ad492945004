// Tests of gsasl_exchange: every mechanism, spoken by GNU SASL's own client side or by hand where it is to go
// wrong.
#include "auth/gsasl_server.hpp"
#include "auth/secrets.hpp"
#include "gsasl_client.hpp"
#include "protocol/encoding.hpp"

#include <gtest/gtest.h>

#include <map>
#include <ostream>

namespace odmr
{

void PrintTo(sasl_result::kind what, std::ostream* out)
{
    static constexpr const char* names[] = {"challenge", "success", "refused", "temporary"};
    *out << names[static_cast<int>(what)];
}

namespace
{

using kind = sasl_result::kind;
using names = std::vector<std::string>;

class fake_source : public credential_source
{
public:
    std::optional<credentials> find_credentials(std::string_view account) override
    {
        ++asked;
        if (!trouble.empty())
            throw temporary_failure(trouble);
        const auto found = accounts.find(std::string(account));
        return found == accounts.end() ? std::nullopt : std::optional(found->second);
    }

    std::map<std::string, credentials> accounts;
    std::string trouble;
    int asked = 0;
};

/// What an exchange came to, and every challenge on the way.
struct conversation {
    sasl_result result;
    names challenges;
    bool server_proven = false;  ///< the client accepted the additional data of the success
};

enum class opening { with_initial_response, without };

class gsasl_exchange_test : public testing::Test
{
protected:
    gsasl_exchange_test()
    {
        // Derived once: each costs some 20 ms.
        static const auto bob = make_credentials("secret", true);
        static const auto ann = make_credentials("other", true);
        source_.accounts = {{"bob", bob}, {"ann", ann}, {"old", bob}};
        source_.accounts["old"].enabled = false;
    }

    conversation talk(const std::string& mechanism, const client_identity& who,
                      opening how = opening::without)
    {
        gsasl_client client(mechanism, who);
        const auto exchange = server_.begin(mechanism, true);
        conversation made;
        made.result = how == opening::without ? exchange->step(std::nullopt)
                                              : exchange->step(client.answer("").value_or(""));
        for (int round = 0; round < 5 && made.result.what == kind::challenge; ++round) {
            made.challenges.push_back(made.result.text);
            made.result = exchange->step(client.answer(made.result.text).value_or("*"));
        }
        made.server_proven = made.result.what == kind::success && client.answer(made.result.text).has_value();
        return made;
    }

    sasl_result say(const std::string& mechanism, const std::vector<std::optional<std::string>>& responses)
    {
        const auto exchange = server_.begin(mechanism, true);
        sasl_result result;
        for (const auto& response : responses)
            result = exchange->step(response);
        return result;
    }

    fake_source source_;
    gsasl_server server_{source_, {.cram_md5 = true}};
};

class every_mechanism : public gsasl_exchange_test, public testing::WithParamInterface<const char*>
{
};

INSTANTIATE_TEST_SUITE_P(gsasl_exchange, every_mechanism,
                         testing::Values("SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN"),
                         [](const auto& parameter) {
                             std::string name = parameter.param;
                             std::erase(name, '-');
                             return name;
                         });

TEST_P(every_mechanism, the_right_password_succeeds)
{
    const auto made = talk(GetParam(), {"bob", "secret", ""});
    EXPECT_EQ(made.result.what, kind::success) << made.result.reason;
    EXPECT_EQ(made.result.account, "bob");
    EXPECT_EQ(made.result.reason, "");
    EXPECT_EQ(source_.asked, 1);
}

TEST_P(every_mechanism, the_account_is_folded_to_lower_case)
{
    const auto made = talk(GetParam(), {"BoB", "secret", ""});
    EXPECT_EQ(made.result.what, kind::success) << made.result.reason;
    EXPECT_EQ(made.result.account, "bob");
}

TEST_P(every_mechanism, a_wrong_password_is_refused)
{
    const auto made = talk(GetParam(), {"bob", "Secret", ""});
    EXPECT_EQ(made.result.what, kind::refused);
    EXPECT_EQ(made.result.account, "bob");
    EXPECT_EQ(made.result.reason, "wrong credentials");
    EXPECT_EQ(made.result.text, "");
}

TEST_P(every_mechanism, another_accounts_password_is_refused)
{
    EXPECT_EQ(talk(GetParam(), {"bob", "other", ""}).result.what, kind::refused);
}

TEST_P(every_mechanism, an_unknown_account_is_refused_and_looks_like_a_wrong_password)
{
    const auto unknown = talk(GetParam(), {"eve", "secret", ""});
    const auto wrong = talk(GetParam(), {"bob", "wrong", ""});
    EXPECT_EQ(unknown.result.what, kind::refused);
    EXPECT_EQ(unknown.result.account, "eve");
    EXPECT_EQ(unknown.result.reason, "unknown account");
    EXPECT_EQ(unknown.result.text, wrong.result.text);
    ASSERT_EQ(unknown.challenges.size(), wrong.challenges.size());
    for (std::size_t i = 0; i < wrong.challenges.size(); ++i)
        EXPECT_EQ(unknown.challenges[i].size(), wrong.challenges[i].size());
}

TEST_P(every_mechanism, a_disabled_account_is_refused_even_with_the_right_password)
{
    const auto right = talk(GetParam(), {"old", "secret", ""});
    EXPECT_EQ(right.result.what, kind::refused);
    EXPECT_EQ(right.result.reason, "disabled");
    EXPECT_EQ(right.result.text, "");
    EXPECT_EQ(talk(GetParam(), {"old", "wrong", ""}).result.reason, "wrong credentials");
}

TEST_P(every_mechanism, a_source_in_trouble_is_a_temporary_failure)
{
    source_.trouble = "the database is locked";
    const auto made = talk(GetParam(), {"bob", "secret", ""});
    EXPECT_EQ(made.result.what, kind::temporary);
    EXPECT_EQ(made.result.account, "bob");
    EXPECT_EQ(made.result.reason, "the database is locked");
    EXPECT_EQ(made.result.text, "");
}

TEST_P(every_mechanism, an_account_without_any_secret_is_refused)
{
    source_.accounts["bare"] = {};
    const auto made = talk(GetParam(), {"bare", "secret", ""});
    EXPECT_EQ(made.result.what, kind::refused);
    EXPECT_EQ(made.result.reason, std::string("no secret is kept for ") + GetParam());
}

TEST_P(every_mechanism, empty_or_missing_responses_are_refused_instead_of_asking_for_ever)
{
    EXPECT_EQ(say(GetParam(), {""}).what, kind::refused);
    EXPECT_EQ(say(GetParam(), {std::nullopt, ""}).what, kind::refused);
    EXPECT_EQ(say(GetParam(), {std::nullopt, std::nullopt}).what, kind::refused);
}

TEST_P(every_mechanism, malformed_responses_are_refused)
{
    for (const std::string bad : {"x", "*", "\xff\xfe", "n,,n=bob", "bob", "bob 0123", "a\0b"}) {
        const auto result = say(GetParam(), {std::nullopt, bad, bad, bad});
        EXPECT_EQ(result.what, kind::refused) << bad;
        EXPECT_EQ(result.text, "");
    }
    EXPECT_EQ(say(GetParam(), {std::nullopt, std::string(12'000, '\0'), std::string(12'000, 'a')}).what,
              kind::refused);
}

TEST_P(every_mechanism, nothing_follows_the_end_of_an_exchange)
{
    gsasl_client client(GetParam(), {"bob", "wrong", ""});
    const auto exchange = server_.begin(GetParam(), true);
    auto result = exchange->step(std::nullopt);
    for (int round = 0; round < 5 && result.what == kind::challenge; ++round)
        result = exchange->step(client.answer(result.text).value_or("*"));
    ASSERT_EQ(result.what, kind::refused);
    result = exchange->step("again");
    EXPECT_EQ(result.what, kind::refused);
    EXPECT_EQ(result.reason, "the exchange is over");
}

class with_initial_response : public every_mechanism
{
};

INSTANTIATE_TEST_SUITE_P(gsasl_exchange, with_initial_response,
                         testing::Values("SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN"));

TEST_P(with_initial_response, the_right_password_succeeds)
{
    const auto made = talk(GetParam(), {"bob", "secret", ""}, opening::with_initial_response);
    EXPECT_EQ(made.result.what, kind::success) << made.result.reason;
    EXPECT_EQ(talk(GetParam(), {"bob", "wrong", ""}, opening::with_initial_response).result.what,
              kind::refused);
}

class with_authorization_identity : public every_mechanism
{
};

INSTANTIATE_TEST_SUITE_P(gsasl_exchange, with_authorization_identity,
                         testing::Values("SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"));

TEST_P(with_authorization_identity, acting_as_oneself_is_allowed)
{
    EXPECT_EQ(talk(GetParam(), {"bob", "secret", "bob"}).result.what, kind::success);
    EXPECT_EQ(talk(GetParam(), {"bob", "secret", "BOB"}).result.what, kind::success);
}

TEST_P(with_authorization_identity, acting_as_another_is_refused)
{
    const auto made = talk(GetParam(), {"bob", "secret", "ann"});
    EXPECT_EQ(made.result.what, kind::refused);
    EXPECT_EQ(made.result.account, "bob");
    EXPECT_EQ(made.result.reason, "may not act as another account");
    EXPECT_EQ(made.result.text, "");
}

TEST_F(gsasl_exchange_test, scram_success_carries_the_servers_proof)
{
    for (const auto* name : {"SCRAM-SHA-256", "SCRAM-SHA-1"}) {
        const auto made = talk(name, {"bob", "secret", ""});
        EXPECT_EQ(made.result.text.substr(0, 2), "v=");
        EXPECT_TRUE(made.server_proven);
    }
    EXPECT_EQ(talk("PLAIN", {"bob", "secret", ""}).result.text, "");
    EXPECT_EQ(talk("CRAM-MD5", {"bob", "secret", ""}).result.text, "");
}

TEST_F(gsasl_exchange_test, a_server_without_the_keys_cannot_prove_itself_to_a_scram_client)
{
    source_.accounts["bob"].scram_sha256->server_key = std::string(32, 'x');
    const auto made = talk("SCRAM-SHA-256", {"bob", "secret", ""});
    EXPECT_EQ(made.result.what, kind::success);
    EXPECT_FALSE(made.server_proven);
}

TEST_F(gsasl_exchange_test, scram_shows_the_kept_salt_and_count)
{
    const auto& keys = source_.accounts["bob"].scram_sha256.value();
    const auto result = say("SCRAM-SHA-256", {"n,,n=bob,r=nonce"});
    ASSERT_EQ(result.what, kind::challenge);
    EXPECT_NE(result.text.find(",s=" + base64_encode(keys.salt) + ",i=10000"), std::string::npos)
        << result.text;
    EXPECT_EQ(result.text.substr(0, 7), "r=nonce");
}

TEST_F(gsasl_exchange_test, an_unknown_account_keeps_its_salt_in_any_case_of_letters)
{
    const auto salt_for = [&](const std::string& account) {
        const auto text = say("SCRAM-SHA-256", {"n,,n=" + account + ",r=nonce"}).text;
        return text.substr(text.find(",s="));
    };
    EXPECT_EQ(salt_for("eve"), salt_for("EVE"));
    EXPECT_NE(salt_for("eve"), salt_for("mallory"));
}

TEST_F(gsasl_exchange_test, scram_refuses_a_proof_for_another_nonce_and_channel_binding_it_did_not_offer)
{
    const std::string proof = ",p=" + base64_encode(std::string(32, 'p'));
    EXPECT_EQ(say("SCRAM-SHA-256", {"n,,n=bob,r=nonce", "c=biws,r=nonce" + proof}).what, kind::refused);
    EXPECT_EQ(say("SCRAM-SHA-256", {"p=tls-unique,,n=bob,r=nonce", "c=biws,r=nonce" + proof}).what,
              kind::refused);
}

TEST_F(gsasl_exchange_test, cram_md5_challenges_are_message_ids_and_never_repeat)
{
    const auto first = say("CRAM-MD5", {std::nullopt});
    ASSERT_EQ(first.what, kind::challenge);
    EXPECT_EQ(first.text.front(), '<');
    EXPECT_EQ(first.text.back(), '>');
    EXPECT_NE(first.text.find('@'), std::string::npos);
    EXPECT_NE(first.text, say("CRAM-MD5", {std::nullopt}).text);
}

TEST_F(gsasl_exchange_test, cram_md5_takes_no_initial_response)
{
    const auto result = say("CRAM-MD5", {"bob 0123456789abcdef0123456789abcdef"});
    EXPECT_EQ(result.what, kind::refused);
    EXPECT_EQ(source_.asked, 0);
}

TEST_F(gsasl_exchange_test, cram_md5_needs_the_secret_that_scram_does_without)
{
    source_.accounts["new"] = make_credentials("secret", false);
    EXPECT_EQ(talk("CRAM-MD5", {"new", "secret", ""}).result.reason, "no secret is kept for CRAM-MD5");
    EXPECT_EQ(talk("SCRAM-SHA-1", {"new", "secret", ""}).result.what, kind::success);
    EXPECT_EQ(talk("PLAIN", {"new", "secret", ""}).result.what, kind::success);
}

TEST_F(gsasl_exchange_test, plain_is_verified_with_sha_1_keys_when_there_are_no_others)
{
    source_.accounts["bob"].scram_sha256.reset();
    EXPECT_EQ(talk("PLAIN", {"bob", "secret", ""}).result.what, kind::success);
    EXPECT_EQ(talk("PLAIN", {"bob", "wrong", ""}).result.what, kind::refused);
    EXPECT_EQ(talk("SCRAM-SHA-256", {"bob", "secret", ""}).result.reason,
              "no secret is kept for SCRAM-SHA-256");
}

TEST_F(gsasl_exchange_test, passwords_beyond_ascii_work_in_every_mechanism)
{
    source_.accounts["bob"] = make_credentials("gr\u00fc\u00dfe \u20ac", true);
    for (const auto& name : server_.mechanisms(true)) {
        EXPECT_EQ(talk(name, {"bob", "gr\u00fc\u00dfe \u20ac", ""}).result.what, kind::success) << name;
        EXPECT_EQ(talk(name, {"bob", "grusse \u20ac", ""}).result.what, kind::refused) << name;
    }
}

TEST_F(gsasl_exchange_test, a_temporary_failure_without_a_reason_is_one_too)
{
    class silent : public credential_source
    {
        std::optional<credentials> find_credentials(std::string_view) override
        {
            throw temporary_failure("");
        }
    } source;
    gsasl_server server(source, {});
    const auto exchange = server.begin("PLAIN", true);
    EXPECT_EQ(exchange->step(std::string_view("\0bob\0secret", 11)).what, kind::temporary);
}

TEST_F(gsasl_exchange_test, an_exchange_given_up_half_way_leaves_nothing_behind)
{
    for (const auto& name : server_.mechanisms(true)) {
        auto abandoned = server_.begin(name, true);
        abandoned->step(std::nullopt);
        EXPECT_EQ(talk(name, {"bob", "secret", ""}).result.what, kind::success) << name;
    }
}

}  // namespace
}  // namespace odmr
