// Pieces of the core against slow twins, on random problems: every pair of rectangles compared,
// every assignment tried, and the filter as 8x8 matrices would have it.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <tuple>
#include <vector>

#include "core/assignment.hpp"
#include "core/canonical_order.hpp"
#include "core/motion.hpp"
#include "core/overlaps.hpp"
#include "expect.hpp"

namespace streamtrack {
namespace {

// Rectangles of a scene: on a coarse grid in every third, so that edges touch; some huge. Scenes
// lie around the origin, far from it, and so far that tiny rectangles are but a few roundings wide.
std::vector<Rectangle> random_rectangles(Dice& dice, int count, int trial) {
    std::vector<Rectangle> result;
    const bool tiny = trial % 7 == 6;
    const bool normal = trial % 7 == 5;  // shares of the picture, counted from its middle
    // At 2^23 a double is this far from the next.
    const double unit = tiny ? std::ldexp(1, -29) : normal ? 1e-3 : 1;
    const double size = tiny ? 12 : dice.between(5, 200);
    const double side = trial % 2 == 0 ? 1 : -1;
    const double far = tiny ? side * (1 << 23) : normal ? -.5 : trial % 5 == 0 ? 1e7 : 0;
    const double grid = tiny ? 1 : trial % 3 == 0 ? 16 : 0;
    for (int k = 0; k < count; ++k) {
        const double scale = dice.below(20) == 0 ? 10 : 1;
        Pair low{dice.between(0, tiny ? 60 : 1000), dice.between(0, tiny ? 60 : 1000)};
        Pair extent{dice.between(.1, 1) * size * scale, dice.between(.1, 1) * size * scale};
        for (int axis = 0; axis < 2 && grid > 0; ++axis) {
            low[axis] = std::round(low[axis] / grid) * grid;
            extent[axis] = std::ceil(extent[axis] / grid) * grid;
        }
        if (tiny || trial % 4 == 3) {
            low[1] = trial % 8 == 3 ? low[1] / 1000 : 0;
            extent[1] = 8;
        }
        if (tiny && trial % 3 == 0) {
            extent[trial % 4 == 2 ? 1 : dice.below(2)] = .125;
            low[0] = trial % 4 == 2 ? 0 : low[0];
        }
        if (trial % 16 == 9) {  // one above the other, all as wide
            low[0] = 32;
            extent[0] = 16;
        }
        low = far + low * unit;
        result.push_back({low, low + extent * unit});
    }
    return result;
}

std::vector<std::uint32_t> some_of(Dice& dice, std::size_t count) {
    std::vector<std::uint32_t> which;
    for (std::uint32_t k = 0; k < count; ++k) {
        if (dice.below(8) != 0) {
            which.push_back(k);
        }
    }
    return which;
}

std::vector<std::uint32_t> all_of(std::size_t count) {
    std::vector<std::uint32_t> which(count);
    std::iota(which.begin(), which.end(), 0U);
    return which;
}

double slow_iou(const Rectangle& a, const Rectangle& b) {
    const double width = std::min(a.high[0], b.high[0]) - std::max(a.low[0], b.low[0]);
    const double height = std::min(a.high[1], b.high[1]) - std::max(a.low[1], b.low[1]);
    return width > 0 && height > 0 ? width * height / (area_of(a) + area_of(b) - width * height)
                                   : 0;
}

using Found = std::vector<std::tuple<std::size_t, std::uint32_t, double>>;

Found found_pairs(const Overlaps& overlaps) {
    Found found;
    overlaps.for_each([&](std::uint32_t row, std::uint32_t column, double iou) {
        found.emplace_back(row, column, std::isnan(iou) ? -1 : iou);  // of two without area
    });
    return found;
}

void test_overlaps() {
    Dice dice(1);
    Overlaps overlaps;
    const InstructionSet best = instruction_set();
    expect(force_instruction_set(best) && force_instruction_set(InstructionSet::baseline) &&
               instruction_set() == InstructionSet::baseline,
           "what a processor can it can be made to do");
    for (int trial = 0; trial < 1200; ++trial) {
        const auto all_rows = random_rectangles(dice, dice.below(300), trial);
        const auto all_columns = random_rectangles(dice, 1 + dice.below(300), trial);
        const auto rows = some_of(dice, all_rows.size());
        const auto columns = some_of(dice, all_columns.size());
        const double shares[] = {0, .05, .2, .3, .5, .51, .85, .99, 1};
        const double least = trial % 2 == 0 ? shares[dice.below(9)] : dice.between(0, 1);
        Found first;
        for (const InstructionSet set : {InstructionSet::baseline, InstructionSet::avx2}) {
            if (!force_instruction_set(set)) {
                continue;
            }
            overlaps.find({all_rows, rows}, {all_columns, columns}, least);
            const Found found = found_pairs(overlaps);
            expect(first.empty() || found == first, "instruction sets give the same bits", trial);
            expect(found.size() <= overlaps.most_pairs(), "there is room for all pairs", trial);
            first = found;
            Found enough, expected;
            for (const auto& pair : found) {
                if (std::get<2>(pair) > least) {
                    enough.push_back(pair);
                }
            }
            for (std::size_t row = 0; row < rows.size(); ++row) {
                for (std::uint32_t column = 0; column < columns.size(); ++column) {
                    const double iou = slow_iou(all_rows[rows[row]], all_columns[columns[column]]);
                    if (iou > least) {
                        expected.emplace_back(row, column, iou);
                    }
                }
            }
            std::sort(enough.begin(), enough.end());
            expect(enough == expected, "overlaps are those of all pairs", trial);
        }
    }
}

struct Problem {
    std::vector<double> limits;
    std::vector<std::vector<std::pair<std::uint32_t, double>>> pairs;
};

// Twice the least sum, over all assignments, of matched costs and limit / 2 for each row without
// a match; a column's own half is what its row saves: matched pairs save one limit in all.
double best_total(const Problem& problem, std::size_t row, std::vector<bool>& taken) {
    if (row == problem.limits.size()) {
        return 0;
    }
    double best = problem.limits[row] + best_total(problem, row + 1, taken);
    for (const auto& pair : problem.pairs[row]) {
        if (!taken[pair.first]) {
            taken[pair.first] = true;
            best = std::min(best, pair.second + best_total(problem, row + 1, taken));
            taken[pair.first] = false;
        }
    }
    return best;
}

void test_assignment() {
    Dice dice(2);
    Assignment assignment;
    for (int trial = 0; trial < 3000; ++trial) {
        const int rows = 1 + dice.below(7);
        const int columns = 1 + dice.below(7);
        Problem problem;
        assignment.start(static_cast<std::size_t>(rows), static_cast<std::size_t>(rows * columns));
        for (int row = 0; row < rows; ++row) {
            problem.limits.push_back(trial % 2 == 0 ? .8 : dice.between(.3, 1));
            problem.pairs.emplace_back();
            for (int column = 0; column < columns; ++column) {
                // Every other problem has costs in coarse steps, so that many are equal.
                const double cost =
                    trial % 4 < 2 ? dice.below(8) / 8.0 : dice.between(0, problem.limits.back());
                if (dice.below(3) == 0) {
                    continue;
                }
                const auto index = static_cast<std::uint32_t>(column);
                if (cost < problem.limits.back()) {
                    problem.pairs.back().emplace_back(index, cost);
                }
                assignment.add_pair(static_cast<std::uint32_t>(row), index, cost,
                                    problem.limits.back());
            }
        }
        const std::vector<Detection> detections(static_cast<std::size_t>(columns), Detection{});
        assignment.solve(all_of(detections.size()), detections.data());
        double total = 0;
        std::vector<bool> taken(static_cast<std::size_t>(columns), false);
        for (std::size_t row = 0; row < problem.limits.size(); ++row) {
            const std::uint32_t column = assignment.column_of_row()[row];
            if (column == Assignment::kUnmatched) {
                total += problem.limits[row];
                continue;
            }
            expect(!taken[column], "a column is given once", trial);
            taken[column] = true;
            const auto pair =
                std::find_if(problem.pairs[row].begin(), problem.pairs[row].end(),
                             [&](const auto& candidate) { return candidate.first == column; });
            expect(pair != problem.pairs[row].end(), "only given pairs match", trial);
            total += pair->second;
        }
        taken.assign(taken.size(), false);
        expect(std::fabs(total - best_total(problem, 0, taken)) < 1e-9, "no assignment is cheaper",
               trial);
    }
}

// Columns in any order give the same pairs, even where most costs are equal.
void test_ties() {
    Dice dice(5);
    Assignment assignment;
    for (int trial = 0; trial < 2000; ++trial) {
        const std::size_t rows = 1 + dice.below(8), columns = 1 + dice.below(8);
        std::vector<double> costs(rows * columns);
        for (double& cost : costs) {
            cost = dice.below(4) / 4.0;
        }
        std::vector<Detection> detections;
        for (std::size_t k = 0; k < columns; ++k) {
            detections.push_back({{static_cast<float>(k), 0, 1, 1}, .5F, 0});
        }
        std::vector<std::uint32_t> order = all_of(columns), first;
        for (int again = 0; again < 3; ++again) {
            assignment.start(rows, rows * columns);
            for (std::uint32_t row = 0; row < rows; ++row) {
                for (std::uint32_t k = 0; k < columns; ++k) {
                    assignment.add_pair(row, k, costs[row * columns + order[k]], .9);
                }
            }
            assignment.solve(order, detections.data());
            std::vector<std::uint32_t> matched = assignment.column_of_row();
            for (std::uint32_t& column : matched) {
                column = column == Assignment::kUnmatched ? column : order[column];
            }
            expect(first.empty() || matched == first, "columns in any order match alike", trial);
            first = matched;
            for (std::size_t k = columns; k > 1; --k) {
                std::swap(order[k - 1],
                          order[static_cast<std::size_t>(dice.below(static_cast<int>(k)))]);
            }
        }
    }
}

// Rows that are alike and have one column between them: the first keeps it.
void test_alike_rows() {
    Assignment assignment;
    const std::vector<Detection> one(1, Detection{});
    for (std::uint32_t rows = 2; rows < 6; ++rows) {
        assignment.start(rows, rows);
        for (std::uint32_t row = 0; row < rows; ++row) {
            assignment.add_pair(row, 0, .25, .75);
        }
        assignment.solve(all_of(1), one.data());
        for (std::uint32_t row = 0; row < rows; ++row) {
            expect(assignment.column_of_row()[row] == (row == 0 ? 0 : Assignment::kUnmatched),
                   "the first of rows that are alike is matched", static_cast<int>(rows));
        }
    }
}

void test_canonical_order() {
    Dice dice(3);
    for (int trial = 0; trial < 500; ++trial) {
        std::vector<Detection> detections;
        const int steps = trial % 3 == 0 ? 4 : 1 << 20;  // every third has many equal scores
        for (int k = dice.below(400); k > 0; --k) {
            const float score = static_cast<float>(dice.below(steps)) / static_cast<float>(steps);
            detections.push_back(
                {{static_cast<float>(dice.below(3)), static_cast<float>(dice.below(3)),
                  1 + dice.below(2) * 1.F, 1 + dice.below(2) * 1.F},
                 dice.below(10) == 0 ? -score - .1F : score,
                 dice.below(2)});
        }
        std::vector<std::uint32_t> rows = some_of(dice, detections.size());
        std::vector<std::uint32_t> expected = rows;
        std::sort(expected.begin(), expected.end(), [&](std::uint32_t a, std::uint32_t b) {
            const auto key = [&](std::uint32_t row) {
                const Detection& one = detections[row];
                return std::make_tuple(-one.score, one.box.left, one.box.top, one.box.width,
                                       one.box.height, one.class_id, row);
            };
            return key(a) < key(b);
        });
        std::sort(rows.begin(), rows.end(), CanonicalOrder(detections.data()));
        expect(rows == expected, "the canonical order goes by its keys in turn", trial);
    }
}

// One coordinate's mean and 2x2 covariance, by the textbook.
struct Twin {
    double x, v, p[2][2];

