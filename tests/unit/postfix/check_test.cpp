// check: what single points say of configurations made up here. That they read a real Postfix rightly is
// shown elsewhere.
#include "postfix/check/points.hpp"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace odmr::postfix
{
namespace
{

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using enum check_state;

constexpr seconds day{24 * 3600};
const std::string ours =
    "check_policy_service { unix:odmr/policy, timeout=10s, try_limit=1, default_action=DUNNO }";

auto found(check_state state, const std::string& text = "", const std::string& fix = "")
{
    return AllOf(Field(&finding::state, state), Field(&finding::text, HasSubstr(text)),
                 Field(&finding::fix, Field(&remedy::text, fix)));
}

class check : public testing::Test
{
protected:
    check()
    {
        odmr_.socket_dir = "/var/spool/postfix/odmr";
        odmr_.policy_socket = "/var/spool/postfix/odmr/policy";
        odmr_.postfix_config_dir = "/etc/postfix";
        odmr_.hold_time = 13 * day;
        odmr_.max_recipients = 1000;
        odmr_.lmtp_connections = 200;
        odmr_.max_open_messages = 150;
        odmr_.window_messages = 5000;
    }

    using look = void (*)(const surroundings&, report&);
    [[nodiscard]] std::vector<finding> findings_of(look point) const
    {
        const configuration postfix(main_, services_);
        std::vector<finding> findings;
        report out(findings);
        out.begin("point");
        point({odmr_, subject_, postfix}, out);
        return findings;
    }

    void add_smtpd(const std::string& name, std::map<std::string, std::string> options = {},
                   const std::string& chroot = "n")
    {
        services_.push_back({name, "inet", chroot, "-", "smtpd", std::move(options)});
    }

    settings odmr_;
    check_subject subject_{{{"alice", {}}}, {"example.com", "example.org"}};
    configuration::parameters main_{{"queue_directory", "/var/spool/postfix"},
                                    {"compatibility_level", "3.6"},
                                    {"smtpd_policy_service_try_limit", "2"},
                                    {"smtpd_policy_service_timeout", "100s"},
                                    {"smtpd_policy_service_default_action", "451 4.3.5 later"}};
    std::vector<service> services_;
};

// --- the policy server

class check_restrictions : public check
{
protected:
    check_restrictions() { add_smtpd("smtp"); }

    [[nodiscard]] std::vector<finding> recipients(const std::string& list)
    {
        main_["smtpd_recipient_restrictions"] = list;
        return findings_of(check_recipient_restrictions);
    }
};

TEST_F(check_restrictions, want_the_policy_server_first)
{
    EXPECT_THAT(recipients(ours), ElementsAre(found(ok)));
    EXPECT_THAT(recipients(ours + " permit_mynetworks, reject"), ElementsAre(found(ok)));
    EXPECT_THAT(recipients("check_policy_service unix:odmr/policy"), ElementsAre(found(ok)));
}

TEST_F(check_restrictions, name_what_hides_recipients)
{
    const std::string right = "smtpd_recipient_restrictions = " + ours;
    EXPECT_THAT(
        recipients("permit_mynetworks, " + ours + ", reject"),
        ElementsAre(found(error, "\"permit_mynetworks\" in front", right + ", permit_mynetworks, reject")));
    EXPECT_THAT(recipients("reject_unauth_destination check_client_access hash:/x " + ours),
                ElementsAre(found(error, "\"check_client_access hash:/x\" in front",
                                  right + ", reject_unauth_destination, check_client_access hash:/x")));
    EXPECT_THAT(recipients("check_policy_service inet:127.0.0.1:10023, " + ours),
                ElementsAre(found(error, "\"check_policy_service inet:127.0.0.1:10023\" in front",
                                  right + ", check_policy_service inet:127.0.0.1:10023")));
    // What only refuses hides nothing that is accepted.
    EXPECT_THAT(recipients("reject_unauth_destination, " + ours),
                ElementsAre(found(warning, "\"reject_unauth_destination\" in front",
                                  right + ", reject_unauth_destination")));
}

TEST_F(check_restrictions, miss_the_policy_server)
{
    const std::string right = "smtpd_recipient_restrictions = " + ours;
    EXPECT_THAT(recipients(""),
                ElementsAre(found(error, "main.cf does not ask odmrd (unix:odmr/policy)", right)));
    EXPECT_THAT(recipients("permit_mynetworks, check_policy_service unix:private/other"),
                ElementsAre(found(error, "but unix:private/other",
                                  right + ", permit_mynetworks, check_policy_service unix:private/other")));
    // A wrong name in our folder was meant to be ours: left there, it would refuse all mail.
    EXPECT_THAT(recipients("check_policy_service unix:odmr/police, reject"),
                ElementsAre(found(error, "but unix:odmr/police", right + ", reject")));
}

TEST_F(check_restrictions, of_each_service_count)
{
    add_smtpd("submission", {{"smtpd_recipient_restrictions", "permit_sasl_authenticated, reject"}});
    add_smtpd("127.0.0.1:10025", {{"smtpd_recipient_restrictions", ""}});
    add_smtpd("192.0.2.1:25", {{"smtpd_recipient_restrictions", "permit_mynetworks, " + ours}});
    EXPECT_THAT(
        recipients(ours),
        ElementsAre(found(ok, "main.cf"),
                    found(warning, "submission/inet in master.cf does not ask",
                          "    -o { smtpd_recipient_restrictions = " + ours +
                              ", permit_sasl_authenticated, reject }"),
                    found(warning, "127.0.0.1:10025/inet in master.cf does not ask",
                          "    -o { smtpd_recipient_restrictions = " + ours + " }"),
                    found(error, "192.0.2.1:25/inet in master.cf has \"permit_mynetworks\" in front",
                          "    -o { smtpd_recipient_restrictions = " + ours + ", permit_mynetworks }")));
}

TEST_F(check_restrictions, of_main_cf_do_not_count_where_no_service_has_them)
{
    services_.clear();
    add_smtpd("smtp", {{"smtpd_recipient_restrictions", ours}});
    EXPECT_THAT(recipients("permit"), ElementsAre(found(ok, "smtp/inet in master.cf")));
}

TEST_F(check_restrictions, may_be_behind_a_content_filter)
{
    main_["content_filter"] = "scan:127.0.0.1:10024";
    add_smtpd("127.0.0.1:10025", {{"smtpd_recipient_restrictions", ours},
                                  {"smtpd_end_of_data_restrictions", ours},
                                  {"content_filter", ""}});
    EXPECT_THAT(recipients("permit_mynetworks"), ElementsAre(found(ok, "behind content_filter"), found(ok)));
    EXPECT_THAT(findings_of(check_content_filter), ElementsAre(found(ok)));

    // In front of the filter it is in the wrong place.
    main_["smtpd_end_of_data_restrictions"] = ours;
    EXPECT_THAT(findings_of(check_content_filter), ElementsAre(found(warning, "smtp/inet asks odmrd")));
}

TEST_F(check_restrictions, are_not_needed_when_odmrd_listens_nowhere)
{
    odmr_.policy_socket.clear();
    EXPECT_THAT(recipients("permit"), ElementsAre(found(warning, "no policy server")));
    EXPECT_THAT(findings_of(check_policy_server),
                ElementsAre(found(warning, "nowhere", "policy_socket = /var/spool/postfix/odmr/policy")));
}

TEST_F(check_restrictions, make_a_stopped_policy_server_harmless)
{
    const std::string right = "smtpd_recipient_restrictions = " + ours;
    const auto options = [&](const std::string& entry) {
        main_["smtpd_recipient_restrictions"] = entry;
        return findings_of(check_policy_options);
    };
    EXPECT_THAT(options(ours), ElementsAre(found(ok)));
    EXPECT_THAT(options("check_policy_service unix:odmr/policy"),
                ElementsAre(found(error, "no default_action=DUNNO", right)));
    EXPECT_THAT(options("check_policy_service { unix:odmr/policy, timeout=10s, default_action=DUNNO }"),
                ElementsAre(found(error, "no try_limit=1", right)));
    EXPECT_THAT(options("check_policy_service { unix:odmr/policy, try_limit=1, default_action=dunno }"),
                ElementsAre(found(warning, "no short timeout", right)));
    EXPECT_THAT(options("permit"), ElementsAre(found(warning, "nowhere")));

    main_["smtpd_policy_service_try_limit"] = "1";
    main_["smtpd_policy_service_timeout"] = "10";
    main_["smtpd_policy_service_default_action"] = "DUNNO";
    EXPECT_THAT(options("check_policy_service unix:odmr/policy"), ElementsAre(found(ok)));
}

TEST_F(check_restrictions, find_the_policy_server_in_a_chroot)
{
    services_.front().chroot = "y";
    main_["smtpd_recipient_restrictions"] = ours;
    EXPECT_THAT(findings_of(check_policy_options), ElementsAre(found(ok)));
    main_["smtpd_recipient_restrictions"] =
        "check_policy_service { unix:/var/spool/postfix/odmr/policy, timeout=10s, try_limit=1, "
        "default_action=DUNNO }";
    EXPECT_THAT(
        findings_of(check_policy_options),
        ElementsAre(found(error, "smtp/inet runs in a chroot", "smtpd_recipient_restrictions = " + ours)));
}

// --- lifetimes

class check_lifetimes : public check
{
protected:
    [[nodiscard]] std::vector<finding> with(const std::string& value)
    {
        main_["maximal_queue_lifetime"] = value;
        return findings_of(check_maximal_lifetime);
    }
};

TEST_F(check_lifetimes, are_a_day_longer_than_anything_is_held)
{
    EXPECT_THAT(with("14d"), ElementsAre(found(ok)));
    EXPECT_THAT(with("2w"), ElementsAre(found(ok)));
    EXPECT_THAT(with("335h"), ElementsAre(found(error, "longer than 311h", "maximal_queue_lifetime = 14d")));
    EXPECT_THAT(with("5d"), ElementsAre(found(error, "longer than 4d", "maximal_queue_lifetime = 14d")));
    EXPECT_THAT(with("1d"),
                ElementsAre(found(error, "puts nothing on hold", "maximal_queue_lifetime = 14d")));
    odmr_.hold_time = seconds(0);
    EXPECT_THAT(with("5d"), ElementsAre(found(ok)));
}

TEST_F(check_lifetimes, count_each_customers_own_hold_time)
{
    subject_.customers.push_back({"bob", 20 * day + seconds(1)});
    EXPECT_THAT(with("14d"),
                ElementsAre(found(error, "customer bob's hold time is", "maximal_queue_lifetime = 22d")));
    subject_.customers.push_back({"carl", 200 * day});
    EXPECT_THAT(with("100d"), ElementsAre(found(error, "customer carl's", "hold_time = 99d")));
}

TEST_F(check_lifetimes, must_be_lifetimes)
{
    for (const char* value : {"0", "0d", "", "soon", "-1d"})
        EXPECT_THAT(with(value),
                    ElementsAre(found(error, "no mail can wait", "maximal_queue_lifetime = 14d")))
            << value;
}

TEST_F(check_lifetimes, of_bounces_are_another_parameter)
{
    main_["maximal_queue_lifetime"] = "14d";
    main_["bounce_queue_lifetime"] = "5d";
    EXPECT_THAT(findings_of(check_bounce_lifetime),
                ElementsAre(found(error, "", "bounce_queue_lifetime = 14d")));
}

TEST_F(check_lifetimes, end_in_no_notice_before)
{
    main_["delay_warning_time"] = "0h";
    EXPECT_THAT(findings_of(check_delay_warning), ElementsAre(found(ok)));
    main_["delay_warning_time"] = "4h";
    EXPECT_THAT(findings_of(check_delay_warning),
                ElementsAre(found(warning, "4h", "delay_warning_time = 0h")));
}

// --- the transport and its limits

class check_transport : public check
{
protected:
    check_transport()
    {
        services_.push_back({"odmr", "unix", "n", "-", "lmtp", {{"lmtp_send_xforward_command", "yes"}}});
        main_.insert({{"default_process_limit", "300"},
                      {"lmtp_data_init_timeout", "2h"},
                      {"lmtp_data_xfer_timeout", "3600"},
                      {"lmtp_data_done_timeout", "2h"}});
    }

    service& odmr() { return services_.back(); }
};

TEST_F(check_transport, is_an_lmtp_client)
{
    EXPECT_THAT(findings_of(check_service), ElementsAre(found(ok)));
    odmr().program = "smtp";
    EXPECT_THAT(findings_of(check_service),
                ElementsAre(found(error, "\"smtp\"", "postconf -c /etc/postfix -F odmr/unix/command=lmtp")));
    odmr().type = "inet";
    for (const look point : {check_service, check_xforward, check_time_limits, check_process_limit})
        EXPECT_THAT(findings_of(point), ElementsAre(Field(&finding::state, error)));
}

TEST_F(check_transport, finds_the_sockets_from_its_chroot)
{
    odmr().chroot = "y";
    EXPECT_THAT(findings_of(check_service), ElementsAre(found(ok)));
    odmr_.socket_dir = "/run/odmr";
    EXPECT_THAT(findings_of(check_service),
                ElementsAre(found(error, "chroot", "postconf -c /etc/postfix -F odmr/unix/chroot=n")));
    odmr().chroot = "-";
    EXPECT_THAT(findings_of(check_service), ElementsAre(found(ok)));
}

TEST_F(check_transport, has_long_time_limits)
{
    EXPECT_THAT(findings_of(check_time_limits), ElementsAre(found(ok)));
    odmr().options["lmtp_data_done_timeout"] = "600s";
    EXPECT_THAT(findings_of(check_time_limits),
                ElementsAre(found(warning, "lmtp_data_done_timeout is 600s",
                                  "postconf -c /etc/postfix -P odmr/unix/lmtp_data_done_timeout=2h")));
}

TEST_F(check_transport, sends_xforward)
{
    EXPECT_THAT(findings_of(check_xforward), ElementsAre(found(ok)));
    odmr().options.clear();
    main_["lmtp_send_xforward_command"] = "no";
    EXPECT_THAT(findings_of(check_xforward),
                ElementsAre(found(error, "queue ids",
                                  "postconf -c /etc/postfix -P odmr/unix/lmtp_send_xforward_command=yes")));
}

TEST_F(check_transport, has_as_many_processes_as_customers_need)
{
    EXPECT_THAT(findings_of(check_process_limit), ElementsAre(found(ok)));
    odmr().process_limit = "0";
    EXPECT_THAT(findings_of(check_process_limit), ElementsAre(found(ok)));
    const std::string fix = "postconf -c /etc/postfix -F odmr/unix/process_limit=300";
    odmr().process_limit = "299";
    EXPECT_THAT(
        findings_of(check_process_limit),
        ElementsAre(found(warning, "may have 299 processes, and one customer alone may occupy 150", fix)));
    odmr().process_limit = "150";  // one customer can take them all
    EXPECT_THAT(findings_of(check_process_limit), ElementsAre(found(error, "may occupy 150", fix)));
    odmr().process_limit = "100";
    EXPECT_THAT(findings_of(check_process_limit), ElementsAre(found(error, "may occupy 100", fix)));
    odmr_.max_open_messages = 50;
    EXPECT_THAT(findings_of(check_process_limit), ElementsAre(found(ok)));
}

TEST_F(check_transport, has_limits_that_fit_odmrds)
{
    struct sample {
        look point;
        const char* parameter;
        const char* value;
        check_state state;
        const char* fix;
    };
    const sample samples[] = {
        {check_recipient_limit, "odmr_destination_recipient_limit", "1000", ok, ""},
        {check_recipient_limit, "odmr_destination_recipient_limit", "50", warning,
         "odmr_destination_recipient_limit = 1000"},
        {check_recipient_limit, "odmr_destination_recipient_limit", "2000", warning,
         "odmr_destination_recipient_limit = 1000"},
        {check_concurrency, "odmr_destination_concurrency_limit", "20", ok, ""},
        {check_concurrency, "odmr_destination_concurrency_limit", "150", ok, ""},
        {check_concurrency, "odmr_destination_concurrency_limit", "19", warning,
         "odmr_destination_concurrency_limit = 100"},
        {check_concurrency, "odmr_destination_concurrency_limit", "151", warning,
         "odmr_destination_concurrency_limit = 100"},
        {check_concurrency, "odmr_destination_concurrency_limit", "201", warning,
         "odmr_destination_concurrency_limit = 100"},
        {check_concurrency, "odmr_destination_concurrency_limit", "0", warning,
         "odmr_destination_concurrency_limit = 100"},
        {check_initial_concurrency, "odmr_initial_destination_concurrency", "10", ok, ""},
        {check_initial_concurrency, "odmr_initial_destination_concurrency", "5", warning,
         "odmr_initial_destination_concurrency = 20"},
        {check_active_limit, "qmgr_message_active_limit", "20000", ok, ""},
        {check_active_limit, "qmgr_message_active_limit", "8000", warning, "window_messages = 2000"},
        {check_active_limit, "qmgr_message_active_limit", "5000", error, "window_messages = 1250"},
        {check_defer_transports, "defer_transports", "smtp", ok, ""},
        {check_defer_transports, "defer_transports", "smtp odmr, relay", error,
         "defer_transports = smtp, relay"},
    };
    for (const sample& row : samples) {
        main_[row.parameter] = row.value;
        EXPECT_THAT(findings_of(row.point), ElementsAre(found(row.state, "", row.fix)))
            << row.parameter << " = " << row.value;
    }
}

}  // namespace
}  // namespace odmr::postfix
