// The core under many threads at once, for ThreadSanitizer: update_batch's workers give what one
// thread gives, trackers that run beside each other share ids but nothing else, and the id counter
// gives no id twice.
#include <algorithm>
#include <cstdio>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "core/multi_stream_tracker.hpp"

namespace streamtrack {
namespace {

constexpr std::size_t kStreams = 8;
constexpr int kFrames = 60;

int failures = 0;

void expect(bool right, const char* what) {
    if (!right) {
        ++failures;
        std::printf("FAILED: %s\n", what);
    }
}

// Enough walkers that waking threads is worth it; each scene comes again for the same seed.
std::vector<Detection> scene_of(std::size_t stream, int number, unsigned seed) {
    std::mt19937 random(seed + 977U * static_cast<unsigned>(stream) +
                        7919U * static_cast<unsigned>(number));
    std::vector<Detection> detections;
    for (int k = 0; k < 150; ++k) {
        const auto jitter = static_cast<float>(random() % 8);
        const auto left = static_cast<float>(40 * (k % 30) + 2 * number) + jitter;
        const auto top = static_cast<float>(90 * (k / 30));
        if (random() % 10 != 0) {
            detections.push_back({{left, top, 30, 60}, random() % 5 == 0 ? .3F : .9F, k % 2});
        }
    }
    return detections;
}

struct Reported {
    std::uint64_t id;
    std::size_t stream;
    int number;
    float left;
    bool operator==(const Reported& other) const {
        return id == other.id && stream == other.stream && number == other.number &&
               left == other.left;
    }
};

// Tracks streams that come and go with so many threads.
std::vector<Reported> track(unsigned threads, unsigned seed) {
    MultiStreamTracker tracker{Config()};
    std::vector<Reported> all;
    for (int number = 0; number < kFrames; ++number) {
        std::vector<std::vector<Detection>> detections;
        std::vector<StreamFrame> frames;
        for (std::size_t k = 0; k < kStreams; ++k) {
            if (number % 20 == 10 && number / 20 == static_cast<int>(k)) {
                tracker.remove(k);
            }
            detections.push_back(scene_of(k, number, seed));
            Frame frame;
            frame.detections = detections.back().data();
            frame.detection_count = detections.back().size();
            frames.push_back({&tracker.stream(k, std::to_string(k)), frame});
        }
        tracker.update_batch(frames.data(), frames.size(), threads);
        for (std::size_t k = 0; k < kStreams; ++k) {
            for (const TrackedObject& object : frames[k].tracker->objects()) {
                all.push_back({object.id, k, number, object.box.left});
            }
        }
    }
    return all;
}

// Ids become numbers in the order of their first appearance.
std::vector<Reported> renamed(std::vector<Reported> all) {
    std::unordered_map<std::uint64_t, std::uint64_t> numbers;
    for (Reported& one : all) {
        one.id = numbers.emplace(one.id, numbers.size()).first->second;
    }
    return all;
}

std::vector<std::uint64_t> ids_of(const std::vector<Reported>& all) {
    std::vector<std::uint64_t> ids;
    for (const Reported& one : all) {
        ids.push_back(one.id);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

void test_workers() {
    const std::vector<Reported> expected = renamed(track(1, 1));
    expect(expected.size() > kStreams * kFrames * 100, "the scene is too thin");
    for (const unsigned threads : {2U, 4U, 7U}) {
        expect(renamed(track(threads, 1)) == expected, "threads change the tracks");
    }
}

void test_trackers_beside_each_other() {
    constexpr unsigned kTrackers = 3;
    std::vector<Reported> expected[kTrackers], got[kTrackers];
    for (unsigned k = 0; k < kTrackers; ++k) {
        expected[k] = renamed(track(1, 10 + k));
    }
    std::vector<std::thread> threads;
    for (unsigned k = 0; k < kTrackers; ++k) {
        threads.emplace_back([&got, k] { got[k] = track(2, 10 + k); });
    }
    std::vector<std::uint64_t> all;
    std::size_t count = 0;
    for (unsigned k = 0; k < kTrackers; ++k) {
        threads[k].join();
        expect(renamed(got[k]) == expected[k], "trackers disturb each other");
        const std::vector<std::uint64_t> ids = ids_of(got[k]);
        all.insert(all.end(), ids.begin(), ids.end());
        count += ids.size();
    }
    std::sort(all.begin(), all.end());
    expect(std::unique(all.begin(), all.end()) == all.end() && count > 500,
           "two trackers gave the same id");
}

void test_id_counter() {
    constexpr std::size_t kThreads = 4, kIds = 20'000;
    std::vector<std::uint64_t> ids(kThreads * kIds);
    std::vector<std::thread> threads;
    for (std::size_t k = 0; k < kThreads; ++k) {
        threads.emplace_back([&ids, k] {
            for (std::size_t j = 0; j < kIds; ++j) {
                ids[k * kIds + j] = process_id_counter().next();
                if (j % 1000 == 0) {
                    process_id_counter().advance_past(ids[k * kIds + j] + 500);
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    const std::uint64_t greatest = *std::max_element(ids.begin(), ids.end());
    expect(process_id_counter().last() >= greatest, "the counter stands below an id it gave");
    std::sort(ids.begin(), ids.end());
    expect(std::unique(ids.begin(), ids.end()) == ids.end(), "the counter gave an id twice");
}

}  // namespace
}  // namespace streamtrack

int main() {
    streamtrack::test_workers();
    streamtrack::test_trackers_beside_each_other();
    streamtrack::test_id_counter();
    std::printf("%d failed\n", streamtrack::failures);
    return streamtrack::failures == 0 ? 0 : 1;
}
