// help - what odmrctl says about itself, made from the table of commands.
#pragma once

#include <string>
#include <vector>

namespace odmr::ctl
{

/// For no words everything in short; for the words of a command all about it; for "customer" its commands.
/// Throws bad_usage when the words name none.
std::string help_text(const std::vector<std::string>& words);

}  // namespace odmr::ctl
