// The tracker of a recording: streams by DeepStream's ids, and all that a recording tells of them
// (docs/recording.md). Its caller keeps to one thread.
#include <nanobind/stl/string.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "bindings.hpp"
#include "core/multi_stream_tracker.hpp"
#include "frame_input.hpp"

namespace nb = nanobind;

namespace streamtrack {
namespace {

class ReplayTracker {
  public:
    ReplayTracker(const Config& config, nb::object convert)
        : tracker_(config), convert_(std::move(convert)) {}

    void change(const Config& config) { tracker_.change(config); }
    void begin(StreamKey id) { stream(id); }
    void restore(StreamKey id, nb::bytes state) {
        stream(id).restore(static_cast<const std::uint8_t*>(state.data()), state.size());
    }
    void set_id_prefix(StreamKey id, std::uint32_t prefix) { stream(id).set_id_prefix(prefix); }
    bool remove(StreamKey id) { return tracker_.remove(id); }

    // `frames`: (stream id, boxes ltwh, scores, classes, detected, timestamp or None, number).
    nb::list update(nb::list frames) {
        std::deque<FrameInput> inputs;
        std::vector<StreamFrame> batch;
        for (const nb::handle row : frames) {
            const auto fields = nb::cast<nb::tuple>(row);
            FrameInput& input = inputs.emplace_back();
            input.borrow(fields[1], fields[2], fields[3], convert_);
            input.read(BoxFormat::ltwh);
            Frame frame = input.frame(truth_of(fields[4]), seconds_of(fields[5]));
            frame.number = nb::cast<std::int64_t>(fields[6]);
            batch.push_back({&stream(nb::cast<StreamKey>(fields[0])), frame});
        }
        tracker_.update_batch(batch.data(), batch.size(), 1);
        nb::list result;
        for (std::size_t k = 0; k < batch.size(); ++k) {
            const StreamTracker& tracker = *batch[k].tracker;
            result.append(
                make_tracks(TrackColumns(tracker.objects(), inputs[k].boxes(), BoxFormat::ltwh,
                                         tracker.settings().box_output == BoxOutput::detection)));
        }
        return result;
    }

  private:
    // The key of `streams:` is the pad index.
    StreamTracker& stream(StreamKey id) { return tracker_.stream(id, std::to_string(id >> 32)); }

    MultiStreamTracker tracker_;
    nb::object convert_;
};

}  // namespace

void bind_replay(nb::module_& module) {
    nb::class_<ReplayTracker>(module, "ReplayTracker")
        .def(nb::init<const Config&, nb::object>(), nb::arg("config"), nb::arg("convert"))
        .def("change", &ReplayTracker::change, nb::arg("config"))
        .def("begin", &ReplayTracker::begin, nb::arg("stream"))
        .def("restore", &ReplayTracker::restore, nb::arg("stream"), nb::arg("state"))
        .def("set_id_prefix", &ReplayTracker::set_id_prefix, nb::arg("stream"), nb::arg("prefix"))
        .def("remove", &ReplayTracker::remove, nb::arg("stream"))
        .def("update", &ReplayTracker::update, nb::arg("frames"));
    module.def(
        "advance_ids", [](std::uint64_t last) { process_id_counter().advance_past(last); },
        nb::arg("last"));
    module.def("last_id", [] { return process_id_counter().last(); });
}

}  // namespace streamtrack
