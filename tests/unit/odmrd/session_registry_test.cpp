// session_registry: sessions are counted by address and customer, and named once each.
#include "odmrd/session_registry.hpp"

#include <gtest/gtest.h>

#include <set>

namespace odmr
{
namespace
{

class quiet_session final : public session
{
public:
    quiet_session(std::string peer, std::string customer)
        : peer_(std::move(peer)), customer_(std::move(customer))
    {
    }
    [[nodiscard]] const std::string& peer_address() const override { return peer_; }
    [[nodiscard]] const std::string& customer() const override { return customer_; }
    [[nodiscard]] session_view view() const override { return {}; }
    void stop(std::string_view /*why*/) override {}
    void abort() override {}

private:
    std::string peer_;
    std::string customer_;
};

TEST(session_registry, counts_by_address_and_by_customer)
{
    session_registry registry;
    const auto first = std::make_shared<quiet_session>("192.0.2.1", "alice");
    const auto second = std::make_shared<quiet_session>("192.0.2.1", "bob");
    const auto third = std::make_shared<quiet_session>("192.0.2.2", "alice");
    for (const auto& s : {first, second, third})
        registry.add(s);
    EXPECT_EQ(registry.count(), 3U);
    EXPECT_EQ(registry.count_address("192.0.2.1"), 2U);
    EXPECT_EQ(registry.count_customer("alice"), 2U);
    registry.remove(*first);
    EXPECT_EQ(registry.count(), 2U);
    EXPECT_EQ(registry.count_address("192.0.2.1"), 1U);
    EXPECT_EQ(registry.count_customer("alice"), 1U);
    EXPECT_EQ(registry.count_customer("carol"), 0U);
}

TEST(session_registry, gives_every_session_a_name_of_its_own)
{
    session_registry registry;
    std::set<std::string> names;
    for (int i = 0; i < 5000; ++i)
        names.insert(registry.next_id());
    EXPECT_EQ(names.size(), 5000U);
}

}  // namespace
}  // namespace odmr
