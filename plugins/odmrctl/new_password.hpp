// new_password - how odmrctl is given a password: never as an argument, which every user of the machine could
// see.
#pragma once

#include <string>
#include <string_view>

namespace odmr::ctl
{

/// From the terminal, asked twice and not echoed, or one line of standard input when that is no terminal.
/// Throws bad_data when there is none or the two differ. Whether it is a good password is not judged here.
std::string read_new_password(std::string_view customer);

}  // namespace odmr::ctl
