// intake_fixture - a mail_intake with a real ledger and a real database around it, and customers that the
// test writes down.
#pragma once

#include "odmrd/mail_intake.hpp"
#include "store/customer_store.hpp"
#include "support/temp_dir.hpp"
#include "support/wait.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace odmr::test
{

class intake_fixture : public ::testing::Test, private customer_directory, private presence::listener
{
protected:
    /// alice has example.org; a list of recipients, which names only ann.
    std::map<std::string, customer_view, std::less<>> domains_{
        {"example.org", {.name = "alice", .has_recipient_list = true}}};
    bool can_hold_ = true;
    std::vector<arrival> told_;  ///< the mail system was

    temp_dir folder_;
    std::string path_ = folder_.path() / "customers.db";
    customer_store customers_{path_, customer_store::open_mode::create};
    hold_store holds_{path_};
    ledger ledger_;
    presence presence_{*this};
    mail_intake intake_{{*this, presence_, ledger_, [this](const std::string&) { return can_hold_; },
                         [this](const arrival& message) { told_.push_back(message); }, holds_}};

private:
    [[nodiscard]] owner owner_of(std::string_view domain) const override
    {
        const auto found = domains_.find(domain);
        return found == domains_.end() ? owner{} : owner{known::yes, found->second};
    }
    [[nodiscard]] known has_recipient(std::string_view local, std::string_view) const override
    {
        return local == "ann" ? known::yes : known::no;
    }
    void domain_online(const std::string&) override {}
    void domain_offline(const std::string&) override {}
    void routes_changed(const std::string&) override {}
};

}  // namespace odmr::test
