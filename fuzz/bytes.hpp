// A fuzzer's input as a stream of values; zeros where it has ended.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace fuzz {

class Bytes {
  public:
    Bytes(const std::uint8_t* begin, std::size_t size) : at_(begin), end_(begin + size) {}
    bool empty() const { return at_ == end_; }
    std::uint8_t byte() { return empty() ? 0 : *at_++; }
    std::uint32_t below(std::uint32_t limit) { return byte() % limit; }
    bool one_in(std::uint32_t n) { return byte() % n == 1; }

    template <class Value>
    Value raw() {
        Value value{};
        const std::size_t size = std::min(sizeof value, static_cast<std::size_t>(end_ - at_));
        std::memcpy(&value, at_, size);
        at_ += size;
        return value;
    }

    // Mostly numbers that lie close together, so that boxes meet; sometimes any bit pattern.
    float number() {
        const std::uint8_t kind = byte();
        return kind == 0xff ? raw<float>() : static_cast<float>(kind % 64);
    }
    float score() {
        const std::uint8_t kind = byte();
        return kind == 0xff ? raw<float>() : static_cast<float>(kind) / 250;
    }

  private:
    const std::uint8_t* at_;
    const std::uint8_t* end_;
};

// Stops the fuzzer at a broken promise, with the stack that led there.
inline void require(bool promise) {
    if (!promise) {
        __builtin_trap();
    }
}

}  // namespace fuzz
