#include "postfix/maps.hpp"

#include "postfix/run_postfix.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace odmr::postfix
{

namespace
{

namespace fs = std::filesystem;

constexpr const char* heading =
    "# Written by \"odmrctl maps\" from the customers' database. Changes made here are lost.\n";

void write_file(const fs::path& path, const std::string& text)
{
    std::ofstream file(path, std::ios::trunc);
    file << text;
    file.close();
    if (!file)
        throw std::runtime_error("cannot write " + path.string());
}

/// A folder beside the tables, on the same file system, that is gone in the end.
class workshop
{
public:
    explicit workshop(const fs::path& parent) : path_((parent / ".new-XXXXXX").string())
    {
        if (!::mkdtemp(path_.data()))
            throw std::runtime_error("cannot make a folder in " + parent.string());
    }
    workshop(const workshop&) = delete;
    workshop& operator=(const workshop&) = delete;
    ~workshop()
    {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] fs::path operator/(const std::string& name) const { return fs::path(path_) / name; }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// Moves the table and what postmap made of it (transport.db, transport.lmdb) to its place, the compiled one
/// first.
void install(const fs::path& from, const fs::path& target, const std::string& table)
{
    std::vector<fs::path> compiled;
    for (const auto& entry : fs::directory_iterator(from))
        if (entry.path().stem() == table && entry.path().has_extension())
            compiled.push_back(entry.path());
    for (const fs::path& file : compiled)
        fs::rename(file, target / file.filename());
    fs::rename(from / table, target / table);
}

/// Makes a running Postfix open its tables anew.
void tell_postfix(const settings& s)
{
    try {
        run_postfix(s, {"postfix", "status"});
    } catch (const std::runtime_error&) {
        return;  // it does not run, and will read the tables when it starts
    }
    run_postfix(s, {"postfix", "reload"});
}

}  // namespace

std::string path_for_postfix(const std::string& path, const std::string& queue_directory)
{
    const std::string below = queue_directory + "/";
    return path.starts_with(below) ? path.substr(below.size()) : path;
}

std::string transport_of(const std::string& domain, const std::string& socket_dir,
                         const std::string& queue_directory)
{
    return "odmr:unix:" + path_for_postfix(socket_dir, queue_directory) + "/" + domain;
}

std::string transport_table(const std::vector<std::string>& domains, const std::string& socket_dir,
                            const std::string& queue_directory)
{
    std::string text = heading;
    for (const std::string& domain : domains)
        text += domain + "\t" + transport_of(domain, socket_dir, queue_directory) + "\n";
    return text;
}

std::string relay_domains_table(const std::vector<std::string>& domains)
{
    std::string text = heading;
    for (const std::string& domain : domains)
        text += domain + "\tOK\n";
    return text;
}

void write_maps(const settings& s, const std::vector<std::string>& domains)
{
    const fs::path target = s.postfix_maps_dir;
    std::error_code error;
    fs::create_directories(target, error);
    if (error)
        throw std::runtime_error("cannot make " + target.string() + ": " + error.message());

    std::string queue_directory = run_postfix(s, {"postconf", "-h", "queue_directory"});
    while (!queue_directory.empty() && queue_directory.back() == '\n')
        queue_directory.pop_back();

    // Everything is made and compiled aside; only then does anything change.
    const workshop aside(target);
    const fs::path transport = aside / "transport";
    const fs::path relay = aside / "relay_domains";
    write_file(transport, transport_table(domains, s.socket_dir, queue_directory));
    write_file(relay, relay_domains_table(domains));
    for (const fs::path& table : {transport, relay})
        run_postfix(s, {"postmap", s.postfix_map_type + ":" + table.string()});

    // Postfix must know where a domain's mail goes before it accepts any: otherwise it would take the
    // domain's MX, which is this very machine, and return the mail. Its daemons look at changed tables only
    // now and then, so they are told.
    install(aside.path(), target, "transport");
    tell_postfix(s);
    install(aside.path(), target, "relay_domains");
    tell_postfix(s);  // a flush(8) that began in between would not know the new domains
}

}  // namespace odmr::postfix
