// Many streams: which are forgotten, what may change while they run, and who does the work.
#include <atomic>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

#include "core/multi_stream_tracker.hpp"
#include "expect.hpp"
#include "one_stream.hpp"

namespace streamtrack {
namespace {

struct Batch {
    explicit Batch(Config config) : tracker(std::move(config)) {}
    void play(const std::set<StreamKey>& keys, unsigned threads = 1) {
        const Detection one = person(0);
        std::vector<StreamFrame> frames;
        for (const StreamKey key : keys) {
            Frame frame;
            frame.detections = &one;
            frame.detection_count = 1;
            frames.push_back({&tracker.stream(key, std::to_string(key)), frame});
        }
        tracker.update_batch(frames.data(), frames.size(), threads);
    }
    std::set<StreamKey> remove_idle() {
        const std::vector<StreamKey> idle = tracker.remove_idle();
        return {idle.begin(), idle.end()};
    }
    MultiStreamTracker tracker;
};

void test_idle_streams() {
    using Keys = std::set<StreamKey>;
    Config config;
    config.set(Layer::file, "", "max_idle_frames", "3");
    Batch batch(config);
    batch.play({1, 2, 3});
    expect(batch.remove_idle().empty(), "none is idle");
    for (int k = 0; k < 2; ++k) {
        batch.play({2});
        expect(batch.remove_idle().empty(), "not yet idle", k);
    }
    batch.play({2});
    expect(batch.remove_idle() == Keys{1, 3} && batch.tracker.stream_count() == 1,
           "all idle streams go at once, after three batches");
    expect(batch.tracker.find(1) == nullptr && batch.tracker.find(2) != nullptr, "they are gone");
    for (int k = 0; k < 10; ++k) {
        batch.play({2});
        expect(batch.remove_idle().empty(), "a stream that plays stays", k);
    }
    // A stream that takes up an earlier state counts fewer frames, and plays all the same.
    std::vector<std::uint8_t> early;
    batch.play({7});
    batch.tracker.find(7)->append_snapshot(early);
    for (int k = 0; k < 9; ++k) {
        batch.play({2, 7});
        batch.remove_idle();
    }
    batch.tracker.find(7)->restore(early.data(), early.size());
    for (int k = 0; k < 5; ++k) {
        batch.play({2, 7});
        expect(batch.remove_idle().empty(), "a restored stream plays", k);
    }
    std::set<std::string> names;
    batch.tracker.for_each_stream(
        [&](StreamKey key, const std::string& name, StreamTracker& tracker) {
            expect(std::to_string(key) == name && tracker.frames() > 0, "a stream has its name");
            names.insert(name);
        });
    expect(names == std::set<std::string>{"2", "7"}, "every stream is visited");
    expect(batch.tracker.remove(7) && !batch.tracker.remove(7), "what is gone cannot go");
    Batch waiting(config);
    waiting.tracker.stream(5, "5");
    for (int k = 1; k <= 3; ++k) {
        waiting.play({2});
        expect(waiting.remove_idle() == (k == 3 ? Keys{5} : Keys{}), "one that never played", k);
    }
    Batch forever{Config()};
    forever.play({1});
    for (int k = 0; k < 100; ++k) {
        forever.play({2});
        expect(forever.remove_idle().empty(), "0: never", k);
    }
}

void test_live_changes() {
    Config config;
    config.set(Layer::streams, "2", "match_thresh", "0.3");
    Batch batch(config);
    batch.play({1, 2});
    Config live = config;
    live.set(Layer::file, "", "match_thresh", "0.9");
    batch.tracker.change(live);
    batch.play({3});
    const auto thresh = [&](StreamKey key) {
        return batch.tracker.find(key)->settings().match_thresh;
    };
    expect(thresh(1) == .9 && thresh(2) == .3 && thresh(3) == .9 &&
               batch.tracker.settings().match_thresh == .9,
           "a change reaches every stream, those to come too, by its name");
    for (const char* section : {"", "2"}) {
        const Layer layer = *section == '\0' ? Layer::file : Layer::streams;
        Config other = live;
        other.set(Layer::file, "", "match_thresh", "0.5");
        if (*section == '\0') {
            other.set(layer, section, "max_trajectory", "32");
        } else {
            other.set(layer, section, "preset", "reference");
        }
        const std::string error = refusal([&] { batch.tracker.change(other); });
        const std::string expected =
            *section == '\0'
                ? "max_trajectory must stay as it is while streams run, got 32 after 64; restart "
                  "to change it"
                : "preset must stay as it is while streams run, got reference after bytetrack; "
                  "restart to change it";
        expect(error == expected, "what cannot change is named: " + error);
        expect(thresh(1) == .9 && batch.tracker.settings().match_thresh == .9,
               "a refused change changes nothing");
    }
    MultiStreamTracker none(live);
    Config other = live;
    other.set(Layer::file, "", "max_trajectory", "32");
    expect(!refusal([&] { none.change(other); }).empty() &&
               none.settings().max_trajectory == batch.tracker.settings().max_trajectory,
           "what cannot change cannot before the first stream either");
    Config contradicting;
    contradicting.set(Layer::streams, "later", "track_low_thresh", "0.9");
    expect(!refusal([&] { MultiStreamTracker{contradicting}; }).empty(),
           "a contradiction shows at once");
}

// A piece that fails is told after the others are done, with any number of workers.
void test_workers() {
    for (const unsigned threads : {1U, 2U, 5U}) {
        Workers workers(threads);
        expect(workers.size() == threads && !workers.stale(), "as many as asked for");
        for (int round = 0; round < 200; ++round) {
            std::vector<std::atomic<int>> done(17);
            const std::string error = refusal([&] {
                workers.run(done.size(), [&](std::size_t piece, unsigned worker) {
                    expect(worker < threads, "workers count from 0", round);
                    done[piece].fetch_add(1);
                    if (round % 2 == 0 && piece % 8 == 3) {
                        throw std::invalid_argument("piece");
                    }
                });
            });
            expect(error == (round % 2 == 0 ? "piece" : ""), "a failure is told once", round);
            for (const auto& count : done) {
                expect(count == 1, "each piece is done once", round);
            }
        }
        workers.run(0, [&](std::size_t, unsigned) { expect(false, "there was nothing to do"); });
    }
    expect(Workers(0).size() >= 1, "0: one a core");
    // Three pieces that wait for each other need three workers at once, in every round; and those
    // that had time to fall asleep are woken.
    Workers three(3);
    for (int round = 0; round < 6; ++round) {
        std::this_thread::sleep_for(std::chrono::milliseconds(round % 2 == 0 ? 50 : 0));
        std::atomic<int> begun{0}, met{0};
        three.run(3, [&](std::size_t, unsigned) {
            ++begun;
            for (int k = 0; k < 20'000 && begun < 3; ++k) {  // 20 seconds
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
            met += begun == 3 ? 1 : 0;
        });
        expect(met == 3, "workers work at the same time", round);
        if (met != 3) {
            break;
        }
    }
    Workers before(1);
    Workers::forked();
    expect(before.stale() && !Workers(1).stale(), "what was made before a fork is stale");
}

}  // namespace

void test_batches() {
    test_idle_streams();
    test_live_changes();
    test_workers();
}

}  // namespace streamtrack
