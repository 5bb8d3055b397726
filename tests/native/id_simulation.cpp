// `id_mode: unique` in a large installation, simulated: 100 nodes, each restarted 1,000 times, open
// 10,000 streams a run. No two streams may ever share an id, nor after a host's reset mode has
// moved the ids of each stream to begin at zero.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <random>
#include <vector>

#include "core/ids.hpp"

namespace {

using streamtrack::PrefixSequence;

constexpr std::uint32_t kNodes = 100;
constexpr int kRestarts = 1000;
constexpr int kStreams = 10000;
constexpr std::uint64_t kSecondsPerStream = 8;  // the documented rate, on the average of a run
constexpr std::uint32_t kUnits = 1U << 25;

int failures = 0;

void expect(bool right, const char* what, std::uint32_t node) {
    if (!right && ++failures < 20) {
        std::printf("FAILED: %s, node %u\n", what, node);
    }
}

// The prefixes of a process's life: every second run opens all streams at once, which is the worst
// case, the others open them over the time. A run lasts as long as its streams need or up to twice.
class Node {
  public:
    explicit Node(std::uint32_t id) : id_(id), dice_(id) {}

    std::vector<std::uint32_t> run() {
        constexpr std::uint64_t kShortest = kStreams * kSecondsPerStream;
        const std::uint64_t life = kShortest + dice_() % kShortest;
        const std::uint64_t pause = runs_++ % 2 == 0 ? 0 : life / kStreams;
        PrefixSequence sequence;
        std::vector<std::uint32_t> prefixes;
        for (std::uint64_t stream = 0; stream < kStreams; ++stream) {
            const auto chance = static_cast<std::uint32_t>(dice_());
            prefixes.push_back(sequence.next(id_, seconds_ + stream * pause, chance));
        }
        seconds_ += life;
        return prefixes;
    }

  private:
    std::uint32_t id_;
    std::mt19937 dice_;
    std::uint64_t seconds_ = 50000000;
    int runs_ = 0;
};

// Nodes share nothing, since each keeps to its own upper 7 bits; so one list for each is enough.
void test_prefixes_never_repeat() {
    std::vector<bool> taken;
    for (std::uint32_t node = 1; node <= kNodes; ++node) {
        const int restarts = node % 20 == 0 ? kRestarts : kRestarts / 20;
        taken.assign(kUnits, false);
        Node process(node);
        for (int restart = 0; restart < restarts; ++restart) {
            for (const std::uint32_t prefix : process.run()) {
                expect(prefix / kUnits == node, "a prefix says its node", node);
                expect(!taken[prefix % kUnits], "a prefix is new", node);
                taken[prefix % kUnits] = true;
            }
        }
    }
}

// What DeepStream makes of an id with tracking-id-reset-mode 2 or 3.
std::uint64_t moved_to_zero(std::uint64_t id, std::uint64_t first) {
    return (id & 0xffffffff00000000U) + static_cast<std::uint32_t>(id - first);
}

// Streams whose first reported id is any, also one that is greater than a later one.
void test_reset_mode_keeps_streams_apart() {
    std::mt19937 dice(7);
    std::vector<std::uint64_t> ids;
    for (const std::uint32_t node : {1U, 50U, kNodes}) {
        Node process(node);
        for (int run = 0; run < 2; ++run) {
            for (const std::uint32_t prefix : process.run()) {
                const std::uint64_t stream = std::uint64_t{prefix} << 32;
                const std::uint64_t first = stream | (1 + dice() % 20);
                for (std::uint64_t given = 1; given <= 20; ++given) {
                    ids.push_back(moved_to_zero(stream | given, first));
                }
            }
        }
    }
    std::sort(ids.begin(), ids.end());
    const bool apart = std::adjacent_find(ids.begin(), ids.end()) == ids.end();
    expect(apart, "ids moved to zero stay apart", 0);
}

// Without a node id: from a random start on, around the end of 32 bits too.
void test_prefixes_count_from_a_random_start() {
    PrefixSequence sequence;
    std::uint32_t expected = 0xfffffffe;
    for (int stream = 0; stream < kStreams; ++stream) {
        const auto other_chance = static_cast<std::uint32_t>(stream);
        const std::uint32_t chance = stream == 0 ? expected : other_chance;
        expect(sequence.next(0, 0, chance) == expected++, "prefixes count", 0);
    }
}

}  // namespace

int main() {
    test_prefixes_never_repeat();
    test_reset_mode_keeps_streams_apart();
    test_prefixes_count_from_a_random_start();
    std::printf("%d failed\n", failures);
    return failures == 0 ? 0 : 1;
}
