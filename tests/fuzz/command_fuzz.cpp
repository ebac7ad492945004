// Input: a command line, such as "MAIL FROM:<a@example.org> SIZE=1". The verb, the path and the parameters
// are read.
#include "fuzz.hpp"
#include "protocol/address.hpp"
#include "protocol/ascii.hpp"
#include "protocol/command.hpp"
#include "protocol/parameters.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace
{

using namespace odmr;

void check_path(const path_and_rest& parsed, utf8 eai)
{
    const address& path = parsed.path;
    fuzz::require(std::none_of(path.text.begin(), path.text.end(), is_control), "no control character");
    fuzz::require(path.null() == (path == address{}), "null in every part or in none");
    fuzz::require(path.null() || parse_mailbox(path.text, eai) == path, "the text is the mailbox");
    fuzz::require(path.domain.size() <= 255 && path.local.size() <= 64, "the parts are within their limits");

    const std::optional<esmtp_parameters> parameters = parse_parameters(parsed.rest);
    const std::string written =
        '<' + path.text + '>' + format_parameters(parameters.value_or(esmtp_parameters{}));
    const std::optional<path_and_rest> again = parse_path(written, eai);
    fuzz::require(again && again->path == path, "a written path parses to itself");
    fuzz::require(!parameters || parse_parameters(again->rest) == parameters,
                  "written parameters parse to themselves");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view line = fuzz::text_of(data, size);
    const command c = split_command(line);
    fuzz::require(to_upper(c.verb) == c.verb && equal_no_case(c.verb, line.substr(0, c.verb.size())),
                  "the verb");
    fuzz::require(c.verb.find(' ') == std::string::npos && !c.argument.ends_with(' '),
                  "no space at the seams");

    std::string_view path = c.argument;
    for (const std::string_view prefix : {"FROM:", "TO:"})
        if (equal_no_case(path.substr(0, prefix.size()), prefix))
            path.remove_prefix(prefix.size());

    const std::optional<path_and_rest> ascii = parse_path(path, utf8::refused);
    const std::optional<path_and_rest> any = parse_path(path, utf8::allowed);
    fuzz::require(!ascii || (any && any->path == ascii->path && any->rest == ascii->rest), "ASCII is UTF-8");
    fuzz::require(!ascii || std::none_of(ascii->path.text.begin(), ascii->path.text.end(), is_utf8),
                  "refused");
    if (ascii)
        check_path(*ascii, utf8::refused);
    if (any)
        check_path(*any, utf8::allowed);
    return 0;
}
