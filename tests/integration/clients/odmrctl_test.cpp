// odmrctl as an administrator meets it: the real program, its output, its messages and its exit status.
#include "auth/secrets.hpp"
#include "odmrctl_program.hpp"
#include "odmrctl_terminal.hpp"
#include "protocol/encoding.hpp"

#include <nlohmann/json.hpp>

#include <sys/stat.h>

#include <gmock/gmock.h>

namespace odmr::test
{
namespace
{

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using json = nlohmann::json;

class odmrctl : public odmrctl_program
{
};

TEST_F(odmrctl, adds_a_customer_with_a_password_from_standard_input)
{
    EXPECT_EQ(done({"customer", "add", "Bob"}, "correct horse\n"), "customer bob added\n");
    EXPECT_EQ(store().find_customer("bob"), (customer{.name = "bob"}));
    EXPECT_TRUE(password_matches(store().find_credentials("bob").value(), "correct horse"));
}

TEST_F(odmrctl, reads_one_line_as_the_password_with_or_without_its_end)
{
    EXPECT_EQ(done({"customer", "add", "ann"}, "no end"), "customer ann added\n");
    EXPECT_EQ(done({"customer", "add", "bob"}, " blanks count \nbut not the next line\n"),
              "customer bob added\n");
    EXPECT_TRUE(password_matches(store().find_credentials("ann").value(), "no end"));
    EXPECT_TRUE(password_matches(store().find_credentials("bob").value(), " blanks count "));
}

TEST_F(odmrctl, adds_a_customer_with_everything)
{
    const auto said = done({"customer", "add", "bob", "--cram-md5", "--linger", "2h", "--domain",
                            "Example.org", "--domain=example.com"},
                           "secret\n");
    EXPECT_THAT(said, AllOf(StartsWith("customer bob added\n"), HasSubstr("run \"odmrctl maps\" now")));
    EXPECT_EQ(store().find_customer("bob"), (customer{.name = "bob",
                                                      .linger = seconds(7200),
                                                      .domains = {"example.com", "example.org"},
                                                      .cram_md5 = true}));
    EXPECT_EQ(store().find_credentials("bob")->cram_md5_secret, "secret");
}

TEST_F(odmrctl, makes_the_database_for_its_first_customer_only)
{
    EXPECT_THAT(failure(EX_NOINPUT, {"customer", "list"}),
                AllOf(HasSubstr(database_), HasSubstr("No such file"),
                      HasSubstr("\"odmrctl customer add\" makes it")));
    EXPECT_THAT(failure(EX_NOINPUT, {"domain", "add", "bob", "example.org"}), HasSubstr(database_));
    EXPECT_FALSE(std::filesystem::exists(database_));
    EXPECT_EQ(done({"customer", "add", "bob"}, "secret\n"), "customer bob added\n");
    struct stat made{};
    ASSERT_EQ(::stat(database_.c_str(), &made), 0);
    EXPECT_EQ(made.st_mode & 07777U, 0640U);
}

TEST_F(odmrctl, adds_nothing_when_any_part_is_refused)
{
    EXPECT_EQ(done({"customer", "add", "ann", "--domain", "example.org"}, "secret\n").substr(0, 18),
              "customer ann added");
    EXPECT_EQ(
        failure(EX_DATAERR, {"customer", "add", "bob", "--domain", "example.com", "--domain", "example.org"},
                "secret\n"),
        "odmrctl: domain example.org already belongs to customer ann\n");
    EXPECT_EQ(store().find_customer("bob"), std::nullopt);
    EXPECT_EQ(store().owner_of("example.com"), std::nullopt);
    EXPECT_EQ(failure(EX_DATAERR, {"domain", "add", "ann", "example.com", "example.org"}),
              "odmrctl: domain example.org already belongs to customer ann\n");
    EXPECT_EQ(store().owner_of("example.com"), std::nullopt);
    EXPECT_THAT(failure(EX_DATAERR, {"domain", "remove", "example.org", "example.com"}),
                HasSubstr("example.com"));
    EXPECT_EQ(store().owner_of("example.org"), "ann");
}

TEST_F(odmrctl, refuses_names_domains_and_passwords_with_a_reason)
{
    EXPECT_THAT(failure(EX_DATAERR, {"customer", "add", "b b"}, "secret\n"),
                HasSubstr("\"b b\" is no name for a customer: expected 1 to 64 of a-z 0-9 . _ @ + -"));
    EXPECT_THAT(failure(EX_DATAERR, {"customer", "add", "bob"}, "\n"), HasSubstr("the password is empty"));
    EXPECT_THAT(failure(EX_DATAERR, {"customer", "add", "bob"}), HasSubstr("expected one line"));
    EXPECT_THAT(failure(EX_DATAERR, {"customer", "add", "bob"}, "a\tb\n"), HasSubstr("SASLprep"));
    EXPECT_THAT(failure(EX_DATAERR, {"customer", "add", "bob"}, std::string(100'000, 'x')),
                HasSubstr("longer than 512 octets"));
    EXPECT_THAT(failure(EX_DATAERR, {"customer", "add", "bob", "--linger", "5"}, "secret\n"),
                AllOf(HasSubstr("--linger: \"5\""), HasSubstr("expected a duration")));
    EXPECT_EQ(done({"customer", "add", "bob"}, "secret\n"), "customer bob added\n");
    EXPECT_EQ(failure(EX_DATAERR, {"customer", "add", "BOB"}, "secret\n"),
              "odmrctl: there is a customer bob already\n");
    EXPECT_THAT(failure(EX_DATAERR, {"domain", "add", "bob", "localhost"}),
                HasSubstr("\"localhost\" is no domain: expected a name such as example.org"));
}

TEST_F(odmrctl, says_when_there_is_no_such_customer)
{
    EXPECT_EQ(done({"customer", "add", "ann"}, "secret\n"), "customer ann added\n");
    const std::string missing = "odmrctl: there is no customer bob\n";
    for (const auto* command : {"show", "remove", "enable", "disable"})
        EXPECT_EQ(failure(EX_DATAERR, {"customer", command, "bob"}), missing) << command;
    EXPECT_EQ(failure(EX_DATAERR, {"customer", "passwd", "Bob"}, "secret\n"), missing);
    EXPECT_EQ(failure(EX_DATAERR, {"customer", "set", "bob", "--linger", "5s"}), missing);
    EXPECT_EQ(failure(EX_DATAERR, {"domain", "add", "bob", "example.org"}), missing);
}

TEST_F(odmrctl, gives_domains_and_takes_them_away)
{
    EXPECT_EQ(done({"customer", "add", "bob"}, "secret\n"), "customer bob added\n");
    EXPECT_THAT(done({"domain", "add", "bob", "example.org", "Example.COM"}),
                AllOf(HasSubstr("domain example.org belongs to customer bob\n"),
                      HasSubstr("domain example.com belongs to customer bob\n"), HasSubstr("odmrctl maps")));
    EXPECT_EQ(done({"domain", "list"}), "example.com  bob\nexample.org  bob\n");
    EXPECT_THAT(done({"domain", "remove", "EXAMPLE.org"}),
                AllOf(HasSubstr("domain example.org removed\n"), HasSubstr("odmrctl maps")));
    EXPECT_EQ(done({"domain", "list"}), "example.com  bob\n");
    EXPECT_EQ(failure(EX_DATAERR, {"domain", "remove", "example.org"}),
              "odmrctl: domain example.org belongs to no customer\n");
}

TEST_F(odmrctl, removes_a_customer_with_its_domains)
{
    EXPECT_NE(done({"customer", "add", "bob", "--domain", "example.org"}, "secret\n"), "");
    EXPECT_THAT(done({"customer", "remove", "bob"}),
                AllOf(StartsWith("customer bob removed\n"), HasSubstr("odmrctl maps")));
    EXPECT_EQ(done({"customer", "list"}), "");
    EXPECT_EQ(done({"domain", "list"}), "");
}

TEST_F(odmrctl, disables_and_enables)
{
    EXPECT_EQ(done({"customer", "add", "bob"}, "secret\n"), "customer bob added\n");
    EXPECT_EQ(done({"customer", "disable", "bob"}), "customer bob may not sign in any more\n");
    EXPECT_FALSE(store().find_credentials("bob")->enabled);
    EXPECT_EQ(done({"customer", "enable", "bob"}), "customer bob may sign in\n");
    EXPECT_TRUE(store().find_credentials("bob")->enabled);
}

TEST_F(odmrctl, sets_the_linger_time)
{
    EXPECT_EQ(done({"customer", "add", "bob"}, "secret\n"), "customer bob added\n");
    EXPECT_EQ(done({"customer", "set", "bob", "--linger", "90s"}), "customer bob: linger 90s\n");
    EXPECT_EQ(store().find_customer("bob")->linger, seconds(90));
    EXPECT_EQ(done({"customer", "set", "bob", "--linger=0"}), "customer bob: linger 0\n");
    EXPECT_EQ(store().find_customer("bob")->linger, seconds(0));
    EXPECT_EQ(done({"customer", "set", "bob", "--linger", "default"}), "customer bob: linger default (7s)\n");
    EXPECT_EQ(store().find_customer("bob")->linger, std::nullopt);
    EXPECT_THAT(failure(EX_DATAERR, {"customer", "set", "bob", "--linger", "1000d"}), HasSubstr("365d"));
}

TEST_F(odmrctl, changes_a_password_and_keeps_its_kind_unless_told)
{
    EXPECT_EQ(done({"customer", "add", "bob", "--cram-md5"}, "first\n"), "customer bob added\n");
    const auto change = [&](const words& options, const std::string& password) {
        words command{"customer", "passwd", "bob"};
        command.insert(command.end(), options.begin(), options.end());
        EXPECT_EQ(done(command, password + "\n"), "customer bob has a new password\n");
        EXPECT_TRUE(password_matches(store().find_credentials("bob").value(), password));
        return store().find_credentials("bob")->cram_md5_secret;
    };
    EXPECT_EQ(change({}, "second"), "second");
    EXPECT_EQ(change({"--no-cram-md5"}, "third"), std::nullopt);
    EXPECT_EQ(change({}, "fourth"), std::nullopt);
    EXPECT_EQ(change({"--cram-md5"}, "fifth"), "fifth");
    EXPECT_THAT(failure(EX_USAGE, {"customer", "passwd", "bob", "--cram-md5", "--no-cram-md5"}, "x\n"),
                HasSubstr("not both"));
    EXPECT_TRUE(password_matches(store().find_credentials("bob").value(), "fifth"));
}

TEST_F(odmrctl, shows_customers_to_people)
{
    EXPECT_EQ(done({"customer", "add", "bob"}, "secret\n"), "customer bob added\n");
    EXPECT_NE(
        done({"customer", "add", "annabel", "--cram-md5", "--domain", "b.example", "--domain", "a.example"},
             "secret\n"),
        "");
    EXPECT_EQ(done({"customer", "disable", "bob"}), "customer bob may not sign in any more\n");
    EXPECT_EQ(done({"customer", "list"}),
              "annabel  enabled   a.example  b.example\n"
              "bob      disabled\n");
    EXPECT_EQ(done({"customer", "show", "bob"}),
              "customer      bob\n"
              "enabled       no\n"
              "linger        default (7s)\n"
              "max-messages  default\n"
              "max-size      default\n"
              "hold-time     default\n"
              "CRAM-MD5      no\n");
    EXPECT_THAT(done({"customer", "show", "annabel"}),
                AllOf(HasSubstr("CRAM-MD5      yes: the password itself is kept\n"),
                      HasSubstr("domain        a.example\ndomain        b.example\n")));
}

TEST_F(odmrctl, shows_customers_to_programs)
{
    EXPECT_EQ(
        done({"customer", "add", "bob", "--linger", "1min", "--domain", "example.org"}, "x\n").substr(0, 8),
        "customer");
    EXPECT_EQ(done({"customer", "add", "ann", "--cram-md5"}, "x\n"), "customer ann added\n");
    const auto bob =
        R"({"name": "bob", "enabled": true, "linger": 60, "max_messages": null, "max_octets": null,
            "hold_time": null, "cram_md5": false, "domains": ["example.org"]})"_json;
    const auto ann =
        R"({"name": "ann", "enabled": true, "linger": null, "max_messages": null, "max_octets": null,
            "hold_time": null, "cram_md5": true, "domains": []})"_json;
    EXPECT_EQ(json::parse(done({"customer", "show", "bob", "--json"})), bob);
    EXPECT_EQ(json::parse(done({"--json", "customer", "show", "ann"})), ann);
    EXPECT_EQ(json::parse(done({"customer", "list", "--json"})), json::array({ann, bob}));
    EXPECT_EQ(json::parse(done({"domain", "list", "--json"})),
              R"([{"domain": "example.org", "customer": "bob"}])"_json);
    EXPECT_EQ(done({"customer", "remove", "ann"}), "customer ann removed\n");
    EXPECT_NE(done({"customer", "remove", "bob"}), "");
    EXPECT_EQ(json::parse(done({"customer", "list", "--json"})), json::array());
    EXPECT_EQ(json::parse(done({"domain", "list", "--json"})), json::array());
}

