// etrn_caller - says ETRN when the time has come, for one domain after the other, and again when that failed.
#pragma once

#include "core/settings.hpp"
#include "net/asio.hpp"
#include "net/wake.hpp"
#include "sendmail/say_etrn.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace odmr::sendmail
{

class etrn_caller
{
public:
    using clock = std::chrono::steady_clock;

    /// current: gives the settings in force.
    etrn_caller(const asio::any_io_executor& executor, std::function<const settings&()> current);

    /// Begins.
    void start();

    /// Has Sendmail asked to hand over the domain's mail at that time; what was wanted before is done at the
    /// earlier time of the two.
    void want(const std::string& domain, clock::time_point when);
    /// Not any more.
    void forget(const std::string& domain);

private:
    awaitable<void> call_when_due();
    [[nodiscard]] std::vector<std::string> due(clock::time_point now) const;
    void conclude(const std::vector<std::string>& domains, const etrn_result& result);

    asio::any_io_executor executor_;
    std::function<const settings&()> current_;
    std::map<std::string, clock::time_point, std::less<>> wanted_;
    std::vector<std::string> under_way_;
    wake_event changed_;
    bool fails_ = false;  ///< and that has been logged
};

}  // namespace odmr::sendmail
