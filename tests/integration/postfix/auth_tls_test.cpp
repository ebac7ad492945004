// Before the turn: what is offered, AUTH (RFC 4954) with each mechanism, TLS (RFC 3207), and octets that come
// too early.
#include "provider_test.hpp"
#include "support/sasl_client.hpp"

#include <algorithm>

namespace odmr::test
{
namespace
{

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class auth_tls : public provider_test
{
protected:
    scripted_customer& under_tls()
    {
        scripted_customer& customer = connected();
        EXPECT_THAT(customer.start_tls(the_provider().certificate_file()), StartsWith("220 "));
        EXPECT_THAT(customer.ehlo(), StartsWith("250-"));
        return customer;
    }
};

class mechanism : public auth_tls, public ::testing::WithParamInterface<const char*>
{
};

TEST_P(mechanism, lets_a_customer_in_with_the_right_password_only)
{
    start({.tls = true});
    scripted_customer& customer = under_tls();
    EXPECT_THAT(customer.authenticate(GetParam(), "alice", "wrong"), StartsWith("535 5.7.8 "));
    EXPECT_THAT(customer.say("ATRN"), StartsWith("530 5.7.0 "));
    EXPECT_THAT(customer.authenticate(GetParam(), "nobody", provider::password), StartsWith("535 5.7.8 "));
    EXPECT_THAT(customer.authenticate(GetParam(), "alice", provider::password), StartsWith("235 2.7.0 "));
    EXPECT_THAT(customer.say("ATRN"), StartsWith("453 "));
}

std::string name_of(const ::testing::TestParamInfo<const char*>& mechanism)
{
    std::string name = mechanism.param;
    std::ranges::replace(name, '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(each, mechanism,
                         ::testing::Values("CRAM-MD5", "PLAIN", "LOGIN", "SCRAM-SHA-1", "SCRAM-SHA-256"),
                         name_of);

TEST_F(auth_tls, atrn_and_auth_are_always_offered_and_plaintext_mechanisms_only_under_tls)
{
    start({.tls = true});
    scripted_customer& customer = new_customer();
    customer.connect(the_provider().port());
    const std::string clear = customer.ehlo();
    EXPECT_THAT(clear, HasSubstr("250-ATRN\n"));  // RFC 2645 5.1.1
    EXPECT_THAT(clear, HasSubstr("STARTTLS"));
    EXPECT_THAT(clear, ::testing::ContainsRegex("250.AUTH [^\n]*CRAM-MD5"));
    EXPECT_THAT(clear, ::testing::ContainsRegex("250.AUTH [^\n]*SCRAM-SHA-256"));
    EXPECT_THAT(clear, Not(HasSubstr("PLAIN")));
    EXPECT_THAT(clear, Not(HasSubstr("LOGIN")));
    customer.start_tls(the_provider().certificate_file());
    const std::string tls = customer.ehlo();
    EXPECT_THAT(tls, ::testing::ContainsRegex("250.AUTH [^\n]*PLAIN"));
    EXPECT_THAT(tls, ::testing::ContainsRegex("250.AUTH [^\n]*LOGIN"));
    EXPECT_THAT(tls, Not(HasSubstr("STARTTLS")));
}

TEST_F(auth_tls, plaintext_mechanisms_are_refused_without_tls)
{
    start({.tls = true});
    scripted_customer& customer = connected();
    const auto refused = AnyOf(StartsWith("504 "), StartsWith("538 5.7.11 "));
    EXPECT_THAT(customer.authenticate("PLAIN", "alice", provider::password), refused);
    EXPECT_THAT(customer.authenticate("LOGIN", "alice", provider::password), refused);
}

TEST_F(auth_tls, without_a_certificate_starttls_is_neither_offered_nor_granted)
{
    start();
    scripted_customer& customer = new_customer();
    customer.connect(the_provider().port());
    EXPECT_THAT(customer.ehlo(), Not(HasSubstr("STARTTLS")));
    EXPECT_THAT(customer.say("STARTTLS"), StartsWith("502 "));
}

TEST_F(auth_tls, atrn_before_auth_is_refused)
{
    start();
    EXPECT_THAT(connected().say("ATRN example.org"), StartsWith("530 5.7.0 "));
}

TEST_F(auth_tls, who_is_authenticated_cannot_become_someone_else)
{
    start();
    EXPECT_THAT(logged_in().say("AUTH CRAM-MD5"), StartsWith("503 5.5.1 "));
}

TEST_F(auth_tls, a_star_cancels_the_exchange)
{
    start();
    scripted_customer& customer = connected();
    EXPECT_THAT(customer.say("AUTH CRAM-MD5"), StartsWith("334 "));
    EXPECT_THAT(customer.say("*"), StartsWith("501 "));
    EXPECT_THAT(customer.authenticate("CRAM-MD5", "alice", provider::password), StartsWith("235 "));
}

TEST_F(auth_tls, what_is_not_base64_is_refused_as_such)
{
    start();
    scripted_customer& customer = connected();
    EXPECT_THAT(customer.say("AUTH CRAM-MD5"), StartsWith("334 "));
    EXPECT_THAT(customer.say("%%% not base64"), StartsWith("501 5.5.2 "));
    EXPECT_THAT(customer.say("AUTH SCRAM-SHA-1 ?"), StartsWith("501 5.5.2 "));
}

TEST_F(auth_tls, an_unknown_mechanism_is_refused)
{
    start();
    EXPECT_THAT(connected().say("AUTH EXAMPLE-MECHANISM"), StartsWith("504 5.5.4 "));
}

TEST_F(auth_tls, too_many_wrong_passwords_end_the_session)
{
    start({.odmr = {{"auth_attempts", "2"}}});
    scripted_customer& customer = connected();
    EXPECT_THAT(customer.authenticate("CRAM-MD5", "alice", "wrong"), StartsWith("535 "));
    EXPECT_THAT(customer.authenticate("CRAM-MD5", "alice", "wrong"), StartsWith("535 "));
    customer.line().write_line("AUTH CRAM-MD5");
    EXPECT_THAT(customer.line().read_until_closed(), AnyOf(IsEmpty(), StartsWith("421 ")));
}

TEST_F(auth_tls, a_disabled_customer_is_refused_like_an_unknown_one)
{
    start();
    the_provider().odmrctl_or_throw({"customer", "disable", "alice"});
    EXPECT_THAT(connected().authenticate("CRAM-MD5", "alice", provider::password), StartsWith("535 5.7.8 "));
    the_provider().odmrctl_or_throw({"customer", "enable", "alice"});
    EXPECT_THAT(connected().authenticate("CRAM-MD5", "alice", provider::password), StartsWith("235 "));
}

TEST_F(auth_tls, a_customer_without_a_cram_md5_secret_uses_scram)
{
    start();
    the_provider().add_customer("carol", {"example.net"}, {});
    scripted_customer& carol = connected();
    EXPECT_THAT(carol.authenticate("CRAM-MD5", "carol", provider::password), StartsWith("535 "));
    EXPECT_THAT(carol.authenticate("SCRAM-SHA-1", "carol", provider::password), StartsWith("235 "));
}

TEST_F(auth_tls, cram_md5_can_be_switched_off)
{
    start({.odmr = {{"cram_md5", "no"}}});
    scripted_customer& customer = new_customer();
    customer.connect(the_provider().port());
    EXPECT_THAT(customer.ehlo(), Not(HasSubstr("CRAM-MD5")));
    EXPECT_THAT(customer.say("AUTH CRAM-MD5"), StartsWith("504 "));
    EXPECT_THAT(customer.authenticate("SCRAM-SHA-256", "alice", provider::password), StartsWith("235 "));
}

TEST_F(auth_tls, a_site_can_require_tls)
{
    start({.odmr = {{"require_tls", "yes"}}, .tls = true});
    scripted_customer& customer = connected();
    EXPECT_THAT(customer.say("AUTH CRAM-MD5"), AnyOf(StartsWith("530 5.7.0 "), StartsWith("538 5.7.11 ")));
    EXPECT_THAT(customer.say("ATRN"), StartsWith("530 5.7.0 "));
    EXPECT_THAT(under_tls().authenticate("CRAM-MD5", "alice", provider::password), StartsWith("235 "));
}

TEST_F(auth_tls, when_the_database_is_gone_the_answer_is_temporary)
{
    start();
    scripted_customer& known = logged_in();
    write_file(the_provider().directory() / "customers.db", std::string(8192, 'x'));
    EXPECT_THAT(connected().authenticate("CRAM-MD5", "alice", provider::password), StartsWith("454 4.7.0 "));
    EXPECT_THAT(known.say("ATRN"), StartsWith("451 4.3.0 "));
}

TEST_F(auth_tls, octets_behind_atrn_are_refused_and_no_mail_moves)
{
    start();
    const sent_message message = waiting({"ann@example.org"});
    scripted_customer& customer = logged_in();
    customer.line().write("ATRN\r\n220 I am a server already\r\n");
    EXPECT_THAT(customer.line().read_reply(), StartsWith("503 5.5.1 "));
    EXPECT_THAT(customer.line().read_until_closed(), IsEmpty());
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
}

TEST_F(auth_tls, octets_behind_atrn_under_tls_are_refused_and_no_mail_moves)
{
    start({.tls = true});
    const sent_message message = waiting({"ann@example.org"});
    scripted_customer& customer = under_tls();
    EXPECT_THAT(customer.authenticate("PLAIN", "alice", provider::password), StartsWith("235 "));
    customer.line().write("ATRN\r\n220 I am a server already\r\n");
    EXPECT_THAT(customer.line().read_reply(), StartsWith("503 5.5.1 "));
    EXPECT_THAT(customer.line().read_until_closed(), IsEmpty());
    EXPECT_TRUE(still_waits(message, "ann@example.org"));
}

TEST_F(auth_tls, octets_behind_starttls_are_refused_and_never_read_under_tls)
{
    start({.tls = true});
    scripted_customer& customer = connected();
    customer.line().write("STARTTLS\r\nEHLO injected.example\r\n");
    EXPECT_THAT(customer.line().read_reply(), StartsWith("503 5.5.1 "));
    EXPECT_THAT(customer.line().read_until_closed(), IsEmpty());
}

TEST_F(auth_tls, octets_before_the_greeting_are_refused)
{
    start();
    the_provider().odmrd().pause();  // so that they are there before the greeting can be
    connection line(the_provider().port());
    line.write("EHLO customer.example.org\r\n");
    the_provider().odmrd().resume();
    EXPECT_THAT(line.read_reply(), StartsWith("554 5.5.1 "));
    EXPECT_THAT(line.read_until_closed(), IsEmpty());
}

TEST_F(auth_tls, http_and_smtp_mail_get_no_further_than_502)
{
    start();
    scripted_customer& customer = logged_in();
    EXPECT_THAT(customer.say("GET / HTTP/1.1"), StartsWith("502 5.5.1 "));
    EXPECT_THAT(customer.say("MAIL FROM:<ann@example.org>"), StartsWith("502 5.5.1 "));  // RFC 2645 5.4
    EXPECT_THAT(customer.say("VRFY ann"), StartsWith("252 "));
}

TEST_F(auth_tls, secrets_are_not_in_the_log)
{
    start({.tls = true});
    EXPECT_THAT(under_tls().authenticate("PLAIN", "alice", provider::password), StartsWith("235 "));
    const std::string log = the_provider().odmrd().log();
    EXPECT_THAT(log, HasSubstr("alice"));
    EXPECT_THAT(log, Not(HasSubstr(provider::password)));
    EXPECT_THAT(log, Not(HasSubstr(base64(std::string("\0alice\0", 7) + provider::password))));
}

TEST_F(auth_tls, a_session_works_under_starttls)
{
    start({.tls = true});
    const sent_message first = waiting({"ann@example.org"}, 100'000);
    const sent_message second = waiting({"ann@example.org"}, 100'000);
    scripted_customer& customer = connected();
    EXPECT_THAT(customer.start_tls(the_provider().certificate_file()), StartsWith("220 2.0.0 "));
    EXPECT_THAT(customer.ehlo(), StartsWith("250-"));
    EXPECT_THAT(customer.authenticate("CRAM-MD5", "alice", provider::password), StartsWith("235 "));
    EXPECT_THAT(customer.say("ATRN example.org"), StartsWith("250 "));
    customer.serve();
    EXPECT_EQ(customer.wait_for_end(), session_end::quit);
    EXPECT_TRUE(arrives(first, "ann@example.org"));
    EXPECT_TRUE(arrives(second, "ann@example.org"));
}

TEST_F(auth_tls, a_session_works_with_tls_from_the_first_octet)
{
    start({.tls = true});
    const sent_message message = waiting({"ann@example.org"}, 100'000);
    scripted_customer& customer = new_customer();
    EXPECT_THAT(customer.connect_tls(the_provider().tls_port(), the_provider().certificate_file()),
                StartsWith("220 "));
    EXPECT_THAT(customer.ehlo(), StartsWith("250-"));
    EXPECT_THAT(customer.authenticate("SCRAM-SHA-256", "alice", provider::password), StartsWith("235 "));
    EXPECT_THAT(customer.say("ATRN example.org"), StartsWith("250 "));
    customer.serve();
    EXPECT_EQ(customer.wait_for_end(), session_end::quit);
    EXPECT_TRUE(arrives(message, "ann@example.org"));
}

}  // namespace
}  // namespace odmr::test
