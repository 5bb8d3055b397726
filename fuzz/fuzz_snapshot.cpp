// StreamTracker::restore: any bytes are refused, or give a tracker that goes on with a finite
// state. The input is laid over a true snapshot, so that most of them get past the size and the
// magic.
#include <cmath>

#include "bytes.hpp"
#include "core/multi_stream_tracker.hpp"

using namespace streamtrack;

namespace {

std::vector<std::uint8_t> true_snapshot(std::size_t tracks) {
    StreamTracker tracker{Settings()};
    Workspace work;
    for (int frame = 0; frame < 3; ++frame) {
        std::vector<Detection> detections;
        for (std::size_t k = 0; k < tracks; ++k) {
            detections.push_back({{static_cast<float>(k) * 40 + frame, 10, 20, 30}, 0.9F, 0});
        }
        tracker.update({detections.data(), frame == 1 ? tracks / 2 : tracks}, work);
        tracker.report();
    }
    std::vector<std::uint8_t> bytes;
    tracker.append_snapshot(bytes);
    return bytes;
}

// Patches of {offset, length, bytes}, and the end cut off or drawn out.
void spoil(std::vector<std::uint8_t>& snapshot, fuzz::Bytes& bytes) {
    if (bytes.one_in(16)) {
        snapshot.resize(bytes.raw<std::uint16_t>() % 2048);
    }
    while (!bytes.empty() && !snapshot.empty()) {
        std::size_t at = bytes.raw<std::uint16_t>() % snapshot.size();
        for (std::uint32_t left = bytes.below(9); left > 0 && at < snapshot.size(); --left) {
            snapshot[at++] = bytes.byte();
        }
    }
}

void go_on(StreamTracker& tracker, Workspace& work) {
    const Detection seen[] = {{{2, 10, 20, 30}, 0.9F, 0}, {{43, 11, 20, 30}, 0.3F, 0}};
    for (std::size_t count : {2, 0, 2}) {
        tracker.update({seen, count, count > 0 || tracker.frames() % 2 == 0}, work);
        for (const TrackedObject& object : tracker.report()) {
            fuzz::require(object.id != 0 && object.id != ~std::uint64_t{0});
            fuzz::require(std::isfinite(object.box.left) && std::isfinite(object.box.width));
        }
    }
    for (const Track& track : tracker.tracks()) {
        const Box box = box_of(track.motion);  // clamps infinities, but shows what is not a number
        fuzz::require(std::isfinite(box.left) && std::isfinite(box.top));
        fuzz::require(std::isfinite(box.width) && std::isfinite(box.height));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Workspace work;
    static const std::vector<std::uint8_t> originals[] = {true_snapshot(0), true_snapshot(2),
                                                          true_snapshot(8)};
    fuzz::Bytes bytes(data, size);
    std::vector<std::uint8_t> snapshot = originals[bytes.below(3)];
    spoil(snapshot, bytes);
    Settings settings;
    settings.box_output = BoxOutput::kalman;
    settings.report_lost = 3;
    StreamTracker tracker(settings);
    try {
        tracker.restore(snapshot.data(), snapshot.size());
    } catch (const std::invalid_argument&) {
        fuzz::require(tracker.tracks().empty() && tracker.frames() == 0);
        return 0;
    }
    go_on(tracker, work);
    return 0;
}
