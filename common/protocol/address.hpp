// address - mailboxes and paths of MAIL FROM and RCPT TO (RFC 5321 4.1.2, 4.1.3; RFC 6531 3.3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace odmr
{

struct address {
    std::string local;   ///< local part with quoting removed; empty together with domain for the null path
    std::string domain;  ///< as written; an address literal keeps its brackets; empty for "postmaster"
    std::string text;    ///< as it goes between < and >: local part as received, source route removed

    [[nodiscard]] bool null() const { return text.empty(); }
    friend bool operator==(const address&, const address&) = default;
};

enum class utf8 : bool { refused = false, allowed = true };

/// local@domain, or the bare word "postmaster" in any case (RFC 5321 4.5.1). nullopt when the syntax is
/// wrong, the local part is over 64 octets or the domain over 255 (RFC 5321 4.5.3.1). utf8::allowed admits
/// well-formed UTF-8 in both parts (RFC 6531); no octet below 0x20 or 0x7f ever.
std::optional<address> parse_mailbox(std::string_view text, utf8 eai);

struct path_and_rest {
    address path;
    std::string_view rest;  ///< what follows '>' and one or more spaces: the ESMTP parameters
};

/// "<path> parameters" as it follows "FROM:" or "TO:"; leading spaces are tolerated (RFC 2645 6 shows one).
/// A source route is accepted and ignored (RFC 5321 4.1.1.3, appendix C). The null path "<>" yields a null
/// address: the caller says where it is allowed.
std::optional<path_and_rest> parse_path(std::string_view argument, utf8 eai);

/// A domain as this system serves it: LDH labels of 1..63 octets, at least two of them, 253 octets at most
/// (RFC 1035 2.3.1, RFC 2645 5.2.1). Such a name is safe as a file name.
bool valid_domain(std::string_view domain);

}  // namespace odmr
