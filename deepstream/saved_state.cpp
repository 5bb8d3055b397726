#include "deepstream/saved_state.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "deepstream/whole_file.hpp"

namespace streamtrack::nvmot {
namespace {

constexpr char kMagic[16] = {'s', 't', 'r', 'e', 'a', 'm', 't', 'r',
                             'a', 'c', 'k', ' ', 's', 't', '0', '2'};
constexpr std::size_t kVersionAt = 14;  // in kMagic
constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 30;

struct Head {
    char magic[16];
    std::uint64_t last_id;
    std::uint64_t prefix_units;
    std::uint64_t streams;
};

struct StreamHead {
    std::uint64_t stream;
    double unix_time;
    std::uint64_t is_last;
    std::uint64_t size;
};

// FNV-1a: tells a file that was cut off or changed, not one that was forged.
std::uint64_t checksum_of(const char* bytes, std::size_t size) {
    std::uint64_t sum = 14695981039346656037ULL;
    for (std::size_t k = 0; k < size; ++k) {
        sum = (sum ^ static_cast<unsigned char>(bytes[k])) * 1099511628211ULL;
    }
    return sum;
}

template <class Value>
void put(std::string& bytes, const Value& value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

[[noreturn]] void refuse(const std::string& path, const char* what) {
    throw std::runtime_error(path + " must be a whole state file, got " + what +
                             "; it is written anew");
}

[[noreturn]] void refuse_foreign(const std::string& path, const char* what) {
    throw ForeignFileError(path + " must be a state file of this library, got " + what +
                           "; name another file, or remove it");
}

// Walks through the bytes of a file, never past its end.
class Walk {
  public:
    Walk(const std::string& path, const std::string& bytes, std::size_t size)
        : path_(path), bytes_(bytes), size_(size) {}
    const char* take(std::uint64_t size) {
        if (size > size_ - at_) {
            refuse(path_, "one that is cut off");
        }
        const char* const here = bytes_.data() + at_;
        at_ += static_cast<std::size_t>(size);
        return here;
    }
    template <class Value>
    Value take() {
        Value value;
        std::memcpy(&value, take(sizeof value), sizeof value);
        return value;
    }

  private:
    const std::string& path_;
    const std::string& bytes_;
    const std::size_t size_;
    std::size_t at_ = 0;
};

bool read_bytes(const std::string& path, std::string& bytes) {
    const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.number() < 0 && errno == ENOENT) {
        return false;
    }
    struct stat status{};
    if (file.number() < 0 || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode) ||
        static_cast<std::uint64_t>(status.st_size) > kLargestFile) {
        refuse_foreign(path, "one that cannot be read");
    }
    if (has_writer(file, status)) {
        throw ForeignFileError(path +
                               " must be the state file of one process, got that of another which "
                               "is running; name a file for each");
    }
    bytes.resize(static_cast<std::size_t>(status.st_size));
    std::size_t got = 0;
    ssize_t count = 1;
    while (got < bytes.size() && count > 0) {
        count = ::read(file.number(), &bytes[got], bytes.size() - got);
        got += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    bytes.resize(got);
    return true;
}

}  // namespace

std::string bytes_of(const SavedState& state) {
    std::string bytes;
    Head head{};
    std::memcpy(head.magic, kMagic, sizeof kMagic);
    head.last_id = state.last_id;
    head.prefix_units = state.prefix_units;
    head.streams = state.streams.size();
    put(bytes, head);
    for (const SavedStream& one : state.streams) {
        put(bytes, StreamHead{one.stream, one.unix_time, one.is_last ? 1U : 0U, one.state.size()});
        bytes.append(reinterpret_cast<const char*>(one.state.data()), one.state.size());
    }
    put(bytes, checksum_of(bytes.data(), bytes.size()));
    return bytes;
}

bool read_saved_state(const std::string& path, SavedState& state) {
    std::string bytes;
    if (!read_bytes(path, bytes)) {
        return false;
    }
    std::uint64_t sum = 0;
    if (std::memcmp(bytes.data(), kMagic, std::min(bytes.size(), kVersionAt)) != 0) {
        refuse_foreign(path, "another file");
    }
    if (bytes.size() < sizeof(Head) + sizeof sum) {
        refuse(path, "one that is cut off");
    }
    if (std::memcmp(bytes.data(), kMagic, sizeof kMagic) != 0) {
        refuse(path, "one of another version");
    }
    const std::size_t size = bytes.size() - sizeof sum;
    std::memcpy(&sum, bytes.data() + size, sizeof sum);
    if (sum != checksum_of(bytes.data(), size)) {
        refuse(path, "one that was cut off or changed");
    }
    Walk walk(path, bytes, size);
    const auto head = walk.take<Head>();
    state.last_id = head.last_id;
    state.prefix_units = head.prefix_units;
    for (std::uint64_t k = 0; k < head.streams; ++k) {
        const auto stream = walk.take<StreamHead>();
        const char* const begin = walk.take(stream.size);
        state.streams.push_back(
            {stream.stream, stream.unix_time, stream.is_last != 0, {begin, begin + stream.size}});
    }
    return true;
}

}  // namespace streamtrack::nvmot
