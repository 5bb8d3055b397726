#include "deepstream/whole_file.hpp"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

namespace streamtrack::nvmot {
namespace {

bool write_all(int file, const std::string& content) {
    std::size_t written = 0;
    while (written < content.size()) {
        const ssize_t count = ::write(file, content.data() + written, content.size() - written);
        if (count < 0 && errno != EINTR) {
            return false;
        }
        written += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    return true;
}

}  // namespace

bool write_whole(const std::string& path, const std::string& content, bool durable,
                 std::string& reason) {
    const std::string beside = path + ".new-" + std::to_string(::getpid());
    ::unlink(beside.c_str());  // left by a process of this number that was killed
    const int file =
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    bool fine = file >= 0 && write_all(file, content) && (!durable || ::fsync(file) == 0);
    int error = fine ? 0 : errno;
    if (file >= 0) {
        ::close(file);
    }
    if (fine && ::rename(beside.c_str(), path.c_str()) != 0) {
        fine = false;
        error = errno;
    }
    if (!fine) {
        ::unlink(beside.c_str());
        reason = std::strerror(error);
    }
    return fine;
}

}  // namespace streamtrack::nvmot