TEST_F(odmrctl, never_shows_a_secret)
{
    EXPECT_NE(done({"customer", "add", "bob", "--cram-md5", "--domain", "example.org"}, "hunter2\n"), "");
    const auto kept = store().find_credentials("bob").value();
    std::string shown;
    for (const words& command : {words{"customer", "show", "bob"}, words{"customer", "show", "bob", "--json"},
                                 words{"customer", "list"}, words{"customer", "list", "--json"},
                                 words{"domain", "list"}, words{"domain", "list", "--json"}})
        shown += done(command);
    for (const auto& keys : {kept.scram_sha1.value(), kept.scram_sha256.value()}) {
        for (const auto& secret : {keys.salt, keys.stored_key, keys.server_key})
            EXPECT_THAT(shown, Not(HasSubstr(base64_encode(secret))));
    }
    EXPECT_THAT(shown, Not(HasSubstr("hunter2")));
    EXPECT_THAT(shown, Not(HasSubstr("SCRAM-SHA")));
}

TEST_F(odmrctl, refuses_command_lines_that_make_no_sense)
{
    EXPECT_THAT(failure(EX_USAGE, {}), HasSubstr("no command"));
    EXPECT_THAT(failure(EX_USAGE, {"frobnicate"}),
                HasSubstr("there is no command \"frobnicate\"; see odmrctl --help"));
    EXPECT_THAT(failure(EX_USAGE, {"customer"}), HasSubstr("expected customer add, customer remove"));
    EXPECT_THAT(failure(EX_USAGE, {"domain", "frob"}), HasSubstr("\"domain frob\"; expected domain add"));
    EXPECT_THAT(failure(EX_USAGE, {"--frob", "customer", "list"}), HasSubstr("--frob"));
    EXPECT_THAT(failure(EX_USAGE, {"customer", "list", "--frob"}), HasSubstr("--frob"));
    EXPECT_THAT(failure(EX_USAGE, {"customer", "add", "-b"}), HasSubstr("'-b'"));
    EXPECT_THAT(failure(EX_USAGE, {"customer", "add", "-"}), HasSubstr("'-'"));
    EXPECT_THAT(failure(EX_USAGE, {"customer", "add"}),
                HasSubstr("too few arguments; expected odmrctl customer add NAME [--cram-md5]"));
    EXPECT_THAT(failure(EX_USAGE, {"customer", "add", "bob", "hunter2"}, "x\n"),
                HasSubstr("too many arguments"));
    EXPECT_THAT(failure(EX_USAGE, {"customer", "list", "bob"}), HasSubstr("too many arguments"));
    EXPECT_THAT(failure(EX_USAGE, {"domain", "add", "bob"}),
                HasSubstr("expected odmrctl domain add CUSTOMER DOMAIN..."));
    EXPECT_THAT(failure(EX_USAGE, {"customer", "set", "bob"}),
                HasSubstr("expected --linger DURATION|default"));
    EXPECT_THAT(failure(EX_USAGE, {"customer", "set", "bob", "--linger", "1s", "--linger", "2s"}),
                HasSubstr("twice"));
    EXPECT_THAT(failure(EX_USAGE, {"--json", "customer", "enable", "bob"}),
                HasSubstr("does not understand --json"));
    EXPECT_THAT(failure(EX_USAGE, {"help", "frob"}), HasSubstr("there is no command \"frob\""));
    EXPECT_FALSE(std::filesystem::exists(database_));
}

