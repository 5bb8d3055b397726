#include "frame_batch.hpp"

#include <nanobind/stl/string.h>

#include <stdexcept>
#include <unordered_set>

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

void read_frame(FrameInput& input, nb::handle arrays, BoxFormat format, const nb::object& convert) {
    if (arrays.is_none()) {
        return input.read_nothing();
    }
    if (!PyTuple_Check(arrays.ptr()) && !PyList_Check(arrays.ptr())) {
        refuse_frame(nb::inst_name(arrays).c_str());
    }
    const nb::tuple columns(nb::borrow(arrays));
    if (columns.size() != 2 && columns.size() != 3) {
        refuse_frame(std::to_string(columns.size()) + " values");
    }
    input.read(columns[0], columns[1], columns.size() == 3 ? nb::handle(columns[2]) : nb::none(),
               format, convert);
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

void FrameBatch::read(nb::dict frames, nb::handle detected, nb::handle timestamps, BoxFormat format,
                      const nb::object& convert) {
    size_ = 0;
    for (const auto& item : frames) {
        Entry& entry = add(item.first);
        try {
            read_frame(entry.input, item.second, format, convert);
            const nb::object saw = value_for(detected, item.first, nb::handle(Py_True));
            const nb::object time = value_for(timestamps, item.first, nb::none());
            const bool skipped = item.second.is_none() || !truth_of(saw);
            entry.frame = entry.input.frame(!skipped, seconds_of(time));
        } catch (const std::exception&) {
            rethrow_for(entry.name);
        }
    }
    check_names();
}

FrameBatch::Entry& FrameBatch::add(nb::handle key) {
    if (entries_.size() == size_) {
        entries_.emplace_back();
    }
    Entry& entry = entries_[size_++];
    entry.key = nb::borrow(key);
    entry.name = stream_name(key);
    return entry;
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
        entries_[i].key.reset();
    }
}

}  // namespace streamtrack
