#include "config/print_settings.hpp"

#include "config/read_settings.hpp"
#include "core/parameters.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

using namespace odmr;
using namespace std::chrono_literals;

namespace
{

settings read_back(const std::string& text)
{
    const test::temp_dir dir;
    command_line line;
    line.config_file = dir.path() / "odmr.conf";
    test::write_file(line.config_file, text);
    return read_settings(line);
}

}  // namespace

TEST(print_settings, all_of_them_are_a_configuration_file)
{
    auto s = default_settings();
    s.linger = 90s;
    s.listen = {{"127.0.0.1", 2525}, {"::1", 2525}};
    s.tls_certificate = "/etc/ssl/odmr.pem";
    s.tls_key = "/etc/ssl/odmr.key";
    s.log_level_ = log_level::debug;
    const auto text = print_settings(s, which_settings::all);
    const auto again = read_back(text);
    for (const auto& row : parameters())
        EXPECT_EQ(format_parameter(again, row), format_parameter(s, row)) << row.name;
    EXPECT_EQ(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')), parameters().size());
}

TEST(print_settings, only_what_differs)
{
    auto s = default_settings();
    EXPECT_EQ(print_settings(s, which_settings::changed), "");
    s.linger = 60s;
    s.listen.clear();
    EXPECT_EQ(print_settings(s, which_settings::changed), "listen =\nlinger = 1min\n");
}

TEST(print_settings, the_example_file_changes_nothing_and_all_its_lines_work)
{
    const auto example = example_file();
    EXPECT_EQ(print_settings(read_back(example), which_settings::changed), "");

    std::string uncommented;
    std::istringstream lines(example);
    for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(line.size(), 78U) << line;
        if (line.size() > 1 && line[0] == '#' && line[1] != ' ')
            uncommented += line.substr(1) + "\n";
    }
    EXPECT_EQ(uncommented, print_settings(default_settings(), which_settings::all));
}

TEST(print_settings, the_manual_explains_every_parameter)
{
    const auto manual = manual_parameters();
    for (const auto& row : parameters())
        EXPECT_NE(manual.find(".BR " + std::string(row.name) + " "), std::string::npos) << row.name;
    EXPECT_NE(manual.find("RFC 5321"), std::string::npos);
    for (auto at = manual.find('-'); at != std::string::npos; at = manual.find('-', at + 1))
        EXPECT_EQ(manual[at - 1], '\\') << manual.substr(at - 20, 40);
}

TEST(print_settings, help_has_a_line_for_every_parameter)
{
    const auto help = parameter_help();
    EXPECT_EQ(static_cast<std::size_t>(std::count(help.begin(), help.end(), '\n')), parameters().size());
    EXPECT_NE(help.find("  --linger=5s "), std::string::npos);
    EXPECT_NE(help.find("  --listen='0.0.0.0:366, [::]:366' "), std::string::npos);
}
