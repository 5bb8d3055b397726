#include "tracks.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "bindings.hpp"
#include "numpy_arrays.hpp"

namespace nb = nanobind;

namespace streamtrack {
namespace {

struct ColumnType {
    Element element;
    std::size_t columns;
    std::size_t row_bytes;
};
constexpr ColumnType kColumnTypes[Tracks::column_count] = {
    {Element::uint64, 1, 8}, {Element::float32, 4, 16}, {Element::float32, 1, 4},
    {Element::int32, 1, 4},  {Element::int32, 1, 4},    {Element::uint32, 1, 4},
    {Element::uint8, 1, 1}};

std::size_t bytes_of(std::size_t rows) {
    std::size_t row_bytes = 0;
    for (const ColumnType& type : kColumnTypes) {
        row_bytes += type.row_bytes;
    }
    return rows * row_bytes;
}

nb::object new_memory(const char* content, std::size_t size) {
    return nb::steal(PyByteArray_FromStringAndSize(content, static_cast<Py_ssize_t>(size)));
}

// The class in Python; never freed.
nb::handle tracks_type;
// So many Tracks that were dropped wait for their next use.
constexpr std::uint32_t kPooled = 64;

void put_box(float* row, const Box& box, BoxFormat format) {
    constexpr float most = std::numeric_limits<float>::max();
    row[0] = box.left;
    row[1] = box.top;
    row[2] = format == BoxFormat::ltwh ? box.width : std::min(box.left + box.width, most);
    row[3] = format == BoxFormat::ltwh ? box.height : std::min(box.top + box.height, most);
}

}  // namespace

Tracks::Tracks(std::size_t rows) : rows_(rows), memory_(new_memory(nullptr, bytes_of(rows))) {
    if (!memory_.is_valid()) {
        throw nb::python_error();
    }
}

Tracks::Tracks(std::size_t rows, nb::bytes bytes) : Tracks(rows) {
    if (bytes.size() != bytes_of(rows)) {
        throw nb::value_error("bytes must be the memory of as many rows");
    }
    std::memcpy(memory(), bytes.c_str(), bytes.size());
}

char* Tracks::memory() const { return PyByteArray_AsString(memory_.ptr()); }

std::size_t Tracks::offset(Column column) const {
    std::size_t row_bytes = 0;
    for (int i = 0; i < column; ++i) {
        row_bytes += kColumnTypes[i].row_bytes;
    }
    return rows_ * row_bytes;
}

nb::bytes Tracks::bytes() const { return nb::bytes(memory(), bytes_of(rows_)); }

nb::object Tracks::array(Column column) {
    nb::object& array = arrays_[column];
    if (!array.is_valid()) {
        const ColumnType& type = kColumnTypes[column];
        array = array_over(memory() + offset(column), type.element, rows_, type.columns, memory_);
    }
    return array;
}

nb::object make_tracks(const std::vector<TrackedObject>& objects, const float* given,
                       BoxFormat format, bool own_boxes) {
    nb::object result = nb::inst_alloc(tracks_type);
    auto* tracks = new (nb::inst_ptr<Tracks>(result)) Tracks(objects.size());
    nb::inst_mark_ready(result);
    auto* ids = tracks->data<std::uint64_t>(Tracks::ids);
    auto* boxes = tracks->data<float>(Tracks::boxes);
    auto* scores = tracks->data<float>(Tracks::scores);
    auto* classes = tracks->data<std::int32_t>(Tracks::classes);
    auto* detection_index = tracks->data<std::int32_t>(Tracks::detection_index);
    auto* ages = tracks->data<std::uint32_t>(Tracks::ages);
    auto* states = tracks->data<std::uint8_t>(Tracks::states);
    for (std::size_t i = 0; i < objects.size(); ++i) {
        const TrackedObject& object = objects[i];
        ids[i] = object.id;
        if (own_boxes && object.detection_index >= 0) {
            std::memcpy(boxes + 4 * i, given + 4 * object.detection_index, 4 * sizeof(float));
        } else {
            put_box(boxes + 4 * i, object.box, format);
        }
        scores[i] = object.score;
        classes[i] = object.class_id;
        detection_index[i] = object.detection_index;
        ages[i] = object.age;
        states[i] = static_cast<std::uint8_t>(object.state);
    }
    return result;
}

void bind_tracks(nb::module_& module) {
    const auto column = [](Tracks::Column which) {
        return [which](Tracks& tracks) { return tracks.array(which); };
    };
    nb::class_<Tracks> tracks(module, "Tracks", nb::pooled(kPooled));
    tracks_type = tracks.inc_ref();
    tracks.def("__len__", &Tracks::size)
        .def_prop_ro("ids", column(Tracks::ids), nb::lock_self())
        .def_prop_ro("boxes", column(Tracks::boxes), nb::lock_self())
        .def_prop_ro("scores", column(Tracks::scores), nb::lock_self())
        .def_prop_ro("classes", column(Tracks::classes), nb::lock_self())
        .def_prop_ro("detection_index", column(Tracks::detection_index), nb::lock_self())
        .def_prop_ro("ages", column(Tracks::ages), nb::lock_self())
        .def_prop_ro("states", column(Tracks::states), nb::lock_self())
        .def("__repr__",
             [](Tracks& tracks) {
                 return nb::str("Tracks({} tracks, ids {})")
                     .format(tracks.size(), tracks.array(Tracks::ids));
             })
        .def("__getstate__",
             [](const Tracks& tracks) { return nb::make_tuple(tracks.size(), tracks.bytes()); })
        .def("__setstate__", [](Tracks& tracks, const nb::tuple& state) {
            new (&tracks) Tracks(nb::cast<std::size_t>(state[0]), nb::cast<nb::bytes>(state[1]));
        });
}

}  // namespace streamtrack
