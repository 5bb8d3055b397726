#include "deepstream/whole_file.hpp"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <utility>

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

// Of the process, not of the open file: a library that is loaded again after a context that was
// never closed finds its own lock free, and a forked child has none.
struct flock whole_of_it() {
    struct flock lock{};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return lock;
}

}  // namespace

OpenFile::~OpenFile() {
    if (number_ >= 0) {
        ::close(number_);
    }
}

OpenFile::OpenFile(OpenFile&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

bool write_whole(const std::string& path, const std::string& content, OpenFile* held,
                 std::string& reason) {
    const std::string beside = path + ".new-" + std::to_string(::getpid());
    ::unlink(beside.c_str());  // left by a process of this number that was killed
    OpenFile file(
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    bool fine = file.number() >= 0 && write_all(file.number(), content) &&
                (held == nullptr || ::fsync(file.number()) == 0);
    if (fine && held != nullptr) {
        struct flock lock = whole_of_it();
        ::fcntl(file.number(), F_SETLK, &lock);  // in vain where files cannot be locked
    }
    fine = fine && ::rename(beside.c_str(), path.c_str()) == 0;
    if (!fine) {
        reason = std::strerror(errno);
        ::unlink(beside.c_str());
    } else if (held != nullptr) {
        *held = std::move(file);
    }
    return fine;
}

bool has_writer(const OpenFile& file, const struct stat& status) {
    struct flock lock = whole_of_it();
    const bool is_locked = ::fcntl(file.number(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    return is_locked || status.st_nlink == 0;  // replaced since it was opened
}

}  // namespace streamtrack::nvmot
