// What the core's tests share: counted failures and dice that fall alike in every run.
#pragma once

#include <cstdio>
#include <random>
#include <stdexcept>
#include <string>

namespace streamtrack {

inline int failures = 0;

inline void expect(bool right, const std::string& what, int trial = 0) {
    if (!right) {
        ++failures;
        std::printf("FAILED: %s, trial %d\n", what.c_str(), trial);
    }
}

// The words with which something is refused, "" where it is taken.
template <class Act>
std::string refusal(Act&& act) {
    try {
        act();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

class Dice {
  public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(engine_); }
    double between(double low, double high) {
        return std::uniform_real_distribution<double>(low, high)(engine_);
    }

  private:
    std::mt19937 engine_;
};

void test_configuration();  // configuration_tests.cpp
void test_streams();        // stream_tests.cpp
void test_batches();        // batch_tests.cpp
void test_snapshots();      // snapshot_tests.cpp

}  // namespace streamtrack
