// refusal_of - what the customer database refuses a request with, for tests.
#pragma once

#include "store/customer_store.hpp"

#include <string>

namespace odmr
{

/// "" when it is not refused.
template <class Request>
std::string refusal_of(Request request)
{
    try {
        request();
    } catch (const store_refusal& refusal) {
        return refusal.what();
    }
    return "";
}

}  // namespace odmr