TEST_F(odmrctl, explains_itself_without_a_configuration)
{
    const auto help = [](const words& options) {
        words all{built_program("odmrctl")};
        all.insert(all.end(), options.begin(), options.end());
        return run_or_throw({.arguments = all});
    };
    const auto overview = help({"--help"});
    EXPECT_EQ(help({"help"}), overview);
    for (const auto* command : {"customer add",
                                "customer remove",
                                "customer list",
                                "customer show",
                                "customer passwd",
                                "customer enable",
                                "customer disable",
                                "customer set",
                                "domain add",
                                "domain remove",
                                "domain list",
                                "recipients DOMAIN set",
                                "recipients DOMAIN add",
                                "recipients DOMAIN remove",
                                "recipients DOMAIN list",
                                "recipients DOMAIN clear",
                                "maps",
                                "status",
                                "queue",
                                "session list",
                                "session end",
                                "release",
                                "reconcile"})
        EXPECT_THAT(overview, HasSubstr(std::string("\n  ") + command));
    EXPECT_THAT(help({"help", "customer", "add"}), StartsWith("Usage: odmrctl customer add NAME "));
    EXPECT_EQ(help({"customer", "add", "--help"}), help({"help", "customer", "add"}));
    EXPECT_EQ(help({"--help", "customer", "add"}), help({"help", "customer", "add"}));
    EXPECT_THAT(help({"help", "domain"}),
                AllOf(HasSubstr("domain remove DOMAIN..."), Not(HasSubstr("customer add"))));
    EXPECT_THAT(help({"help", "recipients", "set"}),
                StartsWith("Usage: odmrctl recipients DOMAIN set FILE|-\n\n"));
    EXPECT_EQ(help({"help", "recipients", "DOMAIN", "set"}), help({"help", "recipients", "set"}));
    EXPECT_EQ(help({"recipients", "example.org", "set", "--help"}), help({"help", "recipients", "set"}));
    EXPECT_THAT(help({"help", "recipients"}), HasSubstr("\n  recipients DOMAIN clear\n"));
    std::istringstream lines(overview);
    for (std::string line; std::getline(lines, line);)
        EXPECT_LE(line.size(), 80U) << line;
    EXPECT_THAT(help({"--version"}), StartsWith("odmrctl "));
}

