// A bounded queue of messages between one writing and one reading thread, without locks.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

namespace streamtrack::nvmot {

class ByteRing {
  public:
    explicit ByteRing(std::size_t capacity)
        : capacity_(capacity), bytes_(new std::uint8_t[capacity]) {}

    // Writer: takes the whole message, or none of it where there is no room now.
    bool push(const std::vector<std::uint8_t>& message) {
        const auto size = static_cast<std::uint32_t>(message.size());
        const std::uint64_t end = end_.load(std::memory_order_relaxed);
        const std::uint64_t used = end - begin_.load(std::memory_order_acquire);
        if (message.size() > 0x7fffffff || sizeof size + message.size() > capacity_ - used) {
            return false;
        }
        copy_in(end, &size, sizeof size);
        copy_in(end + sizeof size, message.data(), size);
        end_.store(end + sizeof size + size, std::memory_order_release);
        return true;
    }

    // Reader: the oldest message; false where there is none.
    bool pop(std::vector<std::uint8_t>& message) {
        const std::uint64_t begin = begin_.load(std::memory_order_relaxed);
        if (begin == end_.load(std::memory_order_acquire)) {
            return false;
        }
        std::uint32_t size = 0;
        copy_out(begin, &size, sizeof size);
        message.resize(size);
        copy_out(begin + sizeof size, message.data(), size);
        begin_.store(begin + sizeof size + size, std::memory_order_release);
        return true;
    }

  private:
    void copy_in(std::uint64_t position, const void* from, std::size_t size) {
        const std::size_t start = position % capacity_;
        const std::size_t first = std::min(size, capacity_ - start);
        copy(bytes_.get() + start, from, first);
        copy(bytes_.get(), static_cast<const std::uint8_t*>(from) + first, size - first);
    }
    void copy_out(std::uint64_t position, void* to, std::size_t size) const {
        const std::size_t start = position % capacity_;
        const std::size_t first = std::min(size, capacity_ - start);
        copy(to, bytes_.get() + start, first);
        copy(static_cast<std::uint8_t*>(to) + first, bytes_.get(), size - first);
    }
    static void copy(void* to, const void* from, std::size_t size) {
        if (size > 0) {
            std::memcpy(to, from, size);
        }
    }

    const std::size_t capacity_;
    const std::unique_ptr<std::uint8_t[]> bytes_;
    std::atomic<std::uint64_t> begin_{0};  // counts bytes since the start: never wraps in practice
    std::atomic<std::uint64_t> end_{0};
};

}  // namespace streamtrack::nvmot
