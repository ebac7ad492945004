#include "config/read_settings.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

using namespace odmr;
using namespace std::chrono_literals;

namespace
{

using words = std::vector<std::string>;

command_line parse(const words& arguments)
{
    std::vector<const char*> argv = {"odmrd"};
    for (const auto& argument : arguments)
        argv.push_back(argument.c_str());
    return read_command_line(static_cast<int>(argv.size()), argv.data(), {{"json"}, {"print-config", true}});
}

/// What parse() or the read complains about; empty when it does not.
template <class Action>
std::string complaint(Action action)
{
    try {
        action();
    } catch (const config_error& error) {
        return error.what();
    }
    return {};
}

class configuration_file : public testing::Test
{
protected:
    settings read(std::string_view content, const words& options = {})
    {
        test::write_file(file_, content);
        auto line = parse(options);
        line.config_file = file_;
        return read_settings(line);
    }

    /// The complaint without the name of the directory.
    std::string complaint_about(std::string_view content, const words& options = {})
    {
        auto text = complaint([&] { read(content, options); });
        const auto where = dir_.path().string() + "/";
        for (auto at = text.find(where); at != std::string::npos; at = text.find(where))
            text.erase(at, where.size());
        return text;
    }

    test::temp_dir dir_;
    std::string file_ = dir_.path() / "odmr.conf";
};

}  // namespace

TEST_F(configuration_file, an_empty_file_means_the_defaults)
{
    EXPECT_EQ(read("").linger, 5s);
    EXPECT_EQ(read("\n# nothing here\n   \n").max_line, 12288U);
}

TEST_F(configuration_file, values_comments_and_blanks)
{
    const auto s = read(
        "# first\n"
        "linger = 1h\n"
        "\tmax_line=2K   # a comment behind\r\n"
        "  banner =  mail for = you  \n"
        "listen=\n"
        "listen_tls = 127.0.0.1:1\n"
        "tls_certificate = /c.pem\n"
        "tls_key = /k.pem");
    EXPECT_EQ(s.linger, 1h);
    EXPECT_EQ(s.max_line, 2048U);
    EXPECT_EQ(s.banner, "mail for = you");
    EXPECT_TRUE(s.listen.empty());
    EXPECT_EQ(s.tls_key, "/k.pem");
}

TEST_F(configuration_file, errors_name_file_line_and_key)
{
    EXPECT_EQ(
        complaint_about("\n# x\nlinger = 5\n"),
        "odmr.conf:3: linger: \"5\" is not valid; expected a duration from 0 to 365d, such as 30s, 5min, 2h");
    EXPECT_EQ(complaint_about("max_line = 1K\nmax_errors = 0\n"),
              "odmr.conf:2: max_errors: \"0\" is out of range; expected a number from 1 to 100000");
    EXPECT_EQ(complaint_about("linger = 1s\nligner = 1s\n"),
              "odmr.conf:2: ligner: there is no parameter of this name; odmrd --print-config lists them all");
    EXPECT_EQ(complaint_about("linger = 1s\n\nlinger = 1s\n"),
              "odmr.conf:3: linger: is set twice, first at odmr.conf:1: linger; expected once");
}

TEST_F(configuration_file, lines_that_assign_nothing_are_refused)
{
    EXPECT_EQ(complaint_about("linger = 1s\nlinger 2s\n"),
              "odmr.conf:2: \"linger 2s\" is not an assignment; expected key = value");
    EXPECT_EQ(complaint_about("[odmrd]\n"),
              "odmr.conf:1: \"[odmrd]\" is not an assignment; expected key = value");
    EXPECT_EQ(complaint_about("[odmrd=1]\n"),
              "odmr.conf:1: \"[odmrd=1]\" is not an assignment; expected key = value");
    EXPECT_EQ(complaint_about("= 5s\n"), "odmr.conf:1: \"= 5s\" is not an assignment; expected key = value");
}

TEST_F(configuration_file, impossible_combinations_name_the_place_of_the_key)
{
    EXPECT_EQ(complaint_about("linger = 1s\ntls_key = /k\n"),
              "odmr.conf:2: tls_key: there is a key but no certificate; expected tls_certificate to be set "
              "as well");
    EXPECT_EQ(complaint_about("auth_delay_max = 0\n"),
              "odmr.conf: auth_delay: it is longer than auth_delay_max; expected at most 0");
    EXPECT_EQ(
        complaint_about("tls_key = /k\n", {"--tls_key=", "--require_tls=yes"}),
        "option --require_tls: TLS cannot be required without a certificate; expected tls_certificate and "
        "tls_key to be set as well");
}