TEST_F(odmrctl, says_what_is_wrong_with_its_configuration)
{
    write_file(config_, "hostname = relay.example.net\ndatabas = /tmp/x\n");
    EXPECT_THAT(failure(EX_CONFIG, {"customer", "list"}), HasSubstr(config_ + ":2: databas"));
    std::filesystem::remove(config_);
    EXPECT_THAT(failure(EX_CONFIG, {"customer", "list"}), HasSubstr("cannot be read"));
}

TEST_F(odmrctl, takes_a_parameter_as_an_option)
{
    const auto other = (directory_.path() / "other.db").string();
    EXPECT_EQ(done({"--database=" + other, "customer", "add", "bob"}, "secret\n"), "customer bob added\n");
    EXPECT_TRUE(std::filesystem::exists(other));
    EXPECT_FALSE(std::filesystem::exists(database_));
}

TEST_F(odmrctl, tells_a_locked_database_from_a_useless_one)
{
    EXPECT_EQ(done({"customer", "add", "bob"}, "secret\n"), "customer bob added\n");
    auto writer = std::make_unique<customer_store>(database_, customer_store::open_mode::must_exist);
    writer->together([&] {
        EXPECT_THAT(failure(EX_TEMPFAIL, {"customer", "disable", "bob"}), HasSubstr("locked"));
        EXPECT_EQ(done({"customer", "list"}), "bob  enabled\n");
    });
    writer.reset();
    write_file(database_,
               "this is no database, and long enough to be seen as none " + std::string(1000, '.'));
    EXPECT_THAT(failure(EX_UNAVAILABLE, {"customer", "list"}), HasSubstr("not a database"));
    EXPECT_THAT(failure(EX_UNAVAILABLE, {"customer", "add", "ann"}, "secret\n"), HasSubstr("not a database"));
    EXPECT_THAT(
        failure(EX_UNAVAILABLE, {"--database=/proc/nowhere/x.db", "customer", "add", "ann"}, "secret\n"),
        HasSubstr("cannot be made"));
}

