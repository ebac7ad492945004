// check: what single points say of a sendmail.cf made up here. That they read a real Sendmail rightly is
// shown elsewhere.
#include "sendmail/check/dialogue.hpp"
#include "sendmail/check/points.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <gmock/gmock.h>

namespace odmr::sendmail
{
namespace
{

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using enum check_state;

constexpr seconds day{24 * 3600};

auto found(check_state state, const std::string& text = "")
{
    return AllOf(Field(&finding::state, state), Field(&finding::text, HasSubstr(text)));
}

class check : public ::testing::Test
{
protected:
    check()
    {
        odmr_.lmtp_socket = "/run/odmr/lmtp";
        odmr_.sendmail_queue_group = "odmr";
        odmr_.hold_time = 13 * day;
    }

    using look = void (*)(const surroundings&, report&);
    [[nodiscard]] std::vector<finding> findings_of(look point, const std::string& cf) const
    {
        const cf_file sendmail(cf);
        std::vector<finding> findings;
        report out(findings);
        out.begin("point");
        point({odmr_, subject_, sendmail, machine_}, out);
        return findings;
    }

    static std::string mailer(const std::string& flags, const std::string& more = "")
    {
        return "Modmr, P=[IPC], F=" + flags + ", E=\\r\\n, Q=odmr" + more + ", A=FILE /run/odmr/lmtp\n";
    }

