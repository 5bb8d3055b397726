#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include "bindings.hpp"
#include "core/box.hpp"
#include "mot_text.hpp"
#include "numpy_arrays.hpp"
#include "refusal.hpp"

namespace nb = nanobind;

namespace streamtrack {
namespace {

// A NumPy array that owns the vector's memory.
template <typename T, typename... Shape>
nb::object array_of(std::vector<T>&& values, Shape... shape) {
    auto* owned = new std::vector<T>(std::move(values));
    nb::capsule owner(owned, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
    return nb::cast(nb::ndarray<nb::numpy, T>(owned->data(), {shape...}, owner));
}

nb::tuple read(const nb::bytes& text, std::size_t start, std::int64_t first_line, bool last) {
    if (start > text.size()) {
        throw nb::index_error("start must be within text");
    }
    MotRows rows = read_mot_rows(text.c_str() + start, text.size() - start, first_line, last);
    const std::size_t count = rows.frames.size();
    return nb::make_tuple(array_of(std::move(rows.frames), count),
                          array_of(std::move(rows.boxes), count, std::size_t{4}),
                          array_of(std::move(rows.scores), count), rows.consumed, rows.lines);
}

nb::bytes write(std::uint64_t frame, nb::handle ids, nb::handle boxes, nb::handle scores) {
    BorrowedArray id_column, box_columns, score_column;
    if (!id_column.take(ids, "LQ", 1) || !box_columns.take(boxes, "f", 2) ||
        !score_column.take(scores, "f", 1) || box_columns.columns() != 4) {
        throw nb::type_error(
            "ids must be a contiguous uint64 array (M,), boxes float32 (M, 4), scores float32 "
            "(M,)");
    }
    if (box_columns.rows() != id_column.rows() || score_column.rows() != id_column.rows()) {
        throw nb::value_error("ids, boxes and scores must have as many rows as each other");
    }
    constexpr std::size_t kUsualRow = 72;
    std::string text;
    text.reserve(kUsualRow * id_column.rows());
    write_mot_rows(text, static_cast<std::int64_t>(frame),
                   static_cast<const std::uint64_t*>(id_column.data()),
                   static_cast<const float*>(box_columns.data()),
                   static_cast<const float*>(score_column.data()), id_column.rows());
    return nb::bytes(text.data(), text.size());
}

template <typename T, typename... Shape>
using Column = nb::ndarray<const T, Shape..., nb::c_contig, nb::device::cpu>;

// Rows of any other file under the same rules: the first row that is no detection, and why.
nb::object refused(const Column<float, nb::shape<-1, 4>>& boxes,
                   const Column<float, nb::ndim<1>>& scores) {
    if (boxes.shape(0) != scores.shape(0)) {
        throw nb::value_error("boxes and scores must have as many rows as each other");
    }
    const float* box = boxes.data();
    for (std::size_t row = 0; row < scores.shape(0); ++row, box += 4) {
        const Detection detection{{box[0], box[1], box[2], box[3]}, scores.data()[row], 0};
        if (const char* wrong = what_is_wrong(detection)) {
            return nb::make_tuple(row, rule_and_got(detection, wrong));
        }
    }
    return nb::none();
}

}  // namespace

void bind_mot_text(nb::module_& module) {
    nb::exception<RowError>(module, "RowError", PyExc_ValueError);
    module.def(
        "read_mot_rows", &read, nb::arg("text"), nb::arg("start"), nb::arg("first_line"),
        nb::arg("last"),
        "Reads the whole lines of MOT text: (frames, boxes, scores, bytes read, lines read).");
    module.def("write_mot_rows", &write, nb::arg("frame"), nb::arg("ids"), nb::arg("boxes"),
               nb::arg("scores"), "One frame's tracks as MOT text: 10 columns, 4 decimals.");
    module.def("refused_row", &refused, nb::arg("boxes").noconvert(), nb::arg("scores").noconvert(),
               "The first row that is no detection and what is wrong with it, or None.");
}

}  // namespace streamtrack
