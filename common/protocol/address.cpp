// address - mailboxes and paths (RFC 5321 4.1.2, 4.1.3; RFC 6531 3.3).
#include "protocol/address.hpp"

#include "protocol/ascii.hpp"
#include "protocol/command.hpp"
#include "protocol/encoding.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <utility>

namespace odmr
{

namespace
{

constexpr std::size_t max_local = 64;    // octets, RFC 5321 4.5.3.1.1
constexpr std::size_t max_domain = 255;  // octets, RFC 5321 4.5.3.1.2
constexpr std::size_t max_label = 63;    // octets, RFC 1035 2.3.4
constexpr std::size_t max_name = 253;    // octets: what the 255 of RFC 1035 2.3.4 leave for the text form

bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// RFC 6531 3.3 adds UTF-8; valid_octets has seen to it that it is allowed and well-formed.
bool is_atext(char c)
{
    constexpr std::string_view others = "!#$%&'*+-/=?^_`{|}~";  // RFC 5322 3.2.3
    return is_let_dig(c) || is_utf8(c) || others.find(c) != std::string_view::npos;
}

/// True when every part of text between separators is accepted; an empty text is one empty part.
template <class Accept>
bool every_part(std::string_view text, char separator, Accept accept)
{
    while (true) {
        const std::size_t end = text.find(separator);
        if (!accept(text.substr(0, end)))
            return false;
        if (end == std::string_view::npos)
            return true;
        text.remove_prefix(end + 1);
    }
}

bool valid_atom(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), is_atext);
}

/// RFC 5321 4.1.2: sub-domain = Let-dig [Ldh-str]; RFC 6531 3.3 adds U-label.
/// "_" is in no host name, but in sender domains of real mail: refusing it here would bounce that mail.
bool valid_sub_domain(std::string_view text)
{
    const auto inside = [](char c) { return is_let_dig(c) || is_utf8(c) || c == '-' || c == '_'; };
    return !text.empty() && text.front() != '-' && text.back() != '-' &&
           std::all_of(text.begin(), text.end(), inside);
}

bool valid_ipv4(std::string_view text)
{
    const auto valid_octet = [](std::string_view digits) {
        const char* const end = digits.data() + digits.size();
        unsigned value = 0;
        const auto [stop, error] = std::from_chars(digits.data(), end, value);
        return digits.size() <= 3 && error == std::errc() && stop == end && value <= 255;
    };
    return std::count(text.begin(), text.end(), '.') == 3 && every_part(text, '.', valid_octet);
}

/// Adds the 16-bit groups of "1:2:3" to count; an IPv4 address in last place makes two. "" has none.
bool count_groups(std::string_view text, bool ipv4_last, int& count)
{
    if (text.empty())
        return true;
    const char* const end = text.data() + text.size();
    return every_part(text, ':', [&](std::string_view part) {
        const bool ipv4 = ipv4_last && part.data() + part.size() == end && valid_ipv4(part);
        count += ipv4 ? 2 : 1;
        return ipv4 || (!part.empty() && part.size() <= 4 && std::all_of(part.begin(), part.end(), is_hex));
    });
}

/// RFC 5321 4.1.3: eight groups, or "::" once in place of two or more of them.
bool valid_ipv6(std::string_view text)
{
    int count = 0;
    const std::size_t gap = text.find("::");
    if (gap == std::string_view::npos)
        return count_groups(text, true, count) && count == 8;
    return count_groups(text.substr(0, gap), false, count) &&
           count_groups(text.substr(gap + 2), true, count) && count <= 6;
}

/// RFC 5321 4.1.3: [IPv4], [IPv6:...] or [tag:...].
bool valid_address_literal(std::string_view text)
{
    if (text.size() < 2 || text.front() != '[' || text.back() != ']')
        return false;
    text = text.substr(1, text.size() - 2);
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos)
        return valid_ipv4(text);
    const std::string_view tag = text.substr(0, colon);
    const std::string_view value = text.substr(colon + 1);
    if (equal_no_case(tag, "IPv6"))
        return valid_ipv6(value);
    const auto in_tag = [](char c) { return is_let_dig(c) || c == '-'; };
    const auto in_value = [](char c) { return c >= '!' && c <= '~' && c != '[' && c != '\\' && c != ']'; };
    return !tag.empty() && tag.back() != '-' && std::all_of(tag.begin(), tag.end(), in_tag) &&
           !value.empty() && std::all_of(value.begin(), value.end(), in_value);
}

