#include "frame_batch.hpp"

#include <nanobind/stl/string.h>

#include <stdexcept>
#include <unordered_set>
#include <utility>

namespace nb = nanobind;

namespace streamtrack {
namespace {

// Within a batch, what is wrong with a frame is said of its stream.
[[noreturn]] void rethrow_for(const std::string& stream) {
    const std::string prefix = "stream \"" + stream + "\": ";
    try {
        throw;
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(prefix + error.what());
    } catch (const nb::builtin_exception& error) {
        throw nb::builtin_exception(error.type(), (prefix + error.what()).c_str());
    } catch (const nb::python_error& error) {
        if (!error.matches(PyExc_ValueError)) {
            throw;
        }
        throw std::invalid_argument(prefix + nb::str(error.value()).c_str());
    }
}

// What `said` says of a stream: the value itself, or that of its key in a dict; `otherwise` where
// the dict has none.
nb::object value_for(nb::handle said, nb::handle key, nb::handle otherwise) {
    if (!PyDict_Check(said.ptr())) {
        return nb::borrow(said);
    }
    PyObject* value = PyDict_GetItemWithError(said.ptr(), key.ptr());
    if (value == nullptr && PyErr_Occurred() != nullptr) {
        throw nb::python_error();
    }
    return nb::borrow(value == nullptr ? otherwise : nb::handle(value));
}

[[noreturn]] void refuse_frame(const std::string& got) {
    throw std::invalid_argument(
        "a frame must be (boxes, scores) or (boxes, scores, classes), got " + got +
        "; put the arrays into a tuple");
}

void borrow_frame(FrameInput& input, nb::handle arrays, const nb::object& convert) {
    if (arrays.is_none()) {
        return input.borrow_nothing();
    }
    if (!PyTuple_Check(arrays.ptr()) && !PyList_Check(arrays.ptr())) {
        refuse_frame(nb::inst_name(arrays).c_str());
    }
    const nb::tuple columns(nb::borrow(arrays));
    if (columns.size() != 2 && columns.size() != 3) {
        refuse_frame(std::to_string(columns.size()) + " values");
    }
    input.borrow(columns[0], columns[1], columns.size() == 3 ? nb::handle(columns[2]) : nb::none(),
                 convert);
}

}  // namespace

std::string stream_name(nb::handle key) {
    if (nb::isinstance<nb::str>(key)) {
        return nb::cast<std::string>(key);
    }
    if (nb::isinstance<nb::int_>(key)) {
        return nb::str(nb::int_(key)).c_str();
    }
    throw nb::type_error((std::string("a stream's name must be a text or a whole number, got ") +
                          nb::inst_name(key).c_str() +
                          "; name streams as `streams:` in the configuration does")
                             .c_str());
}

void FrameBatch::borrow(nb::dict frames, nb::handle detected, nb::handle timestamps,
                        const nb::object& convert) {
    size_ = rows_ = unknown_ = 0;
    any_wrong_ = false;
    for (const auto& item : frames) {
        Entry& entry = add(item.first);
        try {
            borrow_frame(entry.input, item.second, convert);
            const nb::object saw = value_for(detected, item.first, nb::handle(Py_True));
            const nb::object time = value_for(timestamps, item.first, nb::none());
            entry.saw = !item.second.is_none() && truth_of(saw);
            entry.timestamp = seconds_of(time);
        } catch (const std::exception&) {
            rethrow_for(entry.name);
        }
        rows_ += entry.input.rows();
        unknown_ += entry.tracker == nullptr ? 1 : 0;
    }
    check_names();
}

FrameBatch::Entry& FrameBatch::add(nb::handle key) {
    if (entries_.size() == size_) {
        entries_.emplace_back();
    }
    Entry& entry = entries_[size_++];
    if (!entry.key.is(key)) {
        entry.name = stream_name(key);
        entry.key = nb::borrow(key);
        entry.tracker = nullptr;
    }
    return entry;
}

Frame FrameBatch::read(std::size_t i, BoxFormat format) {
    Entry& entry = entries_[i];
    entry.wrong.clear();
    try {
        entry.input.read(format);
        return entry.input.frame(entry.saw, entry.timestamp);
    } catch (const std::invalid_argument& error) {
        entry.wrong = error.what();
        any_wrong_ = true;
        return {};
    }
}

void FrameBatch::check() const {
    for (std::size_t i = 0; i < size_ && any_wrong_; ++i) {
        if (!entries_[i].wrong.empty()) {
            throw std::invalid_argument("stream \"" + entries_[i].name +
                                        "\": " + entries_[i].wrong);
        }
    }
}

nb::dict FrameBatch::results() {
    nb::dict results;
    for (std::size_t i = 0; i < size_; ++i) {
        const nb::object tracks = make_tracks(std::move(entries_[i].result));
        if (PyDict_SetItem(results.ptr(), entries_[i].key.ptr(), tracks.ptr()) != 0) {
            throw nb::python_error();
        }
    }
    return results;
}

void FrameBatch::forget_streams() {
    for (Entry& entry : entries_) {
        entry.tracker = nullptr;
    }
}

// Keys of a dict differ; names may not where 3 stands beside "3".
void FrameBatch::check_names() const {
    bool all_texts = true;
    for (std::size_t i = 0; i < size_; ++i) {
        all_texts = all_texts && PyUnicode_Check(entries_[i].key.ptr());
    }
    std::unordered_set<std::string> seen;
    for (std::size_t i = 0; i < size_ && !all_texts; ++i) {
        if (!seen.insert(entries_[i].name).second) {
            throw std::invalid_argument("streams of a batch must differ, got \"" +
                                        entries_[i].name +
                                        "\" twice; give a stream's frames in turn");
        }
    }
}

void FrameBatch::release() {
    for (std::size_t i = 0; i < size_; ++i) {
        entries_[i].input.release();
    }
}

}  // namespace streamtrack
