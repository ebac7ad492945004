// log - one line per event: a name, then key=value fields, to syslog or stderr through spdlog.
//
//   log::info("atrn", {{"session", id}, {"customer", name}, {"domains", "example.org,example.com"}});
//     -> atrn: session=4f customer=alice domains=example.org,example.com
//
// Values come from peers: anything outside printable ASCII, and quotes and backslashes, is written as \xNN,
// a value with spaces (or an empty one) stands in double quotes, and a value is cut at 512 octets. So no peer
// can forge a line or a field. Secrets are never passed here.
#pragma once

#include "core/settings.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace odmr::log
{

/// A key and its value; a field whose value is not known is left out by passing an empty optional-like value
/// through `field::when`.
struct field {
    std::string_view key;
    std::string value;
    bool present = true;

    field(std::string_view k, std::string_view v) : key(k), value(v) {}
    field(std::string_view k, const char* v) : key(k), value(v) {}
    field(std::string_view k, const std::string& v) : key(k), value(v) {}
    template <class Number>
        requires std::is_arithmetic_v<Number>
    field(std::string_view k, Number v) : key(k), value(std::to_string(v))
    {
    }

    /// The field, or nothing at all when the value is empty.
    static field when(std::string_view k, std::string_view v)
    {
        field f(k, v);
        f.present = !v.empty();
        return f;
    }
};

using fields = std::initializer_list<field>;

/// Sets target, level and program name for the whole process. Throws std::runtime_error when the target
/// cannot be opened.
void open(log_target target, log_level level, std::string_view program);

void set_level(log_level level);

void debug(std::string_view event, fields f = {});
void info(std::string_view event, fields f = {});
void warning(std::string_view event, fields f = {});
void error(std::string_view event, fields f = {});

/// The text of one line, without time and level. (What the functions above write.)
std::string format(std::string_view event, fields f);

}  // namespace odmr::log