bool valid_host(std::string_view text)
{
    return text.size() <= max_domain &&
           (valid_address_literal(text) || every_part(text, '.', valid_sub_domain));
}

/// Takes a quoted string off the front of text and appends what it stands for to value (RFC 5321 4.1.2:
/// qtextSMTP, quoted-pairSMTP). False when text does not begin with a whole one.
bool take_quoted(std::string_view& text, std::string& value)
{
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            text.remove_prefix(i + 1);
            return true;
        }
        const bool pair = text[i] == '\\';
        if (pair && ++i == text.size())
            return false;
        if (is_control(text[i]) || (pair && is_utf8(text[i])))
            return false;
        value += text[i];
    }
    return false;
}

/// Takes the local part off the front of text: a quoted string or a dot-string. False when there is none.
bool take_local(std::string_view& text, std::string& value)
{
    if (text.starts_with('"'))
        return take_quoted(text, value);
    value = text.substr(0, text.find('@'));
    text.remove_prefix(value.size());
    return every_part(value, '.', valid_atom);
}

/// Where the '>' stands that ends a path, outside of quoted strings; npos when there is none.
std::size_t find_path_end(std::string_view text)
{
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (quoted && text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (text[i] == '>' && !quoted)
            return i;
    }
    return std::string_view::npos;
}

/// Takes "@a,@b:" off the front of text, if it is there. False when it is wrong.
bool skip_source_route(std::string_view& text)
{
    if (!text.starts_with('@'))
        return true;
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos)
        return false;
    const auto valid_hop = [](std::string_view hop) {
        return hop.starts_with('@') && every_part(hop.substr(1), '.', valid_sub_domain);
    };
    const bool valid = every_part(text.substr(0, colon), ',', valid_hop);
    text.remove_prefix(colon + 1);
    return valid;
}

bool valid_octets(std::string_view text, utf8 eai)
{
    return std::none_of(text.begin(), text.end(), is_utf8) || (eai == utf8::allowed && valid_utf8(text));
}

}  // namespace

std::optional<address> parse_mailbox(std::string_view text, utf8 eai)
{
    if (equal_no_case(text, "postmaster"))
        return address{std::string(text), {}, std::string(text)};
    if (!valid_octets(text, eai))
        return std::nullopt;
    address result;
    std::string_view rest = text;
    if (!take_local(rest, result.local) || text.size() - rest.size() > max_local)
        return std::nullopt;
    if (!rest.starts_with('@') || !valid_host(rest.substr(1)))
        return std::nullopt;
    result.domain = rest.substr(1);
    result.text = text;
    return result;
}

std::optional<path_and_rest> parse_path(std::string_view argument, utf8 eai)
{
    argument.remove_prefix(std::min(argument.find_first_not_of(' '), argument.size()));
    const std::size_t end = find_path_end(argument);
    if (!argument.starts_with('<') || end == std::string_view::npos)
        return std::nullopt;
    std::string_view rest = argument.substr(end + 1);
    if (!rest.empty() && !rest.starts_with(' '))
        return std::nullopt;
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));

    std::string_view mailbox = argument.substr(1, end - 1);
    if (mailbox.empty())
        return path_and_rest{{}, rest};
    const bool routed = mailbox.starts_with('@');
    if (!valid_octets(mailbox, eai) || !skip_source_route(mailbox))
        return std::nullopt;
    std::optional<address> parsed = parse_mailbox(mailbox, eai);
    if (!parsed || (routed && parsed->domain.empty()))
        return std::nullopt;
    return path_and_rest{std::move(*parsed), rest};
}

bool valid_domain(std::string_view domain)
{
    const auto valid_label = [](std::string_view label) {
        const auto inside = [](char c) { return is_let_dig(c) || c == '-'; };
        return !label.empty() && label.size() <= max_label && label.front() != '-' && label.back() != '-' &&
               std::all_of(label.begin(), label.end(), inside);
    };
    return domain.size() <= max_name && domain.find('.') != std::string_view::npos &&
           every_part(domain, '.', valid_label);
}

}  // namespace odmr
