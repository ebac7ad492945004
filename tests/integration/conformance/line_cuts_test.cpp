// The line is cut at every point of a session: nothing is lost, nothing is returned to a sender, the next
// session gets everything, and only a message whose end was sent and not answered may come a second time.
#include "conformance_test.hpp"

#include <tuple>

namespace odmr::test
{
namespace
{

using ::testing::SizeIs;
using ::testing::StartsWith;

class line_cut_test : public conformance_test
{
protected:
    using conformance_test::conformance_test;

    void three_messages_wait()
    {
        for (const char* recipient : {"ann@example.org", "bob@example.org", "eve@example.com"})
            messages_.push_back(waiting({recipient}, 20'000));
    }

    /// A session that ends where the script cuts it.
    void fetch_until_cut(const server_script& script)
    {
        scripted_customer& customer = turned();
        customer.script() = script;
        customer.serve();
        EXPECT_EQ(customer.wait_for_end(), session_end::by_script);
    }

    /// The next session gets all that the first did not.
    void expect_that_the_next_session_gets_the_rest()
    {
        expect_that_the_next_session_gets(messages_);
        EXPECT_THAT(box_.accepted(), SizeIs(messages_.size()));  // each once
        EXPECT_TRUE(the_provider().elsewhere().box().messages().empty());
    }

private:
    std::vector<sent_message> messages_;
};

class line_cuts : public line_cut_test, public ::testing::WithParamInterface<mail_system>
{
protected:
    line_cuts() : line_cut_test(GetParam()) {}
};

using mail_system_and_command = std::tuple<mail_system, const char*>;

class line_cut_at_command : public line_cut_test,
                            public ::testing::WithParamInterface<mail_system_and_command>
{
protected:
    line_cut_at_command() : line_cut_test(std::get<mail_system>(GetParam())) {}

    static const char* command() { return std::get<const char*>(GetParam()); }
};

TEST_P(line_cut_at_command, of_the_first_message_loses_nothing)
{
    start();
    three_messages_wait();
    fetch_until_cut(server_script().end_at(command()));
    expect_that_the_next_session_gets_the_rest();
}

TEST_P(line_cut_at_command, of_the_second_message_loses_nothing)
{
    if (const std::string_view once = command(); once == "greeting" || once == "EHLO")
        return;  // comes once in a session
    start();
    three_messages_wait();
    fetch_until_cut(server_script().end_at(command(), {}, 2));
    expect_that_the_next_session_gets_the_rest();
}

std::string name_of_cut(const ::testing::TestParamInfo<mail_system_and_command>& tested)
{
    const std::string command = std::get<const char*>(tested.param);
    return name_of(std::get<mail_system>(tested.param)) + "_at_" + (command == "." ? "final_dot" : command);
}

INSTANTIATE_TEST_SUITE_P(, line_cut_at_command,
                         ::testing::Combine(each_mail_system, ::testing::Values("greeting", "EHLO", "MAIL",
                                                                                "RCPT", "DATA", ".")),
                         name_of_cut);

TEST_P(line_cuts, in_the_middle_of_a_message_loses_nothing)
{
    start();
    three_messages_wait();
    fetch_until_cut(server_script().end_in_content(10'000));
    expect_that_the_next_session_gets_the_rest();
}

TEST_P(line_cuts, behind_the_first_octets_of_a_message_loses_nothing)
{
    start();
    three_messages_wait();
    fetch_until_cut(server_script().end_in_content(3, 2));
    expect_that_the_next_session_gets_the_rest();
}

TEST_P(line_cuts, in_a_message_of_megabytes_loses_nothing)
{
    start();
    const sent_message big = waiting({"ann@example.org"}, 8'000'000);
    fetch_until_cut(server_script().end_in_content(1'000'000));
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(big, "ann@example.org"));
}

TEST_P(line_cuts, before_quit_costs_nothing)
{
    start();
    three_messages_wait();
    fetch_until_cut(server_script().end_at("QUIT"));
    EXPECT_TRUE(queue_becomes_empty());
    EXPECT_THAT(box_.accepted(), SizeIs(3));
}

TEST_P(line_cuts, only_the_message_whose_end_was_not_answered_comes_twice)
{
    start();
    three_messages_wait();
    fetch_until_cut(server_script().end_at(".", {}, 2));
    std::vector<received_message> first_session = box_.messages();
    ASSERT_THAT(first_session, SizeIs(2));
    EXPECT_TRUE(first_session[0].answered);
    EXPECT_FALSE(first_session[1].answered);
    expect_that_the_next_session_gets_the_rest();
    const auto came = [this](const received_message& message) {
        int times = 0;
        for (const received_message& m : box_.messages())
            times += m.recipients == message.recipients ? 1 : 0;
        return times;
    };
    EXPECT_EQ(came(first_session[0]), 1);
    EXPECT_EQ(came(first_session[1]), 2);
}

TEST_P(line_cuts, over_tls_in_the_middle_of_a_message_loses_nothing)
{
    start({.tls = true});
    three_messages_wait();
    scripted_customer& customer = connected();
    customer.start_tls(the_provider().certificate_file());
    customer.ehlo();
    EXPECT_THAT(customer.authenticate("CRAM-MD5", "alice", provider::password), StartsWith("235 "));
    EXPECT_THAT(customer.say("ATRN"), StartsWith("250 "));
    customer.script().end_in_content(10'000);
    customer.serve();
    EXPECT_EQ(customer.wait_for_end(), session_end::by_script);
    expect_that_the_next_session_gets_the_rest();
}

TEST_P(line_cuts, right_after_atrn_loses_nothing)
{
    start();
    three_messages_wait();
    turned().cut();
    expect_that_the_next_session_gets_the_rest();
}

TEST_P(line_cuts, mail_that_comes_after_the_cut_waits_too)
{
    start();
    three_messages_wait();
    fetch_until_cut(server_script().end_at("DATA"));
    const sent_message later = waiting({"ann@example.org"});
    EXPECT_EQ(fetch(), session_end::quit);
    EXPECT_TRUE(arrives(later, "ann@example.org"));
    EXPECT_TRUE(queue_becomes_empty());
}

INSTANTIATE_TEST_SUITE_P(, line_cuts, each_mail_system, name_of_parameter);

}  // namespace
}  // namespace odmr::test
