// log - see log.hpp. spdlog carries the lines; what stands in them is decided here.
#include "log/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>

#include <syslog.h>

#include <memory>

namespace odmr::log
{

namespace
{

constexpr std::size_t value_limit = 512;  ///< octets, before escaping

std::shared_ptr<spdlog::sinks::sink> stderr_sink(std::string_view program)
{
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    sink->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z " + std::string(program) + "[%P] %l: %v");
    return sink;
}

/// syslog adds time, program and process by itself, and level and facility are what it sorts by.
std::shared_ptr<spdlog::sinks::sink> syslog_sink(std::string_view program)
{
    const bool with_pattern = false;
    return std::make_shared<spdlog::sinks::syslog_sink_mt>(std::string(program), LOG_PID, LOG_MAIL,
                                                           with_pattern);
}

/// Until open() is called, what there is to say goes to stderr.
std::shared_ptr<spdlog::logger>& current()
{
    static auto logger = std::make_shared<spdlog::logger>("odmr", stderr_sink("odmr"));
    return logger;
}

spdlog::level::level_enum level_of(log_level level)
{
    switch (level) {
        case log_level::debug:
            return spdlog::level::debug;
        case log_level::info:
            return spdlog::level::info;
        case log_level::warning:
            return spdlog::level::warn;
        case log_level::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

bool passes_unescaped(char c)
{
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

void append_value(std::string& line, std::string_view value)
{
    constexpr std::string_view digits = "0123456789abcdef";
    value = value.substr(0, value_limit);
    const std::string_view quote = value.empty() || value.find(' ') != std::string_view::npos ? "\"" : "";
    line += quote;
    for (const char c : value) {
        const auto octet = static_cast<unsigned char>(c);
        if (passes_unescaped(c))
            line += c;
        else
            line.append("\\x").append(1, digits[octet >> 4U]).append(1, digits[octet & 0xfU]);
    }
    line += quote;
}

void write(log_level level, std::string_view event, fields f)
{
    const auto& logger = current();
    if (logger->should_log(level_of(level)))
        logger->log(level_of(level), format(event, f));
}

}  // namespace

void open(log_target target, log_level level, std::string_view program)
{
    auto sink = target == log_target::syslog ? syslog_sink(program) : stderr_sink(program);
    current() = std::make_shared<spdlog::logger>(std::string(program), std::move(sink));
    set_level(level);
}

void set_level(log_level level)
{
    current()->set_level(level_of(level));
}

void debug(std::string_view event, fields f)
{
    write(log_level::debug, event, f);
}

void info(std::string_view event, fields f)
{
    write(log_level::info, event, f);
}

void warning(std::string_view event, fields f)
{
    write(log_level::warning, event, f);
}

void error(std::string_view event, fields f)
{
    write(log_level::error, event, f);
}

std::string format(std::string_view event, fields f)
{
    std::string line(event);
    const char* separator = ": ";
    for (const auto& item : f) {
        if (!item.present)
            continue;
        line.append(separator).append(item.key).append("=");
        append_value(line, item.value);
        separator = " ";
    }
    return line;
}

}  // namespace odmr::log
