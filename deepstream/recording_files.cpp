#include "deepstream/recording_files.hpp"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

namespace streamtrack::nvmot {
namespace {

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "./" : path.substr(0, slash + 1);
}

std::string stem_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

constexpr std::int64_t kMicroseconds = 1'000'000;  // of a second

std::int64_t microseconds_now() {
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * kMicroseconds + now.tv_nsec / 1000;
}

// 20250102T030405.123456Z
std::string start_at(std::int64_t microseconds) {
    const auto second = static_cast<time_t>(microseconds / kMicroseconds);
    tm parts{};
    gmtime_r(&second, &parts);
    char text[64];
    const std::size_t size = strftime(text, sizeof text, "%Y%m%dT%H%M%S", &parts);
    std::snprintf(text + size, sizeof text - size, ".%06dZ",
                  static_cast<int>(microseconds % kMicroseconds));
    return text;
}

// Whether `name` is one that this class gives: the stem, a start, three numbers.
bool is_ours(const std::string& name, const std::string& stem) {
    int end = 0;
    const std::string tail =
        name.compare(0, stem.size() + 1, stem + "-") == 0 ? name.substr(stem.size()) : "";
    std::sscanf(tail.c_str(), "-%*8[0-9]T%*6[0-9].%*6[0-9]Z-%*[0-9]-%*[0-9]-%*[0-9].csv%n", &end);
    return end > 0 && static_cast<std::size_t>(end) == tail.size();
}

// By another context or process.
bool is_being_written(const std::string& name) {
    const int file = ::open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        return true;
    }
    const bool locked = ::flock(file, LOCK_EX | LOCK_NB) != 0;
    ::close(file);
    return locked;
}

struct OldFile {
    std::int64_t written;
    std::string name;
    std::uint64_t size;
    bool operator<(const OldFile& other) const {
        return std::tie(written, name) < std::tie(other.written, other.name);
    }
};

}  // namespace

RecordingFiles::RecordingFiles(std::string path, std::uint64_t max_bytes, unsigned context)
    : folder_(folder_of(path)),
      stem_(stem_of(path)),
      max_bytes_(max_bytes),
      context_(context),
      start_(microseconds_now()) {}

RecordingFiles::~RecordingFiles() { close(); }

void RecordingFiles::close() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
        descriptor_ = -1;
    }
}

bool RecordingFiles::begin(std::string& reason) {
    close();
    remove_oldest();
    create();
    // A context of a process with this number may have begun in this very microsecond: in another
    // container, or before the library was loaded again under a clock that stands still.
    for (int tries = 0; descriptor_ < 0 && errno == EEXIST && tries < kMostTries; ++tries) {
        if (part_ == 0) {
            ++start_;
        } else {
            ++part_;
        }
        create();
    }
    if (descriptor_ < 0) {
        reason = std::strerror(errno);
        return false;
    }
    ::flock(descriptor_, LOCK_EX | LOCK_NB);  // says that it is being written
    ++part_;
    size_ = 0;
    return true;
}

// Never through a link, and never into a file that was there before.
void RecordingFiles::create() {
    char number[64];
    std::snprintf(number, sizeof number, "-%d-%u-%06u.csv", static_cast<int>(::getpid()), context_,
                  part_);
    name_ = folder_ + stem_ + "-" + start_at(start_) + number;
    descriptor_ = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
}

bool RecordingFiles::append(const std::string& text, std::string& reason) {
    std::size_t written = 0;
    while (written < text.size()) {
        const ssize_t count = ::write(descriptor_, text.data() + written, text.size() - written);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            reason = std::strerror(errno);
            if (::ftruncate(descriptor_, static_cast<off_t>(size_)) != 0) {
                reason += ", and its last row is not whole";
            }
            return false;
        }
        written += static_cast<std::size_t>(count);
    }
    size_ += text.size();
    return true;
}

void RecordingFiles::discard() {
    ::unlink(name_.c_str());
    close();
}

void RecordingFiles::remove_oldest() const {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(folder_.c_str()), &::closedir);
    if (folder == nullptr) {
        return;
    }
    std::vector<OldFile> files;
    std::uint64_t total = max_bytes_ / kFilesAtLeast;  // of the file that begins
    while (const dirent* entry = ::readdir(folder.get())) {
        const std::string name = folder_ + entry->d_name;
        struct stat status{};
        if (is_ours(entry->d_name, stem_) && ::lstat(name.c_str(), &status) == 0 &&
            S_ISREG(status.st_mode)) {
            const auto size = static_cast<std::uint64_t>(status.st_size);
            files.push_back({status.st_mtime, name, size});
            total += size;
        }
    }
    std::sort(files.begin(), files.end());
    for (const OldFile& file : files) {
        if (total <= max_bytes_) {
            return;
        }
        if (!is_being_written(file.name) && ::unlink(file.name.c_str()) == 0) {
            total -= file.size;
        }
    }
}

}  // namespace streamtrack::nvmot