    void predict(double position_noise, double velocity_noise) {
        x += v;
        const double a = p[0][0] + p[1][0], b = p[0][1] + p[1][1];
        p[0][0] = a + b + position_noise;
        p[0][1] = b;
        p[1][0] += p[1][1];
        p[1][1] += velocity_noise;
    }
    void correct(double measured, double noise) {
        const double spread = p[0][0] + noise;
        const double gain[2] = {p[0][0] / spread, p[1][0] / spread};
        const double innovation = measured - x;
        x += gain[0] * innovation;
        v += gain[1] * innovation;
        const double row[2] = {p[0][0], p[0][1]};
        for (int i = 0; i < 2; ++i) {
            for (int j = 0; j < 2; ++j) {
                p[i][j] -= gain[i] * row[j];
            }
        }
    }
};

bool are_close(double a, double b) { return std::fabs(a - b) <= 1e-9 * (1 + std::fabs(b)); }

void test_filter() {
    Dice dice(4);
    for (int trial = 0; trial < 50; ++trial) {
        Box box{static_cast<float>(dice.between(0, 1000)), 100, 40, 100};
        Motion motion = start_motion(box);
        const double h = 100;
        Twin x{box.left + 20.0, 0, {{h * h / 100, 0}, {0, h * h / 256}}};
        Twin height{h, 0, {{h * h / 100, 0}, {0, h * h / 256}}};
        Twin aspect{.4, 0, {{1e-4, 0}, {0, 1e-10}}};
        for (int frame = 0; frame < 100; ++frame) {
            const double before = height.x;
            predict(motion, step_of(1));
            for (Twin* twin : {&x, &height}) {
                twin->predict(before * before / 400, before * before / 25600);
            }
            aspect.predict(1e-4, 1e-10);
            if (dice.below(4) != 0) {
                box.left += static_cast<float>(dice.between(-1, 4));
                box.height *= static_cast<float>(dice.between(.97, 1.03));
                correct(motion, box);
                const double noise = height.x * height.x / 400;
                x.correct(box.left + double{box.width} / 2, noise);
                height.correct(box.height, noise);
                aspect.correct(double{box.width} / box.height, 1e-2);
            }
            expect(are_close(motion.centre[0], x.x) && are_close(motion.size[0], height.x) &&
                       are_close(motion.size[1], aspect.x) &&
                       are_close(motion.centre_velocity[0], x.v) &&
                       are_close(motion.position_variance[0], x.p[0][0]) &&
                       are_close(motion.cross_variance[1], aspect.p[0][1]) &&
                       are_close(motion.velocity_variance[0], x.p[1][1]),
                   "the filter is the textbook's", trial);
        }
    }
}

// A height that shrank to nothing leaves a filter that still has noise.
void test_heights_of_nothing() {
    Motion motion = start_motion({0, 100, 40, 80});
    motion.size[0] = 0;
    for (int frame = 0; frame < 3; ++frame) {
        predict(motion, step_of(1));
        motion.size[0] = motion.size_velocity[0] = 0;
        motion.position_variance = motion.cross_variance = Pair{};
        correct(motion, {0, 100, 40, 80});
        expect(std::isfinite(motion.centre[0]) && std::isfinite(motion.size[0]),
               "a height of 0 divides nothing by 0", frame);
    }
}

}  // namespace
}  // namespace streamtrack

int main() {
    streamtrack::test_overlaps();
    streamtrack::test_assignment();
    streamtrack::test_ties();
    streamtrack::test_alike_rows();
    streamtrack::test_canonical_order();
    streamtrack::test_filter();
    streamtrack::test_heights_of_nothing();
    streamtrack::test_configuration();
    streamtrack::test_streams();
    streamtrack::test_batches();
    streamtrack::test_snapshots();
    std::printf("%d failed\n", streamtrack::failures);
    return streamtrack::failures == 0 ? 0 : 1;
}
