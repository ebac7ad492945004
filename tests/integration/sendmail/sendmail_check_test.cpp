// odmrctl check, with a real Sendmail: what is configured as sendmail.mc.fragment says is right, and every
// single fault is found and nothing else.
#include "provider_test.hpp"
#include "support/temp_dir.hpp"

#include <nlohmann/json.hpp>

#include <sysexits.h>

#include <chrono>
#include <filesystem>

namespace odmr::test
{
namespace
{

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

class sendmail_check : public provider_test
{
protected:
    void begin(const std::string& extra_mc = {})
    {
        start({.host = mail_system::sendmail, .extra_mc = extra_mc});
    }

    const private_sendmail& host() { return the_provider().sendmail(); }

    /// Every finding that is not ok, but for the name of the machine, which is not ours; the exit status must
    /// say whether there is an error among them.
    [[nodiscard]] json faults()
    {
        const command_result result = the_provider().odmrctl({"check", "--json"});
        const json found = json::parse(result.output, nullptr, false);
        EXPECT_TRUE(found.is_array()) << result.output << result.error;
        json wrong = json::array();
        bool errors = false;
        for (const json& row : found) {
            if (row.at("state") != "ok" && row.at("point") != "host name")
                wrong.push_back(row);
            errors = errors || row.at("state") == "error";
        }
        EXPECT_EQ(result.status, errors ? EX_CONFIG : EX_OK) << result.error;
        return wrong;
    }

    /// The one and only finding that is not ok; its line to write.
    std::string the_fault(const std::string& point, const std::string& state, const std::string& text)
    {
        const json wrong = faults();
        EXPECT_EQ(wrong.size(), 1U) << wrong.dump(2);
        const json row = wrong.empty() ? json::object() : wrong.front();
        EXPECT_EQ(row.value("point", ""), point) << row;
        EXPECT_EQ(row.value("state", ""), state) << row;
        EXPECT_THAT(row.value("text", ""), HasSubstr(text)) << row;
        return row.contains("fix") && row.at("fix").is_object() ? row.at("fix").value("line", "") : "";
    }

    /// What is wrong when sendmail.cf has that in the place of this.
    void with_cf(const std::string& from, const std::string& to, const std::string& point,
                 const std::string& state, const std::string& text)
    {
        SCOPED_TRACE(to);
        const std::string right = read_file(host().config_file());
        std::string wrong = right;
        const std::size_t at = wrong.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        write_file(host().config_file(), wrong.replace(at, from.size(), to));
        EXPECT_NE(the_fault(point, state, text), "") << "it says what to write";
        write_file(host().config_file(), right);
    }