    settings odmr_;
    check_subject subject_;
    host_names machine_;
    test::temp_dir folder_;
};

TEST_F(check, host_name_for_which_sendmail_waits)
{
    const auto look_at = [this](host_names machine) {
        machine_ = std::move(machine);
        return findings_of(check_host_name, "Djmx.example.net\n");
    };
    EXPECT_THAT(look_at({"mx", {"mx"}}), ElementsAre(found(warning, "\"127.0.1.1 mx.example.net mx\"")));
    EXPECT_THAT(look_at({"mx", {"localhost", "mx"}}), ElementsAre(found(warning, "called \"mx\"")));
    odmr_.queue_command_timeout = seconds(45);
    EXPECT_THAT(look_at({"mx", {"mx"}}), ElementsAre(found(warning, "only 45s (queue_command_timeout)")));
    for (const host_names& well :
         {host_names{"mx", {"mx.example.net", "mx"}}, host_names{"mx", {"mx", "mx.example.net"}},
          host_names{"mx", {}}, host_names{"mx.example.net", {}}, host_names{"mx.example.net", {"mx"}}})
        EXPECT_THAT(look_at(well), ElementsAre(found(ok)));
}

TEST_F(check, names_of_this_machine)
{
    const host_names here = names_of_this_machine();
    EXPECT_NE(here.own, "");
    for (const std::string& name : here.known)
        EXPECT_NE(name, "");
}

TEST_F(check, mailer_with_the_flags_of_odmr_m4)
{
    EXPECT_THAT(findings_of(check_mailer, mailer("muXz%")), ElementsAre(found(ok)));
    EXPECT_THAT(findings_of(check_mailer, ""), ElementsAre(found(error, "no mailer \"odmr\"")));
}

TEST_F(check, mailer_with_a_wrong_flag)
{
    EXPECT_THAT(findings_of(check_mailer, mailer("muX%")), ElementsAre(found(error, "without the flag z")));
    EXPECT_THAT(findings_of(check_mailer, mailer("muXz")), ElementsAre(found(error, "without the flag %")));
    EXPECT_THAT(findings_of(check_mailer, mailer("muz%")), ElementsAre(found(error, "without the flag X")));
    EXPECT_THAT(findings_of(check_mailer, mailer("muXz%l")), ElementsAre(found(error, "with the flag l")));
    EXPECT_THAT(findings_of(check_mailer, mailer("uXz%")), ElementsAre(found(warning, "without the flag m")));
    EXPECT_THAT(
        findings_of(check_mailer, mailer("mDFMuXz%")),
        ElementsAre(found(warning, "a Date"), found(warning, "a From"), found(warning, "a Message-ID")));
    EXPECT_THAT(findings_of(check_mailer, "Modmr, P=[IPC], F=muXz%, E=\\n"),
                ElementsAre(found(error, "E=\\n")));
}

TEST_F(check, mailer_that_goes_elsewhere)
{
    EXPECT_THAT(findings_of(check_mailer_address, mailer("muXz%")), ElementsAre(found(ok)));
    odmr_.lmtp_socket = "/run/other";
    const auto wrong = findings_of(check_mailer_address, mailer("muXz%"));
    ASSERT_THAT(wrong,
                ElementsAre(found(error, "A=FILE /run/odmr/lmtp, but odmrd takes mail on /run/other")));
    EXPECT_EQ(wrong.front().fix.text, "define(`confODMR_SOCKET', `/run/other')dnl");
}

TEST_F(check, queue_group_and_its_folder)
{
    const std::string there = "Qodmr, P=" + folder_.path().string() + ", R=4\n";
    EXPECT_THAT(findings_of(check_queue_group, mailer("z") + there), ElementsAre(found(ok)));
    EXPECT_THAT(findings_of(check_queue_group, mailer("z")), ElementsAre(found(error, "no queue group")));
    EXPECT_THAT(findings_of(check_queue_group, mailer("z") + "Qodmr, P=/nonexistent/odmr\n"),
                ElementsAre(found(error, "/nonexistent/odmr is not there")));
    EXPECT_THAT(findings_of(check_queue_group, mailer("z", ", Q=other") + there),
                ElementsAre(found(error, "queue group \"other\", but odmrd looks into \"odmr\"")));
    odmr_.sendmail_queue_group.clear();
    EXPECT_THAT(findings_of(check_queue_group, mailer("z")), ElementsAre(found(ok)));
}

TEST_F(check, runners_that_are_none_or_too_few)
{
    EXPECT_THAT(findings_of(check_runners, "Qodmr, R=4\n"), ElementsAre(found(ok)));
    EXPECT_THAT(findings_of(check_runners, "Qodmr, R=0\n"), ElementsAre(found(error, "R=0")));
    EXPECT_THAT(findings_of(check_runners, "Qodmr, R=4\nO MaxQueueChildren=2\n"),
                ElementsAre(found(warning, "MaxQueueChildren")));
    EXPECT_THAT(findings_of(check_runners, "Qodmr, R=4\nO MaxQueueChildren=0\n"), ElementsAre(found(ok)));
    odmr_.sendmail_queue_group.clear();
    EXPECT_THAT(findings_of(check_runners, "Qmqueue, R=0\nQodmr, R=4\n"), ElementsAre(found(error, "R=0")));
    EXPECT_THAT(findings_of(check_runners, ""), ElementsAre(found(ok)));
}

TEST_F(check, runners_that_raise_the_load_above_what_sendmail_bears)
{
    EXPECT_THAT(findings_of(check_load, "Qodmr, R=8\nO RefuseLA=8\nO QueueLA=5\n"),
                ElementsAre(found(ok, "of 5 ")));
    const auto wrong = findings_of(check_load, "Qodmr, R=9\nO RefuseLA=8\n");
    ASSERT_THAT(wrong, ElementsAre(found(warning, "The 9 processes")));
    EXPECT_EQ(wrong.front().fix.text, "define(`confREFUSE_LA', `18')dnl");
    EXPECT_THAT(findings_of(check_load, "Qodmr, R=12\n"), ElementsAre(found(ok)));  // 12 for each processor
    EXPECT_THAT(findings_of(check_load, "Qodmr, R=100000\n"), ElementsAre(found(warning)));
    EXPECT_THAT(findings_of(check_load, "Qodmr, R=9\nO RefuseLA=0\n"), ElementsAre(found(ok)));  // never
    EXPECT_THAT(findings_of(check_load, "O RefuseLA=8\n"), ElementsAre(found(ok)));
}

TEST_F(check, canonify)
{
    EXPECT_THAT(findings_of(check_canonify, "R$* $| $* < @ $* > $*\t$: $2 < @ $[ $3 $] > $4\n"),
                ElementsAre(found(error)));
    EXPECT_THAT(
        findings_of(check_canonify, "R$* $| $* < @ $* $={Canonify} > $*\t$: $2 < @ $[ $3 $4 $] > $5\n"),
        ElementsAre(found(ok)));
}

TEST_F(check, filter_that_is_missing_or_stops_mail)
{
    const std::string used = "O InputMailFilters=clamav, odmr\n";
    EXPECT_THAT(findings_of(check_filter, used + "Xodmr, S=local:/x\n"), ElementsAre(found(ok)));
    EXPECT_THAT(findings_of(check_filter, used), ElementsAre(found(error, "does not ask")));
    EXPECT_THAT(findings_of(check_filter, "Xodmr, S=local:/x\n"), ElementsAre(found(error, "does not ask")));
    for (const char* flag : {"R", "T", "4"})
        EXPECT_THAT(findings_of(check_filter, used + "Xodmr, S=local:/x, F=" + flag + "\n"),
                    ElementsAre(found(error, "refuses all mail")));
}

TEST_F(check, a_sendmail_that_only_hands_mail_over_needs_no_filter)
{
    odmr_.sendmail_control = {{"127.0.0.1", 10025}};
    const std::string control =
        "O DaemonPortOptions=Family=inet, Name=ODMR-ctl, Addr=127.0.0.1, Port=10025\n";
    EXPECT_THAT(findings_of(check_filter, control), ElementsAre(found(warning, "takes no mail in")));
    EXPECT_THAT(findings_of(check_filter_socket, control), ElementsAre());
    const std::string both = control + "O DaemonPortOptions=Family=inet, Name=MTA, Port=smtp\n";
    EXPECT_THAT(findings_of(check_filter, both), ElementsAre(found(error, "does not ask")));
}

TEST_F(check, lifetimes_shorter_than_mail_is_held)
{
    const auto look_at = [this](const std::string& cf) { return findings_of(check_lifetime, cf); };
    EXPECT_THAT(look_at("O Timeout.queuereturn=14d\n"), ElementsAre(found(ok)));
    EXPECT_THAT(look_at(""), ElementsAre(found(error, "is 5d")));
    EXPECT_THAT(look_at("O Timeout.queuereturn=2w\nO Timeout.queuereturn.dsn=1d\n"),
                ElementsAre(found(error, "Timeout.queuereturn.dsn is 1d")));
    subject_.customers.push_back({"alice", 20 * day});
    const auto wrong = look_at("O Timeout.queuereturn=14d\n");
    ASSERT_THAT(wrong, ElementsAre(found(error, "customer alice's hold time is 20d")));
    EXPECT_EQ(wrong.front().fix.text, "define(`confTO_QUEUERETURN', `21d')dnl");
}

TEST_F(check, warnings_to_senders)
{
    const auto look_at = [this](const std::string& cf) { return findings_of(check_delay_warning, cf); };
    EXPECT_THAT(look_at("O Timeout.queuewarn=0\n"), ElementsAre(found(ok)));
    EXPECT_THAT(look_at("O Timeout.queuewarn=4h\n"), ElementsAre(found(warning, "is 4h")));
    EXPECT_THAT(look_at("O Timeout.queuewarn.normal=1d\n"), ElementsAre(found(warning, "normal is 1d")));
}

TEST_F(check, sockets_in_folders_that_others_may_write_to)
{
    const std::string safe = (folder_.path() / "lmtp").string();
    const std::string trusting = "O DontBlameSendmail=TrustStickyBit\n";  // /tmp
    odmr_.lmtp_socket = safe;
    EXPECT_THAT(findings_of(check_lmtp_socket, trusting),
                ElementsAre(found(error, "odmrd takes no mail on")));
    EXPECT_THAT(findings_of(check_lmtp_socket, ""), ElementsAre(found(error, "is writable for everybody")));
    namespace fs = std::filesystem;
    fs::permissions(folder_.path(), fs::perms::group_write, fs::perm_options::add);
    EXPECT_THAT(findings_of(check_lmtp_socket, trusting),
                ElementsAre(found(error, "is writable for its group")));
    EXPECT_THAT(
        findings_of(check_lmtp_socket, "O DontBlameSendmail=GroupWritableDirPathSafe,TrustStickyBit\n"),
        ElementsAre(found(error, "odmrd takes no mail on")));
    fs::create_symlink("elsewhere", safe);
    EXPECT_THAT(findings_of(check_lmtp_socket, trusting), ElementsAre(found(error, "symbolic link")));
}

TEST(dialogue, filter_sockets)
{
    EXPECT_EQ(parse_filter_socket("local:/run/odmr/milter")->path, "/run/odmr/milter");
    EXPECT_EQ(parse_filter_socket("unix:/x")->path, "/x");
    EXPECT_EQ(name_of(*parse_filter_socket("inet:8891@localhost")), "127.0.0.1:8891");
    EXPECT_EQ(name_of(*parse_filter_socket("inet:8891@[127.0.0.2]")), "127.0.0.2:8891");
    for (const char* none :
         {"", "inet:8891", "inet:x@127.0.0.1", "inet:99999@127.0.0.1", "inet:1@mx.example", "tcp:x"})
        EXPECT_FALSE(parse_filter_socket(none)) << none;
}

TEST(dialogue, says_why_nobody_can_be_reached)
{
    EXPECT_EQ(trouble_reaching(peer{.path = "/nonexistent/socket"}), "No such file or directory");
    EXPECT_THROW(talk(peer{.path = "/nonexistent/socket"}, {}), std::runtime_error);
}

}  // namespace
}  // namespace odmr::sendmail
