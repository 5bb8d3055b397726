#include "tracker.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <unordered_set>

#include "bindings.hpp"

namespace nb = nanobind;

namespace streamtrack {

class NamedStreamTracker::Turn {
  public:
    explicit Turn(std::atomic<bool>& busy) : busy_(busy) {
        if (busy_.exchange(true, std::memory_order_acquire)) {
            throw std::runtime_error(
                "a tracker must be used by one thread at a time, got a call while another runs; "
                "use update_batch for many streams at once, or one tracker for each thread");
        }
    }
    ~Turn() { busy_.store(false, std::memory_order_release); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

  private:
    std::atomic<bool>& busy_;
};

namespace {

// Within a batch, what is wrong with a frame is said of its stream.
[[noreturn]] void rethrow_for(const std::string& stream) {
    const std::string prefix = "stream \"" + stream + "\": ";
    try {
        throw;
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(prefix + error.what());
    } catch (const nb::python_error& error) {
        if (!error.matches(PyExc_ValueError)) {
            throw;
        }
        throw std::invalid_argument(prefix + nb::str(error.value()).c_str());
    }
}

}  // namespace

NamedStreamTracker::NamedStreamTracker(const Config& config, BoxFormat format, unsigned threads,
                                       nb::object convert)
    : tracker_(config), format_(format), threads_(threads), convert_(std::move(convert)) {
    inputs_.resize(1);
}

nb::object NamedStreamTracker::update(nb::str name, nb::handle boxes, nb::handle scores,
                                      nb::handle classes, bool detected, double timestamp) {
    const Turn turn(busy_);
    FrameInput& input = inputs_.front();
    const FrameInput::Loan loan(input);
    input.read(boxes, scores, classes, format_, convert_);
    const Frame frame = frame_of(input, detected, timestamp);
    StreamTracker& tracker = stream(nb::cast<std::string>(name));
    const StreamFrame one{&tracker, frame};
    tracker_.update_batch(&one, 1, 1);
    return tracks_of(tracker, input);
}

nb::list NamedStreamTracker::update_batch(nb::list frames) {
    const Turn turn(busy_);
    const std::size_t count = frames.size();
    if (inputs_.size() < count) {
        inputs_.resize(count);
    }
    std::vector<std::string> names(count);
    std::vector<StreamFrame> batch(count);
    std::deque<FrameInput::Loan> loans;
    std::unordered_set<std::string> seen;
    for (std::size_t i = 0; i < count; ++i) {
        const auto item = nb::cast<nb::tuple>(frames[i]);
        names[i] = nb::cast<std::string>(item[0]);
        if (!seen.insert(names[i]).second) {
            throw std::invalid_argument("streams of a batch must differ, got \"" + names[i] +
                                        "\" twice; give a stream's frames in turn");
        }
        loans.emplace_back(inputs_[i]);
        try {
            inputs_[i].read(item[1], item[2], item[3], format_, convert_);
            batch[i].frame =
                frame_of(inputs_[i], nb::cast<bool>(item[4]), nb::cast<double>(item[5]));
        } catch (const std::exception&) {
            rethrow_for(names[i]);
        }
    }
    for (std::size_t i = 0; i < count; ++i) {
        batch[i].tracker = &stream(names[i]);
    }
    {
        const nb::gil_scoped_release release;
        tracker_.update_batch(batch.data(), count, threads_);
    }
    nb::list result;
    for (std::size_t i = 0; i < count; ++i) {
        result.append(tracks_of(*batch[i].tracker, inputs_[i]));
    }
    forget_idle();
    return result;
}

Frame NamedStreamTracker::frame_of(const FrameInput& input, bool detected, double timestamp) const {
    if (!detected && !input.detections().empty()) {
        throw std::invalid_argument(
            "boxes must be left out where detected=False (the detector skipped this frame), got " +
            std::to_string(input.detections().size()) + "; say detected=True, or give no boxes");
    }
    if (std::isinf(timestamp)) {
        throw std::invalid_argument(
            "timestamp must be finite seconds, got inf; leave it out where the time is not known");
    }
    Frame frame;
    frame.detections = input.detections().data();
    frame.detection_count = input.detections().size();
    frame.detected = detected;
    frame.timestamp = timestamp;
    return frame;
}

StreamTracker& NamedStreamTracker::stream(const std::string& name) {
    const auto known = keys_.find(name);
    if (known != keys_.end()) {
        return tracker_.stream(known->second, name);
    }
    StreamTracker& tracker = tracker_.stream(next_key_, name);
    keys_.emplace(name, next_key_++);
    return tracker;
}

nb::object NamedStreamTracker::tracks_of(const StreamTracker& tracker,
                                         const FrameInput& input) const {
    return make_tracks(tracker.objects(), input.boxes(), format_,
                       tracker.settings().box_output == BoxOutput::detection);
}

void NamedStreamTracker::forget_idle() {
    if (tracker_.remove_idle().empty()) {
        return;
    }
    for (auto entry = keys_.begin(); entry != keys_.end();) {
        entry = tracker_.find(entry->second) == nullptr ? keys_.erase(entry) : std::next(entry);
    }
}

bool NamedStreamTracker::remove(const std::string& name) {
    const Turn turn(busy_);
    const auto known = keys_.find(name);
    if (known == keys_.end()) {
        return false;
    }
    tracker_.remove(known->second);
    keys_.erase(known);
    return true;
}

std::vector<std::string> NamedStreamTracker::names() const {
    std::vector<std::pair<StreamKey, std::string>> by_key;
    for (const auto& [name, key] : keys_) {
        by_key.emplace_back(key, name);
    }
    std::sort(by_key.begin(), by_key.end());
    std::vector<std::string> names;
    for (auto& [key, name] : by_key) {
        names.push_back(std::move(name));
    }
    return names;
}

nb::bytes NamedStreamTracker::snapshot(const std::string& name) {
    const Turn turn(busy_);
    std::vector<std::uint8_t> bytes;
    stream(name).snapshot(bytes);
    return nb::bytes(bytes.data(), bytes.size());
}

void NamedStreamTracker::restore(const std::string& name, nb::bytes state) {
    const Turn turn(busy_);
    stream(name).restore(static_cast<const std::uint8_t*>(state.data()), state.size());
}

void bind_tracker(nb::module_& module) {
    nb::enum_<BoxFormat>(module, "BoxFormat")
        .value("xyxy", BoxFormat::xyxy)
        .value("ltwh", BoxFormat::ltwh);
    nb::class_<NamedStreamTracker>(module, "NamedStreamTracker")
        .def(nb::init<const Config&, BoxFormat, unsigned, nb::object>(), nb::arg("config"),
             nb::arg("box_format"), nb::arg("threads"), nb::arg("convert"))
        .def("update", &NamedStreamTracker::update, nb::arg("name"), nb::arg("boxes").none(),
             nb::arg("scores").none(), nb::arg("classes").none(), nb::arg("detected"),
             nb::arg("timestamp"))
        .def("update_batch", &NamedStreamTracker::update_batch, nb::arg("frames"))
        .def("remove", &NamedStreamTracker::remove, nb::arg("name"))
        .def("names", &NamedStreamTracker::names)
        .def("snapshot", &NamedStreamTracker::snapshot, nb::arg("name"))
        .def("restore", &NamedStreamTracker::restore, nb::arg("name"), nb::arg("state"));
    module.def("forked", &Workers::forked);
}

}  // namespace streamtrack
