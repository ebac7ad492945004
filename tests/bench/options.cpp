#include "bench/options.hpp"

#include <boost/program_options.hpp>

#include <sysexits.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace odmr::bench
{
namespace
{

namespace po = boost::program_options;

std::string listed(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

const po::value_semantic* value_of(options::kind what)
{
    switch (what) {
        case options::kind::number:
            return po::value<long long>()->value_name("N");
        case options::kind::text:
            return po::value<std::string>()->value_name("TEXT");
        case options::kind::flag:
            break;
    }
    return po::bool_switch();
}

po::options_description described(const std::vector<options::own_option>& own, std::size_t runs)
{
    po::options_description named("Options");
    const auto add = [&](const char* name, const po::value_semantic* value, const std::string& text) {
        named.add_options()(name, value, text.c_str());
    };
    for (const options::own_option& each : own)
        add(each.name.c_str(), value_of(each.what), each.text);
    add("runs", po::value<long long>()->value_name("N"),
        "how often each is measured (" + std::to_string(runs) + ")");
    add("json", po::value<std::string>()->value_name("FILE"), "write what was measured there, too");
    add("help", po::bool_switch(), "this text");
    return named;
}

po::variables_map read(int argc, const char* const* argv, const po::options_description& named)
{
    po::options_description all;
    all.add(named).add_options()("case", po::value<std::vector<std::string>>());
    po::variables_map found;
    po::store(po::command_line_parser(argc, argv)
                  .options(all)
                  .positional(po::positional_options_description().add("case", -1))
                  .run(),
              found);
    return found;
}

/// Numbers are positive: nothing can be measured with no message.
std::size_t positive(const std::string& name, long long value)
{
    if (value < 1)
        throw po::error("--" + name + " must be at least 1");
    return static_cast<std::size_t>(value);
}

}  // namespace

options::options(int argc, const char* const* argv, const std::vector<std::string>& cases,
                 const std::vector<own_option>& own, std::size_t default_runs)
    : runs_(default_runs)
{
    const auto named = described(own, default_runs);
    po::variables_map found;
    try {
        found = read(argc, argv, named);
        if (found.contains("case"))
            chosen_ = found["case"].as<std::vector<std::string>>();
        for (const std::string& name : chosen_)
            if (std::find(cases.begin(), cases.end(), name) == cases.end())
                throw po::error("there is no case \"" + name + "\"");
        for (const own_option& each : own) {
            if (!found.contains(each.name))
                continue;
            const po::variable_value& value = found[each.name];
            if (each.what == kind::number)
                numbers_[each.name] = positive(each.name, value.as<long long>());
            else if (each.what == kind::text)
                texts_[each.name] = value.as<std::string>();
            else if (value.as<bool>())
                flags_.insert(each.name);
        }
        if (found.contains("runs"))
            runs_ = positive("runs", found["runs"].as<long long>());
    } catch (const po::error& problem) {
        std::cerr << problem.what() << "\ncases: " << listed(cases) << '\n' << named;
        std::exit(EX_USAGE);
    }
    if (found["help"].as<bool>()) {
        std::cout << "cases: " << listed(cases) << " (without a name: all)\n" << named;
        std::exit(EX_OK);
    }
    if (found.contains("json"))
        json_file_ = found["json"].as<std::string>();
}

bool options::wants(const std::string& name) const
{
    return chosen_.empty() || std::find(chosen_.begin(), chosen_.end(), name) != chosen_.end();
}

std::size_t options::number(const std::string& name, std::size_t otherwise) const
{
    const auto found = numbers_.find(name);
    return found == numbers_.end() ? otherwise : found->second;
}

std::optional<std::string> options::text(const std::string& name) const
{
    const auto found = texts_.find(name);
    if (found == texts_.end())
        return std::nullopt;
    return found->second;
}

}  // namespace odmr::bench
