// odmrctl_program - the real odmrctl with a configuration and a database of the test's own.
#pragma once

#include "store/customer_store.hpp"
#include "support/child_process.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <sysexits.h>

#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace odmr::test
{

using words = std::vector<std::string>;

class odmrctl_program : public testing::Test
{
protected:
    odmrctl_program()
    {
        write_file(config_, "hostname = relay.example.net\ndatabase = " + database_ + "\nlinger = 7s\n");
    }

    [[nodiscard]] words command_line(const words& command) const
    {
        words all{built_program("odmrctl"), "--config", config_};
        all.insert(all.end(), command.begin(), command.end());
        return all;
    }

    [[nodiscard]] command_result run(const words& command, const std::string& input = {}) const
    {
        return run_command({.arguments = command_line(command), .input = input});
    }

    /// Must succeed; the answer is what it wrote.
    [[nodiscard]] std::string done(const words& command, const std::string& input = {}) const
    {
        const auto result = run(command, input);
        EXPECT_EQ(result.status, EX_OK) << result.error;
        EXPECT_EQ(result.error, "");
        return result.output;
    }

    /// Must fail with that status and write nothing but one line of message; the answer is the message.
    [[nodiscard]] std::string failure(int status, const words& command, const std::string& input = {}) const
    {
        const auto message = failure_in_lines(status, command, input);
        EXPECT_EQ(message.find('\n'), message.size() - 1) << message;
        return message;
    }

    /// The same, but the message may have several lines.
    [[nodiscard]] std::string failure_in_lines(int status, const words& command,
                                               const std::string& input = {}) const
    {
        const auto result = run(command, input);
        EXPECT_EQ(result.status, status) << result.error;
        EXPECT_EQ(result.output, "");
        EXPECT_THAT(result.error, testing::StartsWith("odmrctl: "));
        EXPECT_THAT(result.error, testing::EndsWith("\n"));
        return result.error;
    }

    [[nodiscard]] customer_store store() const
    {
        return customer_store(database_, customer_store::open_mode::must_exist);
    }

    temp_dir directory_;
    std::string config_ = directory_.path() / "odmr.conf";
    std::string database_ = directory_.path() / "customers.db";
};

}  // namespace odmr::test
