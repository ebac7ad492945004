// story - how the demo tells what it does: chapters, explanations, and commands with what they print.
#pragma once

#include "support/child_process.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace odmr::demo
{

/// A heading: "1. Mail comes in".
void chapter(std::string_view title);

/// A paragraph, broken into lines where it must be.
void tell(std::string_view text);

/// Lines as they are, indented.
void show(std::string_view lines);

/// The command as a person would type it, without running it.
void show_command(const std::vector<std::string>& words);

/// Shows the command, runs it, and shows what it prints. Throws std::runtime_error when it fails.
void run(const test::program& command);

/// One line of a check, and whether it holds; returns that.
bool check(std::string_view what, bool holds);

/// Long directory names make poor reading: wherever this path stands, the story says this instead.
void call_it(const std::string& path, const std::string& instead);

}  // namespace odmr::demo
