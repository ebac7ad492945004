// fake_route - a customer's session that does nothing; the test says what it offers and how busy it is.
#pragma once

#include "core/presence.hpp"

#include <memory>
#include <string>
#include <utility>

namespace odmr::test
{

class fake_route : public mail_route
{
public:
    explicit fake_route(std::string customer) : customer_(std::move(customer)) {}

    [[nodiscard]] const std::string& customer() const override { return customer_; }
    [[nodiscard]] const capabilities& offers() const override { return can; }
    [[nodiscard]] std::uint64_t load() const override { return busy; }
    void probe() override {}
    void submit(std::shared_ptr<transaction>) override {}

    capabilities can;
    std::size_t busy = 0;

private:
    std::string customer_;
};

/// Hears of who comes and goes, and does nothing.
struct nobody_listens : presence::listener {
    void domain_online(const std::string&) override {}
    void domain_offline(const std::string&) override {}
    void routes_changed(const std::string&) override {}
};

}  // namespace odmr::test
