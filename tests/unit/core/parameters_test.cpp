#include "core/parameters.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

using namespace odmr;
using namespace std::chrono_literals;

namespace
{

const parameter& row(std::string_view name)
{
    const auto* const found = find_parameter(name);
    if (found == nullptr)
        throw std::logic_error("no parameter " + std::string(name));
    return *found;
}

/// The keys check_settings() complains about when the defaults are changed like this.
std::vector<std::string> conflicts_with(const std::vector<std::pair<std::string, std::string>>& changes)
{
    auto changed = default_settings();
    for (const auto& [name, value] : changes)
        EXPECT_EQ(set_parameter(changed, name, value), std::nullopt) << name;
    std::vector<std::string> keys;
    for (const auto& found : check_settings(changed))
        keys.emplace_back(found.key);
    return keys;
}

using keys = std::vector<std::string>;

}  // namespace

TEST(parameters, every_row_is_complete)
{
    std::set<std::string_view> names;
    for (const auto& p : parameters()) {
        EXPECT_TRUE(names.insert(p.name).second) << p.name << " stands twice";
        EXPECT_EQ(p.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), std::string_view::npos)
            << p.name;
        EXPECT_FALSE(p.section.empty()) << p.name;
        EXPECT_GT(p.text.size(), 40U) << p.name;
        EXPECT_EQ(p.text.back(), '.') << p.name;
        EXPECT_EQ(p.text.find("  "), std::string_view::npos) << p.name;
        EXPECT_FALSE(expected_value(p).empty()) << p.name;
    }
}

TEST(parameters, no_member_is_filled_twice)
{
    for (std::size_t i = 0; i < parameters().size(); ++i) {
        for (std::size_t k = 0; k < i; ++k)
            EXPECT_NE(parameters()[i].member, parameters()[k].member) << parameters()[i].name;
    }
}

TEST(parameters, sections_are_not_torn_apart)
{
    std::vector<std::string_view> order;
    for (const auto& p : parameters()) {
        if (order.empty() || order.back() != p.section)
            order.push_back(p.section);
    }
    EXPECT_EQ(std::set<std::string_view>(order.begin(), order.end()).size(), order.size());
}

TEST(parameters, every_default_is_valid_and_written_as_it_stands_in_the_table)
{
    const auto defaults = default_settings();
    for (const auto& p : parameters())
        EXPECT_EQ(format_parameter(defaults, p), p.default_value) << p.name;
    EXPECT_TRUE(check_settings(defaults).empty());
}

TEST(parameters, defaults_reach_their_members)
{
    const auto d = default_settings();
    EXPECT_EQ(d.hostname, "");
    EXPECT_EQ(d.listen, (std::vector<endpoint_setting>{{"0.0.0.0", 366}, {"::", 366}}));
    EXPECT_EQ(d.linger, 5s);
    EXPECT_EQ(d.tls_minimum_version, tls_version::tls1_2);
    EXPECT_FALSE(d.require_tls);
    EXPECT_TRUE(d.cram_md5);
    EXPECT_EQ(d.max_line, 12288U);
    EXPECT_EQ(d.data_done_timeout, 10min);
    EXPECT_EQ(d.content_buffer, 262144U);
    EXPECT_EQ(d.log_to, log_target::syslog);
    EXPECT_EQ(d.log_level_, log_level::info);
}

TEST(parameters, each_type_takes_its_values)
{
    settings s;
    EXPECT_EQ(set_parameter(s, "banner", "mail for you"), std::nullopt);
    EXPECT_EQ(set_parameter(s, "hostname", "mx.example.net"), std::nullopt);
    EXPECT_EQ(set_parameter(s, "tls_key", "/etc/ssl/key.pem"), std::nullopt);
    EXPECT_EQ(set_parameter(s, "require_tls", "yes"), std::nullopt);
    EXPECT_EQ(set_parameter(s, "max_errors", "7"), std::nullopt);
    EXPECT_EQ(set_parameter(s, "max_line", "2K"), std::nullopt);
    EXPECT_EQ(set_parameter(s, "session_limit", "1d"), std::nullopt);
    EXPECT_EQ(set_parameter(s, "listen", "[::1]:0"), std::nullopt);
    EXPECT_EQ(set_parameter(s, "tls_minimum_version", "TLSv1.3"), std::nullopt);
    EXPECT_EQ(set_parameter(s, "postfix_map_type", "cdb"), std::nullopt);
    EXPECT_EQ(set_parameter(s, "log_to", "stderr"), std::nullopt);
    EXPECT_EQ(set_parameter(s, "log_level", "error"), std::nullopt);
    EXPECT_EQ(s.banner, "mail for you");
    EXPECT_EQ(s.hostname, "mx.example.net");
    EXPECT_EQ(s.tls_key, "/etc/ssl/key.pem");
    EXPECT_TRUE(s.require_tls);
    EXPECT_EQ(s.max_errors, 7U);
    EXPECT_EQ(s.max_line, 2048U);
    EXPECT_EQ(s.session_limit, 24h);
    EXPECT_EQ(s.listen, (std::vector<endpoint_setting>{{"::1", 0}}));
    EXPECT_EQ(s.tls_minimum_version, tls_version::tls1_3);
    EXPECT_EQ(s.postfix_map_type, "cdb");
    EXPECT_EQ(s.log_to, log_target::stderr_stream);
    EXPECT_EQ(s.log_level_, log_level::error);
}

