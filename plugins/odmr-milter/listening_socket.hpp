// listening_socket - the place where the mail system finds us, made ready for libmilter.
#pragma once

#include <stdexcept>
#include <string>

namespace odmr::milter
{

/// A socket that a killed predecessor left behind is removed. Throws std::runtime_error when the path is in
/// use or something else than a socket stands there.
void clear_stale_socket(const std::string& path);

/// Removes the socket of this path when it goes away, if it is still the one that was there at the beginning:
/// a successor may have made its own.
class socket_remover
{
public:
    explicit socket_remover(const std::string& path);
    void remove() const;

private:
    std::string path_;
    unsigned long device_ = 0;
    unsigned long inode_ = 0;
};

}  // namespace odmr::milter
