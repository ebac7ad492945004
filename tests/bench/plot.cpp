#include "bench/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iomanip>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace odmr::bench
{
namespace
{

constexpr double width = 800;
constexpr double height = 480;
constexpr double left = 90;
constexpr double right = 640;  ///< the names of the lines stand beside it
constexpr double top = 60;
constexpr double bottom = 410;

/// Told apart by people who see colours differently, and in print by what marks the points.
constexpr std::array<std::string_view, 5> colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#444444"};

std::string escaped(std::string_view text)
{
    std::string result;
    for (const char c : text)
        result += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
    return result;
}

std::string number(double value)
{
    std::ostringstream text;
    text << std::setprecision(value >= 100 ? 4 : 3) << value;
    return text.str();
}

/// Where things stand on the page.
class scale
{
public:
    explicit scale(const std::vector<plot::line>& lines)
    {
        double least = HUGE_VAL;
        double most = 0;
        for (const plot::line& line : lines)
            for (const auto& [place, value] : line.points) {
                places_.insert(place);
                least = std::min(least, value);
                most = std::max(most, value);
            }
        lowest_ = std::floor(std::log10(least));
        highest_ = std::max(std::ceil(std::log10(most)), lowest_ + 1);
    }

    [[nodiscard]] const std::set<double>& places() const { return places_; }
    [[nodiscard]] double lowest() const { return lowest_; }  ///< as a power of ten
    [[nodiscard]] double highest() const { return highest_; }
    [[nodiscard]] double x(double place) const
    {
        const auto nth = static_cast<double>(std::distance(places_.begin(), places_.find(place)));
        return left + (nth + 0.5) * (right - left) / static_cast<double>(places_.size());
    }
    [[nodiscard]] double y(double value) const
    {
        return bottom - (std::log10(value) - lowest_) / (highest_ - lowest_) * (bottom - top);
    }

private:
    std::set<double> places_;
    double lowest_;
    double highest_;
};

void text(std::ostream& out, double x, double y, std::string_view anchor, std::string_view words,
          std::string_view more = {})
{
    out << "<text x=\"" << x << "\" y=\"" << y << "\" text-anchor=\"" << anchor << "\"" << more << '>'
        << escaped(words) << "</text>\n";
}

void grid(std::ostream& out, const scale& on)
{
    for (double power = on.lowest(); power <= on.highest(); ++power) {
        const double y = on.y(std::pow(10, power));
        out << "<line x1=\"" << left << "\" y1=\"" << y << "\" x2=\"" << right << "\" y2=\"" << y
            << "\" stroke=\"#ccc\"/>\n";
        text(out, left - 8, y + 5, "end", number(std::pow(10, power)));
    }
    for (const double place : on.places())
        text(out, on.x(place), bottom + 22, "middle", number(place));
}

void mark(std::ostream& out, double x, double y, std::size_t nth, std::string_view colour)
{
    constexpr double r = 5;
    if (nth % 3 == 0)
        out << "<circle cx=\"" << x << "\" cy=\"" << y << "\" r=\"" << r;
    else if (nth % 3 == 1)
        out << "<rect x=\"" << x - r << "\" y=\"" << y - r << "\" width=\"" << 2 * r << "\" height=\""
            << 2 * r;
    else
        out << "<path d=\"M" << x << ' ' << y - r - 1 << " l" << r + 1 << ' ' << 2 * r << " h" << -2 * r - 2
            << " z";
    out << "\" fill=\"" << colour << "\"/>\n";
}

void draw(std::ostream& out, const plot::line& line, std::size_t nth, const scale& on)
{
    constexpr double line_height = 26;
    const std::string_view colour = colours[nth % colours.size()];
    out << "<polyline fill=\"none\" stroke-width=\"2.5\" stroke=\"" << colour << "\" points=\"";
    for (const auto& [place, value] : line.points)
        out << on.x(place) << ',' << on.y(value) << ' ';
    out << "\"/>\n";
    for (const auto& [place, value] : line.points) {
        mark(out, on.x(place), on.y(value), nth, colour);
        text(out, on.x(place), on.y(value) - 10, "middle", number(value), " font-size=\"12\"");
    }
    const double y = top + 10 + static_cast<double>(nth) * line_height;
    mark(out, right + 14, y - 5, nth, colour);
    text(out, right + 28, y, "start", line.name);
}

}  // namespace

void plot::write_svg(const std::filesystem::path& file) const
{
    if (lines_.empty())
        throw std::runtime_error("nothing was measured that can be drawn");
    const scale on(lines_);
    std::ofstream out(file);
    out << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << width << ' ' << height
        << "\" font-family=\"sans-serif\" font-size=\"15\">\n<rect width=\"100%\" height=\"100%\" "
           "fill=\"#fff\"/>\n"
        << std::fixed << std::setprecision(1);
    text(out, left, top - 30, "start", title_, " font-size=\"18\"");
    grid(out, on);
    text(out, (left + right) / 2, bottom + 50, "middle", along_);
    text(out, 0, 0, "middle", upwards_,
         " transform=\"translate(24 " + number((top + bottom) / 2) + ") rotate(-90)\"");
    for (std::size_t i = 0; i < lines_.size(); ++i)
        draw(out, lines_[i], i, on);
    out << "</svg>\n";
    if (!out.flush())
        throw std::runtime_error("cannot write " + file.string());
}

}  // namespace odmr::bench
