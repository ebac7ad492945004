// replay_corpus - runs a fuzz target over stored inputs, without a fuzzer: its corpus as an ordinary test.
//
// Arguments: files and folders of files. Fails when there is not one input.
#include "fuzz.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace
{

namespace fs = std::filesystem;

void replay(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    // A buffer of just that size, so that the address sanitizer sees a read behind its end.
    const std::vector<std::uint8_t> data{std::istreambuf_iterator<char>(in), {}};
    std::printf("%s\n", file.c_str());
    std::fflush(stdout);  // the last name printed is the input that ended the program
    LLVMFuzzerTestOneInput(data.data(), data.size());
}

}  // namespace

int main(int argc, char** argv)
{
    int count = 0;
    for (int i = 1; i < argc; ++i) {
        if (!fs::is_directory(argv[i])) {
            replay(argv[i]);
            ++count;
            continue;
        }
        for (const fs::directory_entry& entry : fs::directory_iterator(argv[i])) {
            replay(entry.path());
            ++count;
        }
    }
    std::printf("%d inputs\n", count);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
