#include "tracker.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

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

// As the environment completes it where the tracker runs, not where the configuration was made.
Config completed(Config config) {
    config.set_from_environment(kNodeIdVariable, std::getenv(kNodeIdVariable), "node_id");
    return config;
}

}  // namespace

NamedStreamTracker::NamedStreamTracker(const Config& config, BoxFormat format, unsigned threads,
                                       nb::object convert)
    : tracker_(completed(config)),
      format_(format),
      threads_(threads),
      convert_(std::move(convert)) {}

nb::object NamedStreamTracker::update(nb::handle stream_key, nb::handle boxes, nb::handle scores,
                                      nb::handle classes, nb::handle detected,
                                      nb::handle timestamp) {
    const Turn turn(busy_);
    const Loan<FrameInput> loan(input_);
    const bool saw = truth_of(detected);
    if (boxes.is_none() && !saw) {
        input_.borrow_nothing();
    } else {
        input_.borrow(boxes, scores, classes, convert_);
    }
    input_.read(format_);
    const Frame frame = input_.frame(saw, seconds_of(timestamp));
    StreamTracker& tracker = stream_of(stream_key);
    const StreamFrame one{&tracker, frame};
    tracker_.update_batch(&one, 1, 1);
    return make_tracks(columns_of(tracker, input_));
}

nb::dict NamedStreamTracker::update_batch(nb::dict frames, nb::handle detected,
                                          nb::handle timestamps) {
    const Turn turn(busy_);
    const Loan<FrameBatch> loan(batch_);
    batch_.borrow(frames, detected, timestamps, convert_);
    {
        const nb::gil_scoped_release release;
        update_borrowed();
    }
    nb::dict results = batch_.results();
    forget_idle();
    return results;
}

// The frames are read, their streams updated and the results laid out on all threads; in between
// come what is wrong with any frame, new streams and new ids, in the order of the frames.
void NamedStreamTracker::update_borrowed() {
    const auto share_out = [&](const std::function<void(std::size_t)>& work) {
        tracker_.share_out(batch_.size(), batch_.rows(), threads_, work);
    };
    frames_.resize(batch_.size());
    share_out([&](std::size_t i) { frames_[i] = {batch_[i].tracker, batch_.read(i, format_)}; });
    batch_.check();
    for (std::size_t i = 0; i < batch_.size() && batch_.has_unknown(); ++i) {
        frames_[i].tracker = batch_[i].tracker = &stream(batch_[i].name);
    }
    tracker_.update_batch(frames_.data(), frames_.size(), threads_);
    share_out(
        [&](std::size_t i) { batch_[i].result = columns_of(*batch_[i].tracker, batch_[i].input); });
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

StreamTracker& NamedStreamTracker::stream_of(nb::handle key) {
    if (!key.is(last_key_)) {
        last_stream_ = &stream(stream_name(key));
        last_key_ = nb::borrow(key);
    }
    return *last_stream_;
}

TrackColumns NamedStreamTracker::columns_of(const StreamTracker& tracker,
                                            const FrameInput& input) const {
    return TrackColumns(tracker.objects(), input.boxes(), format_,
                        tracker.settings().box_output == BoxOutput::detection);
}

void NamedStreamTracker::forget_streams() {
    last_key_.reset();
    batch_.forget_streams();
}

void NamedStreamTracker::forget_idle() {
    if (tracker_.remove_idle().empty()) {
        return;
    }
    forget_streams();
    for (auto entry = keys_.begin(); entry != keys_.end();) {
        entry = tracker_.find(entry->second) == nullptr ? keys_.erase(entry) : std::next(entry);
    }
}

bool NamedStreamTracker::remove(nb::handle stream_key) {
    const Turn turn(busy_);
    const auto known = keys_.find(stream_name(stream_key));
    if (known == keys_.end()) {
        return false;
    }
    forget_streams();
    tracker_.remove(known->second);
    keys_.erase(known);
    return true;
}

std::vector<std::string> NamedStreamTracker::names() {
    const Turn turn(busy_);
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
    stream(name).append_snapshot(bytes);
    return nb::bytes(bytes.data(), bytes.size());
}

void NamedStreamTracker::restore(const std::string& name, nb::bytes state) {
    const Turn turn(busy_);
    stream(name).restore(static_cast<const std::uint8_t*>(state.data()), state.size());
}

void NamedStreamTracker::set_id_prefix(const std::string& name, std::uint32_t prefix) {
    const Turn turn(busy_);
    stream(name).set_id_prefix(prefix);
}

void bind_tracker(nb::module_& module) {
    nb::enum_<BoxFormat>(module, "BoxFormat")
        .value("xyxy", BoxFormat::xyxy)
        .value("ltwh", BoxFormat::ltwh);
    nb::class_<NamedStreamTracker>(module, "NamedStreamTracker")
        .def(nb::init<const Config&, BoxFormat, unsigned, nb::object>(), nb::arg("config"),
             nb::arg("box_format"), nb::arg("threads"), nb::arg("convert"))
        .def("update", &NamedStreamTracker::update, nb::arg("stream").none(),
             nb::arg("boxes").none(), nb::arg("scores").none(), nb::arg("classes").none(),
             nb::arg("detected"), nb::arg("timestamp").none())
        .def("update_batch", &NamedStreamTracker::update_batch, nb::arg("frames"),
             nb::arg("detected"), nb::arg("timestamps").none())
        .def("remove", &NamedStreamTracker::remove, nb::arg("stream").none())
        .def("names", &NamedStreamTracker::names)
        .def("snapshot", &NamedStreamTracker::snapshot, nb::arg("name"))
        .def("restore", &NamedStreamTracker::restore, nb::arg("name"), nb::arg("state"))
        .def("set_id_prefix", &NamedStreamTracker::set_id_prefix, nb::arg("name"),
             nb::arg("prefix"));
    module.def("unique_stream_prefix", &unique_stream_prefix, nb::arg("node_id"));
    module.def("forked", &Workers::forked);
}

}  // namespace streamtrack