TEST_F(configuration_file, options_override_the_file)
{
    const auto s = read("linger = 1h\nmax_errors = 5\nlisten = 127.0.0.1:366\n",
                        {"--linger=2h", "--log_to", "stderr", "--listen=", "--listen_tls=[::1]:0",
                         "--tls_certificate=/c", "--tls_key=/k"});
    EXPECT_EQ(s.linger, 2h);
    EXPECT_EQ(s.max_errors, 5U);
    EXPECT_EQ(s.log_to, log_target::stderr_stream);
    EXPECT_TRUE(s.listen.empty());
    EXPECT_EQ(s.listen_tls, (std::vector<endpoint_setting>{{"::1", 0}}));
}

TEST_F(configuration_file, options_are_judged_like_lines)
{
    EXPECT_EQ(complaint_about("", {"--max_line=100"}),
              "option --max_line: \"100\" is out of range; expected a size from 512 to 64K octets, such as "
              "4096, 64K, 10M");
    EXPECT_EQ(complaint_about("", {"--linger=1s", "--linger=1s"}),
              "option --linger: is set twice, first at option --linger; expected once");
}

TEST_F(configuration_file, a_file_that_cannot_be_read_is_an_error)
{
    command_line line;
    line.config_file = dir_.path() / "none.conf";
    EXPECT_EQ(complaint([&] { read_settings(line); }),
              line.config_file + ": cannot be read: No such file or directory");
    line.config_file = dir_.path();
    EXPECT_NE(complaint([&] { read_settings(line); }).find(": cannot be read"), std::string::npos);
}

TEST(command_line, the_default_file_is_used_unless_another_is_named)
{
    EXPECT_EQ(parse({}).config_file, default_config_file);
    EXPECT_EQ(parse({"--config", "/a"}).config_file, "/a");
    EXPECT_EQ(parse({"--config=/b"}).config_file, "/b");
}

TEST(command_line, the_programs_own_options_are_told_from_parameters)
{
    const auto line = parse({"--json", "--linger", "5s", "--print-config"});
    EXPECT_TRUE(line.has("json"));
    EXPECT_TRUE(line.has("print-config"));
    EXPECT_EQ(line.options.at("print-config"), "");
    EXPECT_EQ(line.overrides, (std::vector<std::pair<std::string, std::string>>{{"linger", "5s"}}));
    EXPECT_EQ(parse({"--print-config=changed"}).options.at("print-config"), "changed");
    EXPECT_FALSE(parse({}).has("json"));
}

TEST(command_line, an_option_that_may_have_a_value_takes_no_word_behind_it)
{
    const auto line = parse({"--print-config", "changed"});
    EXPECT_EQ(line.options.at("print-config"), "");
    EXPECT_EQ(line.arguments, words{"changed"});
}

TEST(command_line, from_the_first_word_on_everything_is_left_to_the_program)
{
    EXPECT_EQ(parse({"--json", "customer", "add", "alice", "--linger=5s", "--unknown", "--", "-x"}).arguments,
              (words{"customer", "add", "alice", "--linger=5s", "--unknown", "--", "-x"}));
    EXPECT_EQ(parse({"--json", "--", "--linger=5s"}).arguments, words{"--linger=5s"});
    EXPECT_EQ(parse({"-x"}).arguments, words{"-x"});
    EXPECT_EQ(parse({""}).arguments, words{""});
    EXPECT_TRUE(parse({"--json", "--"}).arguments.empty());
    EXPECT_EQ(parse({"--linger", "--"}).overrides.at(0).second, "--") << "and the table refuses it";
}

TEST(command_line, what_is_unknown_or_incomplete_is_refused)
{
    for (const auto& wrong :
         {words{"--unknown"}, words{"--unknown="}, words{"--unknown=1"}, words{"--config"}, words{"--linger"},
          words{"--json=1"}, words{"--lin=5s"}, words{"--="}, words{"--=5"}}) {
        EXPECT_NE(complaint([&] { parse(wrong); }), "") << wrong.front();
    }
    EXPECT_NE(complaint([] { parse({"--unknown"}); }).find("'--unknown'"), std::string::npos);
}
