#include "core/atrn_decision.hpp"

#include <algorithm>

namespace odmr
{

atrn_decision decide_atrn(const std::vector<std::string>& owned, const std::vector<std::string>& asked)
{
    if (owned.empty())
        return {reply(450, "4.7.1", "ATRN request refused"), {}, "customer has no domains"};
    for (const std::string& domain : asked)
        if (std::find(owned.begin(), owned.end(), domain) == owned.end())
            return {reply(450, "4.7.1", "ATRN request refused"), {}, "not the customer's: " + domain};
    return {reply(250, "2.0.0", "OK now reversing the connection"), asked.empty() ? owned : asked, {}};
}

void weigh_waiting_mail(atrn_decision& decision, std::optional<std::size_t> waiting, bool lingers)
{
    if (!decision.answer.positive() || lingers || !waiting || *waiting > 0)
        return;
    decision = {reply(453, "4.0.0", "You have no mail"), {}, "no mail"};
}

}  // namespace odmr
