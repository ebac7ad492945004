// sendmail_shim - a library put in front of the C library (LD_PRELOAD) of a private Sendmail.
//
// Sendmail logs to the machine's syslog and nowhere else, wants to know the machine's full name, and sleeps
// for a minute where there is none. With this the log goes to the file ODMR_TEST_LOG, the machine has the
// name ODMR_TEST_HOSTNAME, and the names of hosts come from /etc/hosts, never from the DNS. Where
// ODMR_TEST_NO_SYNC is set, nothing waits for the disk: no test takes the power away.
//
// Nothing of <syslog.h> and <unistd.h> is declared here: where the C library is fortified these names are
// inline there.
#include <fcntl.h>
#include <sys/syscall.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <nss.h>
#include <time.h>

// NOLINTBEGIN: the names are the C library's
extern "C" {
long write(int, const void*, unsigned long);
int close(int);
int getpid();
int gethostname(char* name, unsigned long size);
int fsync(int);
long syscall(long, ...);
void openlog(const char*, int, int);
void closelog();
void vsyslog(int priority, const char* format, va_list values);
void syslog(int priority, const char* format, ...);
void __vsyslog_chk(int priority, int flag, const char* format, va_list values);
void __syslog_chk(int priority, int flag, const char* format, ...);
}

namespace
{

// Sendmail empties its environment, so what is in there is read before it starts.
struct start {
    char log[256] = {};
    char hostname[256] = {};
    bool syncs = std::getenv("ODMR_TEST_NO_SYNC") == nullptr;

    start()
    {
        keep("ODMR_TEST_LOG", log);
        keep("ODMR_TEST_HOSTNAME", hostname);
        ::__nss_configure_lookup("hosts", "files");
    }

    static void keep(const char* name, char (&where)[256])
    {
        if (const char* const value = std::getenv(name))
            std::snprintf(where, sizeof where, "%s", value);
    }
};

const start& at_start()
{
    static const start values;
    return values;
}

[[gnu::constructor]] void begin()
{
    at_start();
}

}  // namespace

int gethostname(char* name, unsigned long size)
{
    std::snprintf(name, size, "%s", at_start().hostname);
    return 0;
}

int fsync(int file)
{
    return at_start().syncs ? static_cast<int>(::syscall(SYS_fsync, file)) : 0;
}

void openlog(const char*, int, int) {}
void closelog() {}

// One write(2) at the end of the file for each line: Sendmail's processes share it.
void vsyslog(int, const char* format, va_list values)
{
    char line[4096];
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const int begin =
        std::snprintf(line, sizeof line, "%lld.%03ld sendmail[%d]: ", static_cast<long long>(now.tv_sec),
                      now.tv_nsec / 1'000'000, ::getpid());
    std::vsnprintf(line + begin, sizeof line - static_cast<unsigned long>(begin) - 1, format, values);
    std::strcat(line, "\n");
    const int file = ::open(at_start().log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0 || ::write(file, line, std::strlen(line)) < 0)
        return;
    ::close(file);
}

void syslog(int priority, const char* format, ...)
{
    va_list values;
    va_start(values, format);
    ::vsyslog(priority, format, values);
    va_end(values);
}

void __vsyslog_chk(int priority, int, const char* format, va_list values)
{
    ::vsyslog(priority, format, values);
}

void __syslog_chk(int priority, int, const char* format, ...)
{
    va_list values;
    va_start(values, format);
    ::vsyslog(priority, format, values);
    va_end(values);
}
// NOLINTEND