TEST_F(odmrctl, says_when_its_output_goes_nowhere)
{
    EXPECT_EQ(done({"customer", "add", "bob"}, "secret\n"), "customer bob added\n");
    const auto result =
        run_command({.arguments = {"sh", "-c", "exec \"$0\" --config \"$1\" customer list > /dev/full",
                                   built_program("odmrctl"), config_}});
    EXPECT_EQ(result.status, EX_IOERR);
    EXPECT_EQ(result.error, "odmrctl: the output cannot be written\n");
}

TEST_F(odmrctl, asks_twice_for_a_password_at_a_terminal_and_does_not_show_it)
{
    program_at_terminal terminal(command_line({"customer", "add", "bob"}));
    ASSERT_TRUE(terminal.shows("New password for bob: ")) << terminal.screen();
    ASSERT_FALSE(terminal.echoes());
    terminal.type("hunter2\n");
    ASSERT_TRUE(terminal.shows("The same again: ")) << terminal.screen();
    ASSERT_FALSE(terminal.echoes());
    terminal.type("hunter2\n");
    EXPECT_EQ(terminal.wait(), EX_OK) << terminal.screen();
    EXPECT_TRUE(terminal.echoes());
    EXPECT_THAT(terminal.screen(), AllOf(HasSubstr("customer bob added"), Not(HasSubstr("hunter"))));
    EXPECT_TRUE(password_matches(store().find_credentials("bob").value(), "hunter2"));
}

