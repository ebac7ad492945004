// conformance_test - the behaviours that every mail system must show with odmrd in front of its queue,
// written once. Every test runs with Postfix and with Sendmail:
// main_job.a_bounce_keeps_its_empty_sender/postfix and .../sendmail.
//
// Where the two must differ, a suite is named after the one it is about: sendmail_only_expiry.
#pragma once

#include "provider_test.hpp"

#include <functional>
#include <string>
#include <vector>

namespace odmr::test
{

class conformance_test : public provider_test
{
protected:
    explicit conformance_test(mail_system host) : host_(host) {}

    [[nodiscard]] bool with_postfix() const { return host_ == mail_system::postfix; }
    [[nodiscard]] bool with_sendmail() const { return host_ == mail_system::sendmail; }
    host_mail_system& host() { return the_provider().host(); }

    void prepare(const provider::setup& how = {}) override;
    /// Starts it all, and makes sure that mail for offline customers is held from now on.
    void start_holding(const provider::setup& how = {});

    /// A message that waits for its customers alone and was never tried to deliver.
    sent_message held(const std::vector<std::string>& recipients, std::size_t octets = 0);
    std::vector<sent_message> many_held(const std::string& recipient, std::size_t messages,
                                        std::size_t octets = 0);
    /// A message from nobody: a report about another.
    sent_message report_for(const std::string& recipient);
    /// Its queue is run through as it is from time to time, to the end.
    void queue_run();

    [[nodiscard]] bool returned(const sent_message& message, const std::string& recipient);
    /// True when a session serves the domain before long.
    [[nodiscard]] bool is_served(const std::string& domain);
    [[nodiscard]] bool is_served_no_more(const std::string& domain);
    /// A customer on the line whose mail may come.
    scripted_customer& serving();

    /// A session in which the customer behaves so; how it ended.
    std::optional<session_end> fetch_with(const server_script& script);
    /// What nobody has got yet comes in the next session, and then nothing is left.
    void expect_that_the_next_session_gets(const std::vector<sent_message>& messages);
    /// The same, where odmrd may learn only by and by what there is.
    void expect_that_the_next_sessions_get(const std::vector<sent_message>& messages);

private:
    mail_system host_;
};

/// The fixture of a test that has no parameters but the mail system.
class with_each_mail_system : public conformance_test, public ::testing::WithParamInterface<mail_system>
{
protected:
    with_each_mail_system() : conformance_test(GetParam()) {}
};

inline const auto each_mail_system = ::testing::Values(mail_system::postfix, mail_system::sendmail);
inline const auto sendmail_alone = ::testing::Values(mail_system::sendmail);

inline std::string name_of(mail_system host)
{
    return host == mail_system::postfix ? "postfix" : "sendmail";
}

inline std::string name_of_parameter(const ::testing::TestParamInfo<mail_system>& tested)
{
    return name_of(tested.param);
}

}  // namespace odmr::test
