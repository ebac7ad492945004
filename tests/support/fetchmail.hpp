// fetchmail - one run of the real fetchmail as an ODMR customer.
#pragma once

#include "support/child_process.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace odmr::test
{

struct fetchmail_poll {
    std::uint16_t odmr_port = 0;
    std::string user;
    std::string password;
    std::string domains;          ///< "example.org,example.com"
    std::uint16_t smtp_port = 0;  ///< of the customer's own mail server on loopback
    /// Of provider.example.net; when it is given odmr_port is one with TLS from the first octet. (In this
    /// mode fetchmail knows nothing of STARTTLS.)
    std::filesystem::path trusted_certificate = {};
};

/// What goes into its fetchmailrc.
std::string fetchmailrc(const fetchmail_poll& poll);

/// Polls once, in a home directory of its own. Its exit status is 0 also when there was no mail.
command_result run_fetchmail(const fetchmail_poll& poll);

}  // namespace odmr::test
