// odmr-parameters - writes what the documentation takes from the table of parameters, while odmr is built.
//
//   odmr-parameters example OUTPUT            the commented example of the configuration file
//   odmr-parameters manual TEMPLATE OUTPUT    TEMPLATE with the parameters in place of the line @PARAMETERS@
#include "config/print_settings.hpp"

#include <fstream>
#include <iostream>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>

namespace
{

std::string manual(const std::string& template_file)
{
    std::ifstream lines(template_file);
    std::string text;
    bool found = false;
    for (std::string line; std::getline(lines, line);) {
        const bool here = line == "@PARAMETERS@";
        text += here ? odmr::manual_parameters() : line + "\n";
        found = found || here;
    }
    if (!found)
        throw std::runtime_error(template_file + ": there is no line @PARAMETERS@");
    return text;
}

void write(const std::string& file, const std::string& text)
{
    std::ofstream out(file);
    if (!(out << text).flush())
        throw std::runtime_error(file + ": cannot be written");
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        const std::span<char*> words(argv, static_cast<std::size_t>(argc));
        if (words.size() == 3 && std::string(words[1]) == "example")
            write(words[2], odmr::example_file());
        else if (words.size() == 4 && std::string(words[1]) == "manual")
            write(words[3], manual(words[2]));
        else
            throw std::runtime_error("expected: example OUTPUT, or manual TEMPLATE OUTPUT");
    } catch (const std::exception& error) {
        std::cerr << "odmr-parameters: " << error.what() << "\n";
        return 1;
    }
}
