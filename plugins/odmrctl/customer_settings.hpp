// customer_settings - what a customer may have instead of a configured default: given as options, stored,
// and shown. The one table of them is in customer_settings.cpp.
#pragma once

#include "odmrctl/command.hpp"
#include "store/customer_store.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace odmr::ctl
{

/// The values of the options that are given; "default" is nullopt. Throws bad_data.
customer given_settings(const invocation& call);

/// Stores, of such values, those that are given. Throws store_refusal.
void store_settings(const invocation& call, customer_store& store, const std::string& name,
                    const customer& values);

/// The names of the options, and which values the customer has, for people.
std::vector<std::pair<std::string, std::string>> shown_settings(const customer& who, const settings& config);

/// The same as members of an object, for programs: a number, or null for the default.
void add_settings(nlohmann::ordered_json& object, const customer& who);

}  // namespace odmr::ctl
