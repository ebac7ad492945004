// cf_file: what Sendmail's own m4 writes, and what an administrator may write.
#include "sendmail/cf_file.hpp"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <stdexcept>

namespace odmr::sendmail
{
namespace
{

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* text = R"(# Modmr, P=[IPC], F=none
V10/Berkeley
DnMAILER-DAEMON
Kaccess hash -T<TMPF> /etc/mail/access
Kmailertable hash -o /etc/mail/mailertable.db	# comment
Karith arith
O DontBlameSendmail=,TrustStickyBit, GroupWritableDirPathSafe
O QueueDirectory=/var/spool/mqueue
O Timeout.queuewarn=4h
#O Timeout.queuewarn.dsn=1d
O timeout.queueWarn = 0
O DaemonPortOptions=Family=inet,  Name=MTA-v4, M=E, Port=smtp, Addr=127.0.0.1
O DaemonPortOptions=Family=inet, Name=ODMR-ctl, Addr=127.0.0.1, Port=10025, InputMailFilters=
Qodmr, P=/var/spool/mqueue/odmr, F=f, R=4, I=1h
Xodmr, S=local:/run/odmr/milter, T=C:5s;S:10s;R:10s;E:30s
Scanonify=96
R$* $| $* < @ $* > $*	$: $2 < @ $[ $3 $] > $4		comment
Modmr,		P=[IPC], F=muXz%, S=EnvFromSMTP/HdrFromSMTP, R=EnvToSMTP, E=\r\n, L=0,
		T=DNS/RFC822/SMTP, Q=odmr,
		A=FILE /run/odmr/lmtp
Mlocal,		P=/usr/sbin/sensible-mda, F=lsDFMAw5:/|@qPn9S,
		A=sensible-mda $g $u $h ${client_addr})";

TEST(cf_file, knows_mailers_over_several_lines)
{
    const cf_file cf(text);
    const equates* const odmr = cf.mailer("odmr");
    ASSERT_NE(odmr, nullptr);
    EXPECT_EQ(odmr->value('P'), "[IPC]");
    EXPECT_EQ(odmr->value('F'), "muXz%");
    EXPECT_EQ(odmr->value('E'), "\\r\\n");
    EXPECT_EQ(odmr->value('Q'), "odmr");
    EXPECT_EQ(odmr->value('A'), "FILE /run/odmr/lmtp");
    EXPECT_EQ(odmr->value('Z'), "");
    ASSERT_NE(cf.mailer("local"), nullptr);
    EXPECT_EQ(cf.mailer("local")->value('A'), "sensible-mda $g $u $h ${client_addr}");
    EXPECT_EQ(cf.mailer("smtp"), nullptr);
}

TEST(cf_file, knows_queue_groups_and_filters)
{
    const cf_file cf(text);
    ASSERT_NE(cf.queue_group("odmr"), nullptr);
    EXPECT_EQ(cf.queue_group("odmr")->value('P'), "/var/spool/mqueue/odmr");
    EXPECT_EQ(cf.queue_group("odmr")->value('R'), "4");
    EXPECT_EQ(cf.queue_group("mqueue"), nullptr);
    ASSERT_NE(cf.filter("odmr"), nullptr);
    EXPECT_EQ(cf.filter("odmr")->value('S'), "local:/run/odmr/milter");
    EXPECT_EQ(cf.filter("odmr")->value('F'), "");
}

TEST(cf_file, knows_options_by_the_last_of_their_lines)
{
    const cf_file cf(text);
    EXPECT_EQ(cf.option("QueueDirectory"), "/var/spool/mqueue");
    EXPECT_EQ(cf.option("Timeout.queuewarn"), "0");
    EXPECT_EQ(cf.option("Timeout.queuewarn.dsn"), "");
    EXPECT_THAT(words_of(cf.option("DontBlameSendmail")),
                ElementsAre("TrustStickyBit", "GroupWritableDirPathSafe"));
    EXPECT_THAT(words_of(""), IsEmpty());
}

TEST(cf_file, knows_every_port)
{
    const cf_file cf(text);
    ASSERT_EQ(cf.ports().size(), 2U);
    EXPECT_EQ(cf.ports()[0].value('N'), "MTA-v4");
    EXPECT_EQ(cf.ports()[0].value('P'), "smtp");
    EXPECT_EQ(cf.ports()[0].value('M'), "E");
    EXPECT_EQ(cf.ports()[1].value('P'), "10025");
    EXPECT_EQ(cf.ports()[1].value('I'), "");
}

TEST(cf_file, knows_tables)
{
    const cf_file cf(text);
    ASSERT_NE(cf.find_table("access"), nullptr);
    EXPECT_EQ(cf.find_table("access")->type, "hash");
    EXPECT_EQ(cf.find_table("access")->file, "/etc/mail/access");
    EXPECT_EQ(cf.find_table("mailertable")->file, "/etc/mail/mailertable.db");
    EXPECT_EQ(cf.find_table("virtuser"), nullptr);
}

TEST(cf_file, knows_rules_whatever_their_white_space)
{
    const cf_file cf(text);
    EXPECT_TRUE(cf.has_rule("R$* $| $* < @ $* > $* $: $2 < @ $[ $3 $] > $4"));
    EXPECT_FALSE(cf.has_rule("R$* < @ $* > $* $: $2"));
}

TEST(cf_file, of_nothing_has_nothing)
{
    for (const char* odd :
         {"", "\n", " \t", "M", "Q,", "X ,", "K", "O", "O =", "Modmr, ,=,F", "   continued"}) {
        const cf_file cf(odd);
        EXPECT_EQ(cf.queue_group("odmr"), nullptr);
        EXPECT_EQ(cf.option("Timeout.queuewarn"), "");
        EXPECT_THAT(cf.ports(), IsEmpty());
    }
    EXPECT_THROW(cf_file::read("/nonexistent/sendmail.cf"), std::runtime_error);
}

}  // namespace
}  // namespace odmr::sendmail
