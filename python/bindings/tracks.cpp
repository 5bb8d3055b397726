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
constexpr ColumnType kColumnTypes[TrackColumns::column_count] = {
    {Element::uint64, 1, 8}, {Element::float32, 4, 16}, {Element::float32, 1, 4},
    {Element::int32, 1, 4},  {Element::int32, 1, 4},    {Element::uint32, 1, 4},
    {Element::uint8, 1, 1}};

std::size_t row_bytes_before(int column) {
    std::size_t bytes = 0;
    for (int i = 0; i < column; ++i) {
        bytes += kColumnTypes[i].row_bytes;
    }
    return bytes;
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

TrackColumns::TrackColumns(std::size_t rows) : rows_(rows), memory_(new char[bytes()]) {}

TrackColumns::TrackColumns(const std::vector<TrackedObject>& objects, const float* given,
                           BoxFormat format, bool own_boxes)
    : TrackColumns(objects.size()) {
    auto* const id = data<std::uint64_t>(ids);
    auto* const box = data<float>(boxes);
    auto* const score = data<float>(scores);
    auto* const class_id = data<std::int32_t>(classes);
    auto* const index = data<std::int32_t>(detection_index);
    auto* const age = data<std::uint32_t>(ages);
    auto* const state = data<std::uint8_t>(states);
    for (std::size_t i = 0; i < objects.size(); ++i) {
        const TrackedObject& object = objects[i];
        id[i] = object.id;
        if (own_boxes && object.detection_index >= 0) {
            std::memcpy(box + 4 * i, given + 4 * object.detection_index, 4 * sizeof(float));
        } else {
            put_box(box + 4 * i, object.box, format);
        }
        score[i] = object.score;
        class_id[i] = object.class_id;
        index[i] = object.detection_index;
        age[i] = object.age;
        state[i] = static_cast<std::uint8_t>(object.state);
    }
}

std::size_t TrackColumns::bytes() const { return rows_ * row_bytes_before(column_count); }

std::size_t TrackColumns::offset(Column column) const { return rows_ * row_bytes_before(column); }

Tracks::Tracks(std::size_t rows, nb::bytes bytes) : Tracks(TrackColumns(rows)) {
    if (bytes.size() != columns_.bytes()) {
        throw nb::value_error("bytes must be the memory of as many rows");
    }
    std::memcpy(memory_, bytes.c_str(), bytes.size());
}

nb::bytes Tracks::bytes() const { return nb::bytes(memory_, columns_.bytes()); }

nb::object Tracks::array(TrackColumns::Column column) {
    if (!owner_.is_valid()) {
        owner_ = nb::capsule(memory_, [](void* p) noexcept { delete[] static_cast<char*>(p); });
        columns_.release();
    }
    nb::object& array = arrays_[column];
    if (!array.is_valid()) {
        const ColumnType& type = kColumnTypes[column];
        array = array_over(memory_ + columns_.offset(column), type.element, size(), type.columns,
                           owner_);
    }
    return array;
}

nb::object make_tracks(TrackColumns columns) {
    nb::object tracks = nb::inst_alloc(tracks_type);
    new (nb::inst_ptr<Tracks>(tracks)) Tracks(std::move(columns));
    nb::inst_mark_ready(tracks);
    return tracks;
}

void bind_tracks(nb::module_& module) {
    const auto column = [](TrackColumns::Column which) {
        return [which](Tracks& tracks) { return tracks.array(which); };
    };
    nb::class_<Tracks> tracks(module, "Tracks", nb::pooled(kPooled));
    tracks_type = tracks.inc_ref();
    tracks.def("__len__", &Tracks::size)
        .def_prop_ro("ids", column(TrackColumns::ids), nb::lock_self())
        .def_prop_ro("boxes", column(TrackColumns::boxes), nb::lock_self())
        .def_prop_ro("scores", column(TrackColumns::scores), nb::lock_self())
        .def_prop_ro("classes", column(TrackColumns::classes), nb::lock_self())
        .def_prop_ro("detection_index", column(TrackColumns::detection_index), nb::lock_self())
        .def_prop_ro("ages", column(TrackColumns::ages), nb::lock_self())
        .def_prop_ro("states", column(TrackColumns::states), nb::lock_self())
        .def("__repr__",
             [](Tracks& tracks) {
                 return nb::str("Tracks({} tracks, ids {})")
                     .format(tracks.size(), tracks.array(TrackColumns::ids));
             })
        .def("__getstate__",
             [](const Tracks& tracks) { return nb::make_tuple(tracks.size(), tracks.bytes()); })
        .def("__setstate__", [](Tracks& tracks, const nb::tuple& state) {
            new (&tracks) Tracks(nb::cast<std::size_t>(state[0]), nb::cast<nb::bytes>(state[1]));
        });
}

}  // namespace streamtrack
