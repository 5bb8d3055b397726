#include "frame_input.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "refusal.hpp"

namespace nb = nanobind;

namespace streamtrack {
namespace {

// "boxes: box must be ..., got ... in row 3; do ...": the core's rule in Python's words.
[[noreturn]] void refuse(const Detection& detection, const char* rule, std::size_t row,
                         BoxFormat format) {
    const bool score = is_about_score(rule);
    std::string fix = "drop the row";
    if (score && detection.score > 1) {
        fix = "divide percentages by 100";
    } else if (!score && format == BoxFormat::xyxy) {
        fix = "give x1 y1 x2 y2, or say box_format=\"ltwh\" for left top width height";
    } else if (!score) {
        fix = "drop the row, or say box_format=\"xyxy\" for x1 y1 x2 y2";
    }
    throw std::invalid_argument((score ? "scores: " : "boxes: ") + rule_and_got(detection, rule) +
                                " in row " + std::to_string(row) + "; " + fix);
}

}  // namespace

bool truth_of(nb::handle value) {
    const int truth = PyObject_IsTrue(value.ptr());
    if (truth < 0) {
        throw nb::python_error();
    }
    return truth == 1;
}

double seconds_of(nb::handle value) {
    if (value.is_none()) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    const double seconds = PyFloat_AsDouble(value.ptr());
    if (seconds == -1 && PyErr_Occurred() != nullptr) {
        PyErr_Clear();
        throw nb::type_error(("timestamp must be seconds as a number, got " +
                              std::string(nb::inst_name(value).c_str()) +
                              "; convert it with float()")
                                 .c_str());
    }
    return seconds;
}

void FrameInput::borrow(nb::handle boxes, nb::handle scores, nb::handle classes,
                        const nb::object& convert) {
    if (!take(boxes, scores, classes)) {
        converted_ = convert(boxes, scores, classes);
        const auto arrays = nb::cast<nb::tuple>(converted_);
        if (!take(arrays[0], arrays[1], arrays[2])) {
            throw nb::type_error("boxes and scores must convert to float32, classes to int32");
        }
    }
    rows_ = boxes_.rows();
}

Frame FrameInput::frame(bool detected, double timestamp) const {
    if (!detected && !detections_.empty()) {
        throw std::invalid_argument(
            "boxes must be left out where detected=False (the detector skipped this frame), got " +
            std::to_string(detections_.size()) + "; say detected=True, or give no boxes");
    }
    if (std::isinf(timestamp)) {
        throw std::invalid_argument(
            "timestamp must be finite seconds, got inf; leave it out where the time is not known");
    }
    Frame frame;
    frame.detections = detections_.data();
    frame.detection_count = detections_.size();
    frame.detected = detected;
    frame.timestamp = timestamp;
    return frame;
}

void FrameInput::release() {
    boxes_.release();
    scores_.release();
    classes_.release();
    converted_.reset();
}

bool FrameInput::take(nb::handle boxes, nb::handle scores, nb::handle classes) {
    has_classes_ = !classes.is_none();
    return boxes_.take(boxes, "f", 2) && scores_.take(scores, "f", 1) && boxes_.columns() == 4 &&
           scores_.rows() == boxes_.rows() &&
           (!has_classes_ ||
            (classes_.take(classes, "ilq", 1) && classes_.rows() == boxes_.rows()));
}

void FrameInput::read(BoxFormat format) {
    const float* box = boxes();
    const auto* scores = static_cast<const float*>(scores_.data());
    detections_.resize(rows_);
    for (std::size_t row = 0; row < rows_; ++row, box += 4) {
        Detection& detection = detections_[row];
        detection.box = format == BoxFormat::ltwh
                            ? Box{box[0], box[1], box[2], box[3]}
                            : Box{box[0], box[1], box[2] - box[0], box[3] - box[1]};
        detection.score = scores[row];
        detection.class_id = 0;
        if (const char* rule = what_is_wrong(detection)) {
            refuse(detection, rule, row, format);
        }
    }
    if (has_classes_ && rows_ != 0) {
        read_classes();
    }
}

void FrameInput::read_classes() {
    const bool is_long =
        classes_.letter() == 'q' || (classes_.letter() == 'l' && sizeof(long) == 8);
    for (std::size_t row = 0; row < detections_.size(); ++row) {
        const std::int64_t value = is_long ? static_cast<const std::int64_t*>(classes_.data())[row]
                                           : static_cast<const std::int32_t*>(classes_.data())[row];
        if (value < std::numeric_limits<std::int32_t>::min() ||
            value > std::numeric_limits<std::int32_t>::max()) {
            throw std::invalid_argument("classes must fit in 32 bits, got " +
                                        std::to_string(value) + " in row " + std::to_string(row) +
                                        "; number classes from 0");
        }
        detections_[row].class_id = static_cast<std::int32_t>(value);
    }
}

}  // namespace streamtrack