TEST(parameters, every_choice_reads_back)
{
    for (const auto& [name, words] :
         {std::pair<std::string, std::vector<std::string>>{"tls_minimum_version", {"TLSv1.2", "TLSv1.3"}},
          {"log_to", {"stderr", "syslog"}},
          {"log_level", {"debug", "info", "warning", "error"}},
          {"postfix_map_type", {"hash", "lmdb", "btree", "cdb"}}}) {
        for (const auto& word : words) {
            auto s = default_settings();
            EXPECT_EQ(set_parameter(s, name, word), std::nullopt);
            EXPECT_EQ(format_parameter(s, row(name)), word);
        }
    }
}

TEST(parameters, what_is_wrong_is_said_with_what_is_expected)
{
    auto s = default_settings();
    EXPECT_EQ(set_parameter(s, "linger", "5"),
              "\"5\" is not valid; expected a duration from 0 to 365d, such as 30s, 5min, 2h");
    EXPECT_EQ(set_parameter(s, "linger", "366d"),
              "\"366d\" is out of range; expected a duration from 0 to 365d, such as 30s, 5min, 2h");
    EXPECT_EQ(set_parameter(s, "max_line", "100"),
              "\"100\" is out of range; expected a size from 512 to 64K octets, such as 4096, 64K, 10M");
    EXPECT_EQ(set_parameter(s, "max_sessions", "0"),
              "\"0\" is out of range; expected a number from 1 to 100000");
    EXPECT_EQ(set_parameter(s, "cram_md5", "true"), "\"true\" is not valid; expected yes or no");
    EXPECT_EQ(set_parameter(s, "log_level", "loud"),
              "\"loud\" is not valid; expected debug, info, warning or error");
    EXPECT_EQ(set_parameter(s, "listen", "localhost:366"),
              "\"localhost:366\" is not valid; expected numeric addresses with ports such as 127.0.0.1:366, "
              "[::1]:366, or nothing");
    EXPECT_EQ(set_parameter(s, "database", ""), "\"\" is not valid; expected an absolute path");
    EXPECT_EQ(set_parameter(s, "tls_key", "key.pem"),
              "\"key.pem\" is not valid; expected an absolute path, or nothing");
    EXPECT_EQ(set_parameter(s, "max_sesions", "5"),
              "there is no parameter of this name; odmrd --print-config lists them all");
}

TEST(parameters, a_refused_value_changes_nothing)
{
    auto s = default_settings();
    for (const auto* name : {"linger", "listen", "max_line", "log_to", "cram_md5", "database", "max_errors"})
        EXPECT_TRUE(set_parameter(s, name, "#")) << name;
    for (const auto& p : parameters())
        EXPECT_EQ(format_parameter(s, p), p.default_value) << p.name;
}

TEST(parameters, texts_cannot_carry_what_would_forge_a_reply_or_a_comment)
{
    auto s = default_settings();
    for (const auto* wrong : {"a\r\n250 ok", "a\tb", "a # b", " a", "a ", "caf\xc3\xa9", "\x7f"})
        EXPECT_TRUE(set_parameter(s, "banner", wrong)) << wrong;
    EXPECT_TRUE(set_parameter(s, "banner", std::string(201, 'x')));
    EXPECT_FALSE(set_parameter(s, "banner", std::string(200, 'x')));
    EXPECT_TRUE(set_parameter(s, "hostname", "two words"));
    EXPECT_TRUE(set_parameter(s, "socket_dir", "/a\nb"));
}

TEST(parameters, combinations_that_cannot_work_are_named)
{
    EXPECT_EQ(conflicts_with({{"listen", ""}}), keys{"listen"});
    EXPECT_EQ(conflicts_with({{"tls_certificate", "/c"}}), keys{"tls_certificate"});
    EXPECT_EQ(conflicts_with({{"tls_key", "/k"}}), keys{"tls_key"});
    EXPECT_EQ(conflicts_with({{"listen_tls", "127.0.0.1:1"}}), keys{"listen_tls"});
    EXPECT_EQ(conflicts_with({{"require_tls", "yes"}}), keys{"require_tls"});
    EXPECT_EQ(conflicts_with({{"auth_delay", "2min"}}), keys{"auth_delay"});
    EXPECT_EQ(conflicts_with({{"session_limit", "1min"}, {"linger", "2min"}}), keys{"linger"});
    EXPECT_EQ(conflicts_with({{"mail_system", "sendmail"}, {"sendmail_control", ""}}),
              keys{"sendmail_control"});
    EXPECT_EQ(conflicts_with({{"mail_system", "sendmail"}, {"sendmail_control", "127.0.0.1:1, [::1]:1"}}),
              keys{"sendmail_control"});
    EXPECT_EQ(conflicts_with({{"tls_key", "/k"}, {"auth_delay", "2min"}}), (keys{"tls_key", "auth_delay"}));
}

TEST(parameters, combinations_that_work_are_left_alone)
{
    EXPECT_EQ(conflicts_with({{"tls_certificate", "/c"},
                              {"tls_key", "/k"},
                              {"listen", ""},
                              {"listen_tls", "127.0.0.1:1"},
                              {"require_tls", "yes"}}),
              keys{});
    EXPECT_EQ(conflicts_with({{"linger", "365d"}}), keys{}) << "no session_limit, no conflict";
    EXPECT_EQ(conflicts_with({{"session_limit", "1min"}, {"linger", "1min"}}), keys{});
    EXPECT_EQ(conflicts_with({{"auth_delay", "1min"}}), keys{});
}