TEST_F(odmrctl, changes_a_password_at_a_terminal)
{
    EXPECT_EQ(done({"customer", "add", "bob", "--cram-md5"}, "first\n"), "customer bob added\n");
    program_at_terminal terminal(command_line({"customer", "passwd", "bob"}));
    for (const auto* question : {"New password for bob: ", "The same again: "}) {
        ASSERT_TRUE(terminal.shows(question)) << terminal.screen();
        ASSERT_FALSE(terminal.echoes());
        terminal.type(
            "gr\xc3\xbc\xc3\x9f"
            "e\n");
    }
    EXPECT_EQ(terminal.wait(), EX_OK) << terminal.screen();
    EXPECT_EQ(store().find_credentials("bob")->cram_md5_secret,
              "gr\xc3\xbc\xc3\x9f"
              "e");
}

TEST_F(odmrctl, takes_no_password_that_is_not_typed_the_same_twice)
{
    program_at_terminal terminal(command_line({"customer", "add", "bob"}));
    ASSERT_TRUE(terminal.shows("New password for bob: ")) << terminal.screen();
    ASSERT_FALSE(terminal.echoes());
    terminal.type("hunter2\n");
    ASSERT_TRUE(terminal.shows("The same again: ")) << terminal.screen();
    ASSERT_FALSE(terminal.echoes());
    terminal.type("hunter3\n");
    EXPECT_EQ(terminal.wait(), EX_DATAERR);
    EXPECT_THAT(terminal.screen(), HasSubstr("odmrctl: the two passwords differ"));
    EXPECT_EQ(store().find_customer("bob"), std::nullopt);
}

TEST_F(odmrctl, leaves_the_terminal_as_it_was_when_interrupted)
{
    for (const auto& [keys, status] : {std::pair{"half\x03", 128 + SIGINT}, std::pair{"\x04", EX_DATAERR}}) {
        program_at_terminal terminal(command_line({"customer", "add", "bob"}));
        ASSERT_TRUE(terminal.shows("New password for bob: ")) << terminal.screen();
        ASSERT_FALSE(terminal.echoes());
        terminal.type(keys);
        EXPECT_EQ(terminal.wait(), status) << terminal.screen();
        EXPECT_TRUE(terminal.echoes());
        EXPECT_THAT(terminal.screen(), Not(HasSubstr("half")));
    }
    EXPECT_EQ(store().find_customer("bob"), std::nullopt);
}

TEST_F(odmrctl, refuses_a_taken_name_before_anybody_types_a_password)
{
    EXPECT_EQ(done({"customer", "add", "bob"}, "secret\n"), "customer bob added\n");
    program_at_terminal terminal(command_line({"customer", "add", "bob"}));
    EXPECT_EQ(terminal.wait(), EX_DATAERR);
    EXPECT_THAT(terminal.screen(),
                AllOf(HasSubstr("there is a customer bob already"), Not(HasSubstr("password"))));
}

}  // namespace
}  // namespace odmr::test
