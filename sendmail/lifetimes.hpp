// lifetimes - times as sendmail.cf has them.
#pragma once

#include "core/settings.hpp"

#include <optional>
#include <string_view>

namespace odmr::sendmail
{

/// "5d", "1h30m": numbers and w, d, h, m or s. plain: the unit of a number without one. nullopt when it is
/// none.
std::optional<seconds> parse_time(std::string_view text, seconds plain);

}  // namespace odmr::sendmail
