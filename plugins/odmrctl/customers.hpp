// customers - the commands "odmrctl customer ...".
#pragma once

#include "odmrctl/command.hpp"

namespace odmr::ctl
{

void add_customer(invocation& call);
void remove_customer(invocation& call);
void list_customers(invocation& call);
void show_customer(invocation& call);
void change_password(invocation& call);
void enable_customer(invocation& call);
void disable_customer(invocation& call);
void set_customer(invocation& call);

}  // namespace odmr::ctl