    std::string table(const std::string& name) { return (host().config_dir() / name).string(); }
};

TEST_F(sendmail_check, finds_nothing_wrong_with_the_fragment_as_it_is)
{
    begin();
    EXPECT_THAT(faults(), IsEmpty());
    const command_result text = the_provider().odmrctl({"check"});
    EXPECT_EQ(text.status, EX_OK);
    EXPECT_EQ(text.error, "");
    EXPECT_THAT(text.output,
                HasSubstr("ok       routes: Sendmail gives mail for the customers' domains (2)"));
}

TEST_F(sendmail_check, finds_each_fault_of_sendmail_cf)
{
    begin();
    with_cf("F=muXz%,", "F=muXz,", "mailer odmr", "error", "without the flag %");
    with_cf("F=muXz%,", "F=muXz%l,", "mailer odmr", "error", "with the flag l");
    with_cf("A=FILE " + host().lmtp_socket().string(), "A=FILE /run/lmtp", "lmtp_socket", "error",
            "/run/lmtp");
    with_cf("T=DNS/RFC822/SMTP, Q=odmr", "T=DNS/RFC822/SMTP, Q=mqueue", "queue group", "error", "mqueue");
    with_cf("F=f, R=32", "F=f, R=0", "runners", "error", "R=0");
    with_cf("T=C:5s;S:10s;R:10s;E:30s", "F=T, T=C:5s;S:10s;R:10s;E:30s", "InputMailFilters", "error",
            "refuses all mail");
    with_cf("O InputMailFilters=odmr", "#", "InputMailFilters", "error", "does not ask odmr-milter");
    with_cf("O Timeout.queuereturn=14d", "O Timeout.queuereturn=5d", "Timeout.queuereturn", "error", "is 5d");
    with_cf("O Timeout.queuewarn=0", "O Timeout.queuewarn=4h", "Timeout.queuewarn", "warning", "is 4h");
}

TEST_F(sendmail_check, finds_that_domains_are_canonified)
{
    begin("undefine(`_NO_CANONIFY_')dnl\n");
    EXPECT_EQ(the_fault("nocanonify", "error", "in the DNS"), "FEATURE(`nocanonify')dnl");
}

TEST_F(sendmail_check, finds_tables_that_are_older_than_the_domains)
{
    begin();
    the_provider().odmrctl_or_throw({"domain", "add", "alice", "example.net"});
    const json wrong = faults();
    ASSERT_EQ(wrong.size(), 3U) << wrong.dump(2);
    EXPECT_EQ(wrong[0].at("point"), "mailertable");
    EXPECT_EQ(wrong[1].at("point"), "access");
    EXPECT_EQ(wrong[2].at("point"), "routes");
    EXPECT_THAT(wrong[2].at("text"), HasSubstr("example.net ($# "));
    EXPECT_EQ(wrong[0].at("fix").at("line"), "odmrctl maps");
    the_provider().odmrctl_or_throw({"maps"});
    EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(sendmail_check, finds_a_table_that_was_not_compiled)
{
    begin();
    write_file(table("access"), read_file(table("access")) + "spammer.example\tREJECT\n");
    std::filesystem::last_write_time(
        table("access.db"), std::filesystem::last_write_time(table("access")) - std::chrono::seconds(1));
    EXPECT_EQ(the_fault("access", "error", "not compiled since"), "odmrctl maps");
}

TEST_F(sendmail_check, finds_a_domain_that_is_the_administrators)
{
    begin();
    write_file(table("mailertable"), "example.org\tsmtp:[127.0.0.2]\n" + read_file(table("mailertable")));
    the_fault("mailertable", "error", table("mailertable") + ", line 1: \"example.org\"");
}

TEST_F(sendmail_check, finds_a_domain_that_sendmail_takes_for_its_own)
{
    begin();
    const std::string right = read_file(host().config_file());
    write_file(host().config_file(), right + "\nCwexample.org\n");
    the_fault("routes", "error", "example.org ($# local");
}

TEST_F(sendmail_check, finds_a_port_that_takes_etrn_from_anybody)
{
    const reserved_port other;
    begin("DAEMON_OPTIONS(`Family=inet, Name=ODMR-ctl, Addr=127.0.0.1, Port=" +
          std::to_string(other.number()) + "')dnl\n");
    the_fault("DaemonPortOptions", "error", "ODMR-ctl, 127.0.0.1:" + std::to_string(other.number()));
}

TEST_F(sendmail_check, finds_that_nobody_takes_etrn)
{
    begin();
    const reserved_port nobody;
    the_provider().set("sendmail_control", "127.0.0.1:" + std::to_string(nobody.number()));
    const json wrong = faults();
    ASSERT_EQ(wrong.size(), 2U) << wrong.dump(2);
    EXPECT_EQ(wrong[0].at("point"), "sendmail_control");
    EXPECT_EQ(wrong[1].at("point"), "DaemonPortOptions") << "the port that was ours is somebody's";
}

TEST_F(sendmail_check, finds_that_odmr_milter_or_odmrd_is_down)
{
    begin();
    the_provider().odmrd().stop();
    the_fault("LMTP server", "error", "takes no mail on");
    the_provider().milter().stop();
    EXPECT_EQ(faults().at(1).at("point"), "odmr-milter");
}

TEST_F(sendmail_check, finds_a_socket_that_sendmail_would_not_use)
{
    begin();
    std::filesystem::permissions(host().lmtp_socket().parent_path(), std::filesystem::perms::others_write,
                                 std::filesystem::perm_options::add);
    const json wrong = faults();
    ASSERT_EQ(wrong.size(), 2U) << wrong.dump(2);
    for (const json& row : wrong)
        EXPECT_THAT(row.at("text"), HasSubstr("is writable for everybody"));
}

TEST_F(sendmail_check, finds_that_the_account_may_not_list_the_queue)
{
    begin();
    std::filesystem::permissions(host().queue_dir() / "odmr", std::filesystem::perms::owner_all);
    EXPECT_THAT(faults(), IsEmpty());
    the_provider().set("user", "nobody");
    the_fault("sendmail_command", "error", "as nobody, cannot list the queue");
    std::filesystem::permissions(host().queue_dir() / "odmr", std::filesystem::perms(0755));
    EXPECT_THAT(faults(), IsEmpty());
    waiting({"ann@example.org"});  // a file that only Sendmail may read
    the_fault("sendmail_command", "error", "as nobody, cannot list the queue");
}

TEST_F(sendmail_check, cannot_look_without_a_configuration)
{
    begin();
    the_provider().set("sendmail_config", "/nonexistent");
    const command_result result = the_provider().odmrctl({"check"});
    EXPECT_EQ(result.status, EX_UNAVAILABLE);
    EXPECT_EQ(result.error, "odmrctl: cannot read /nonexistent\n");
}

}  // namespace
}  // namespace odmr::test
