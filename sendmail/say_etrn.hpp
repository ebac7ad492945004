// say_etrn - has the dialogue of etrn_dialogue with Sendmail's control port.
#pragma once

#include "core/settings.hpp"
#include "net/asio.hpp"
#include "sendmail/etrn_dialogue.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace odmr::sendmail
{

struct etrn_result {
    std::vector<etrn_answer> answers;
    std::string problem;  ///< why there is not an answer for each domain; empty when there is
};

/// where: an address and a port. name: ours. limit: for all of it.
awaitable<etrn_result> say_etrn(endpoint_setting where, std::string name, std::vector<std::string> domains,
                                std::chrono::steady_clock::duration limit);

}  // namespace odmr::sendmail
