#include "sendmail/maps.hpp"

#include "queue/run_program.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace odmr::sendmail
{

namespace
{

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what)
{
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

/// A folder beside the tables, on the same file system, that is gone in the end.
class workshop
{
public:
    explicit workshop(const fs::path& parent) : path_((parent / ".odmr-XXXXXX").string())
    {
        if (!::mkdtemp(path_.data()))
            fail("cannot make a folder in " + parent.string());
    }
    workshop(const workshop&) = delete;
    workshop& operator=(const workshop&) = delete;
    ~workshop()
    {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

/// On the disk when it returns: also a folder, for what was renamed in it.
void sync_to_disk(const std::string& path)
{
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || ::fsync(fd) != 0)
        fail("cannot sync " + path);
    ::close(fd);
}

void write_file(const std::string& path, const std::string& text)
{
    std::ofstream file(path, std::ios::trunc);
    file << text;
    file.close();
    if (!file)
        throw std::runtime_error("cannot write " + path);
}

/// A process of Sendmail that has the table open looks at the time of what it has open, and not at the name:
/// when that is later than it was, the table is opened anew. So the old one, which has no name any more, gets
/// a later time, by whole seconds, which are all that is compared.
class former_table
{
public:
    explicit former_table(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
    former_table(const former_table&) = delete;
    former_table& operator=(const former_table&) = delete;
    ~former_table()
    {
        if (fd_ >= 0)
            ::close(fd_);
    }

    void send_readers_away() const
    {
        struct stat was{};
        if (fd_ < 0 || ::fstat(fd_, &was) != 0)
            return;
        const timespec later{std::max(::time(nullptr), was.st_mtim.tv_sec) + 1, 0};
        const timespec times[] = {later, later};
        if (::futimens(fd_, times) != 0)
            fail("cannot change the time of the old table");
    }

private:
    int fd_;
};

/// Puts a file in the place of another, with that one's owner and mode; `mode` where there was none.
void replace(const std::string& file, const std::string& old, mode_t mode)
{
    struct stat was{};
    const bool known = ::stat(old.c_str(), &was) == 0;
    if (known && ::chown(file.c_str(), was.st_uid, was.st_gid) != 0)
        fail("cannot give " + file + " the owner of " + old);
    if (::chmod(file.c_str(), known ? was.st_mode & 07777 : mode) != 0)
        fail("cannot give " + file + " the mode of " + old);
    sync_to_disk(file);
    if (::rename(file.c_str(), old.c_str()) != 0)
        fail("cannot replace " + old);
}

void compile(const settings& s, const std::string& text, const std::string& table)
{
    std::vector<std::string> command{s.sendmail_makemap};
    if (!s.sendmail_config.empty())
        command.insert(command.end(), {"-C", s.sendmail_config});
    command.insert(command.end(), {s.sendmail_map_type, table});
    const command_result made = run_program(std::move(command), s.queue_command_timeout, text).result;
    if (!made.ok())
        throw std::runtime_error(s.sendmail_makemap + " of " + fs::path(table).filename().string() + " " +
                                 made.text());
}

/// A table on its way from what it is to what it shall be.
struct table_change {
    std::string name;
    std::string old_text;
    std::string text;

    [[nodiscard]] bool needed(const settings& s) const
    {
        return text != old_text || !compiled_is_current(s, name);
    }
};

table_change plan(const settings& s, const std::string& name, const std::vector<table_line>& own)
{
    table_change change{name, read_table(table_file(s, name)), ""};
    change.text = with_own_lines(change.old_text, own, table_file(s, name));
    return change;
}

std::string compiled_name(const settings& s, const std::string& name)
{
    return name + (s.sendmail_map_type == "cdb" ? ".cdb" : ".db");
}

/// The compiled table first: a text that is younger would look as if it had not been compiled.
void install(const settings& s, const workshop& aside, const table_change& change)
{
    constexpr mode_t readable = 0644;  // domains are no secret
    const former_table old(compiled_file(s, change.name));
    replace(aside / compiled_name(s, change.name), compiled_file(s, change.name), readable);
    old.send_readers_away();
    if (change.text != change.old_text) {
        std::error_code not_there;
        const fs::path real = fs::canonical(table_file(s, change.name), not_there);  // it may be a link
        replace(aside / change.name, not_there ? table_file(s, change.name) : real.string(), readable);
    }
}

}  // namespace

std::vector<table_line> mailertable_lines(const std::vector<std::string>& domains)
{
    std::vector<table_line> lines;
    for (const std::string& domain : domains)
        lines.push_back({domain, "odmr:" + domain});
    return lines;
}

std::vector<table_line> access_lines(const std::vector<std::string>& domains)
{
    std::vector<table_line> lines;
    for (const std::string& domain : domains)
        lines.push_back({"To:" + domain, "RELAY"});
    return lines;
}

std::string table_file(const settings& s, const std::string& name)
{
    return s.sendmail_maps_dir + "/" + name;
}

std::string compiled_file(const settings& s, const std::string& name)
{
    return s.sendmail_maps_dir + "/" + compiled_name(s, name);
}

bool compiled_is_current(const settings& s, const std::string& name)
{
    std::error_code text_missing;
    std::error_code compiled_missing;
    const auto text = fs::last_write_time(table_file(s, name), text_missing);
    const auto compiled = fs::last_write_time(compiled_file(s, name), compiled_missing);
    return !text_missing && !compiled_missing && compiled >= text;
}

std::string read_table(const std::string& file)
{
    std::error_code unknown;
    if (!fs::exists(file, unknown) && !unknown)
        return "";
    std::ifstream in(file);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in)
        throw std::runtime_error("cannot read " + file);
    return text;
}

bool write_maps(const settings& s, const std::vector<std::string>& domains)
{
    // Sendmail must know where a domain's mail goes before it accepts any: otherwise it would take the
    // domain's MX, which is this very machine, and return the mail.
    const table_change changes[] = {plan(s, "mailertable", mailertable_lines(domains)),
                                    plan(s, "access", access_lines(domains))};
    if (!changes[0].needed(s) && !changes[1].needed(s))
        return false;
    // Everything is made and compiled aside; only then does anything change.
    const workshop aside(s.sendmail_maps_dir);
    for (const table_change& change : changes) {
        write_file(aside / change.name, change.text);
        compile(s, change.text, aside / change.name);
    }
    for (const table_change& change : changes)
        if (change.needed(s))
            install(s, aside, change);
    sync_to_disk(s.sendmail_maps_dir);
    return true;
}

}  // namespace odmr::sendmail
