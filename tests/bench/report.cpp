#include "bench/report.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <stdexcept>

namespace odmr::bench
{
namespace
{

/// Three digits are more than any of these measurements is good for.
std::string short_number(double value)
{
    const double size = std::abs(value);
    std::ostringstream text;
    text << std::fixed
         << std::setprecision(size == std::floor(size) || size >= 100 ? 0
                              : size >= 10                            ? 1
                                                                      : 2)
         << value;
    return text.str();
}

double least(const measurement& what)
{
    return *std::min_element(what.values.begin(), what.values.end());
}

double greatest(const measurement& what)
{
    return *std::max_element(what.values.begin(), what.values.end());
}

nlohmann::ordered_json as_json(const measurement& what)
{
    nlohmann::ordered_json object{
        {"name", what.name},  {"rtt_ms", what.rtt_ms}, {"median", median(what.values)},
        {"min", least(what)}, {"max", greatest(what)}, {"unit", what.unit},
        {"ratio", nullptr},   {"against", nullptr}};
    if (what.ratio)
        object["ratio"] = *what.ratio;
    if (!what.against.empty())
        object["against"] = what.against;
    return object;
}

}  // namespace

double quantile(std::vector<double> values, double part)
{
    const auto below = static_cast<std::ptrdiff_t>(std::ceil(part * static_cast<double>(values.size()))) - 1;
    const auto wanted = values.begin() + std::max<std::ptrdiff_t>(below, 0);
    std::nth_element(values.begin(), wanted, values.end());
    return *wanted;
}

bool report::has(const std::string& name) const
{
    return std::any_of(rows_.begin(), rows_.end(), [&](const measurement& row) { return row.name == name; });
}

void report::add_against(measurement what, const std::string& other)
{
    const auto found =
        std::find_if(rows_.begin(), rows_.end(), [&](const measurement& row) { return row.name == other; });
    if (found == rows_.end())
        throw std::logic_error("nothing was measured that is called \"" + other + "\"");
    what.ratio = median(what.values) / median(found->values);
    what.against = other;
    rows_.push_back(std::move(what));
}

void report::print(std::ostream& out) const
{
    constexpr int number_width = 10;
    std::size_t width = 0;
    for (const measurement& row : rows_)
        width = std::max(width, row.name.size());
    const auto line = [&](const std::string& name, const std::string& middle, const std::string& lowest,
                          const std::string& highest, const std::string& rest) {
        out << std::left << std::setw(static_cast<int>(width)) << name << std::right
            << std::setw(number_width) << middle << std::setw(number_width) << lowest
            << std::setw(number_width) << highest << "  " << rest << '\n';
    };
    line("", "median", "min", "max", "unit");
    for (const measurement& row : rows_) {
        std::string rest = row.unit;
        if (row.ratio)
            rest += (rest.empty() ? "" : "  ") + short_number(*row.ratio) + " x " + row.against;
        line(row.name, short_number(median(row.values)), short_number(least(row)),
             short_number(greatest(row)), rest);
    }
    for (const std::string& fault : faults_)
        out << "FAULT: " << fault << '\n';
    out.flush();
}

void report::write_json(const std::filesystem::path& file) const
{
    std::ofstream out(file);
    for (const measurement& row : rows_)
        out << as_json(row) << '\n';
    if (!out.flush())
        throw std::runtime_error("cannot write " + file.string());
}

}  // namespace odmr::bench
