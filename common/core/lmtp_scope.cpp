#include "core/lmtp_scope.hpp"

#include "core/acceptance.hpp"

#include <utility>

namespace odmr
{

namespace
{

class one_domain final : public lmtp_scope
{
public:
    one_domain(std::string domain, const presence& online) : domain_(std::move(domain)), online_(online) {}

    [[nodiscard]] bool includes(std::string_view domain) const override { return domain == domain_; }
    [[nodiscard]] std::optional<capabilities> offers() const override { return online_.offers(domain_); }
    [[nodiscard]] bool broken(const capabilities& offered) const override { return offers() != offered; }

private:
    std::string domain_;
    const presence& online_;
};

class all_domains final : public lmtp_scope
{
public:
    all_domains(const presence& online, const settings& config) : online_(online), config_(config) {}

    [[nodiscard]] bool includes(std::string_view /*domain*/) const override { return true; }

    /// While nobody is online there is nobody to promise for. What is not offered the MTA does by itself, as
    /// the reports that RFC 3461 5.2.2 asks for.
    [[nodiscard]] std::optional<capabilities> offers() const override
    {
        capabilities all = online_.offered_by_all().value_or(capabilities{});
        all.size = true;  // so that it is declared: each customer has a limit of his own
        all.size_limit = config_.lmtp_size_limit;
        return promise_to_mta(all, config_.eight_bit);
    }

    /// A promise that could be better now still holds.
    [[nodiscard]] bool broken(const capabilities& offered) const override
    {
        return both(offered, *offers()) != offered;
    }

private:
    const presence& online_;
    const settings& config_;
};

}  // namespace

std::unique_ptr<lmtp_scope> scope_of(const std::string& domain, const presence& online,
                                     const settings& config)
{
    if (domain.empty())
        return std::make_unique<all_domains>(online, config);
    return std::make_unique<one_domain>(domain, online);
}

}  // namespace odmr
