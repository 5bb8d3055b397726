// An exact assignment of the pairs that may match. Most are alone with their row and column; of the
// others most rows have their cheapest column to themselves; the rest take shortest paths, which do
// not leave their connected component.
#pragma once

#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace floor_program {

struct CostPair {
    int row, column;
    double cost;
};

class ComponentAssignment {
  public:
    // Calls match(row, column) for each pair of the least sum of costs plus limit / 2 for each one
    // unmatched. Pairs come by row, and their order is lost.
    template <class Match>
    void solve(CostPair* pairs, std::size_t count, std::size_t rows, std::size_t columns,
               double limit, Match&& match) {
        pairs_of_row_.assign(rows, 0);
        pairs_of_column_.assign(columns, 0);
        for (std::size_t k = 0; k < count; ++k) {
            ++pairs_of_row_[pairs[k].row];
            ++pairs_of_column_[pairs[k].column];
        }
        std::size_t kept = 0;
        for (std::size_t k = 0; k < count; ++k) {
            const CostPair pair = pairs[k];
            if (pairs_of_row_[pair.row] == 1 && pairs_of_column_[pair.column] == 1) {
                match(pair.row, pair.column);
            } else {
                pairs[kept++] = pair;
            }
        }
        if (kept != 0) {
            solve_rest(pairs, kept, columns, limit);
            for (const Row& row : rows_) {
                if (row.column >= 0) {
                    match(pairs[row.begin].row, row.column);
                }
            }
        }
    }

  private:
    struct Row {
        int begin, end;  // of its pairs
        int column;      // -1: unmatched
        double dual;
    };
    struct Column {
        double dual, distance;
        int row;   // -1: free
        int from;  // the row before it on the shortest path
        bool settled;
    };
    struct Target {
        double distance;
        int row;     // the one that stays unmatched, or the one before the free column
        int column;  // -1: the row stays unmatched
    };

    void solve_rest(const CostPair* pairs, std::size_t count, std::size_t columns, double limit) {
        if (columns_.size() < columns) {
            columns_.resize(columns);
        }
        rows_.clear();
        for (std::size_t k = 0; k < count; ++k) {
            columns_[pairs[k].column] = {0, kFar, -1, -1, false};
            if (k == 0 || pairs[k].row != pairs[k - 1].row) {
                rows_.push_back({static_cast<int>(k), 0, -1, 0});
            }
            rows_.back().end = static_cast<int>(k) + 1;
        }
        late_.clear();
        for (std::size_t row = 0; row < rows_.size(); ++row) {
            const CostPair* least = pairs + rows_[row].begin;
            for (const CostPair* pair = least + 1; pair != pairs + rows_[row].end; ++pair) {
                least = pair->cost < least->cost ? pair : least;
            }
            Column& column = columns_[least->column];
            if (column.row >= 0) {
                late_.push_back(static_cast<int>(row));
                continue;
            }
            rows_[row].dual = least->cost;
            rows_[row].column = least->column;
            column.row = static_cast<int>(row);
        }
        for (const int row : late_) {
            find_path(pairs, row, limit);
        }
    }

    // A shortest path over reduced costs, which are never negative, to a free column or to a row
    // that stays unmatched. So few columns are within reach that the nearest is looked for among
    // all of them.
    void find_path(const CostPair* pairs, int start, double limit) {
        reached_.clear();
        std::size_t settled = 0;
        Target target{limit, start, -1};  // the start's dual is 0
        double distance = 0;
        for (int row = start;;) {
            const double base = distance - rows_[row].dual;
            if (base + limit < target.distance) {
                target = {base + limit, row, -1};
            }
            reach_from(pairs, row, base);
            std::size_t nearest = settled;
            for (std::size_t k = settled; k < reached_.size(); ++k) {
                if (columns_[reached_[k]].distance < columns_[reached_[nearest]].distance) {
                    nearest = k;
                }
            }
            if (nearest == reached_.size() ||
                columns_[reached_[nearest]].distance >= target.distance) {
                break;
            }
            Column& column = columns_[reached_[nearest]];
            distance = column.distance;
            if (column.row < 0) {
                target = {distance, column.from, reached_[nearest]};
                break;
            }
            row = column.row;
            column.settled = true;
            std::swap(reached_[settled++], reached_[nearest]);
        }
        change_duals(start, target.distance);
        shift_matches(start, target);
    }

    void reach_from(const CostPair* pairs, int row, double base) {
        for (int k = rows_[row].begin; k < rows_[row].end; ++k) {
            Column& column = columns_[pairs[k].column];
            const double reached = base + pairs[k].cost - column.dual;
            if (!column.settled && reached < column.distance) {
                if (column.distance == kFar) {
                    reached_.push_back(pairs[k].column);
                }
                column.distance = reached;
                column.from = row;
            }
        }
    }

    void change_duals(int start, double distance) {
        rows_[start].dual = distance;
        for (const int k : reached_) {
            Column& column = columns_[k];
            if (column.settled) {
                rows_[column.row].dual += distance - column.distance;
                column.dual -= distance - column.distance;
            }
            column.distance = kFar;
            column.settled = false;
        }
    }

    void shift_matches(int start, Target target) {
        while (true) {
            const int given_up = rows_[target.row].column;
            rows_[target.row].column = target.column;
            if (target.column >= 0) {
                columns_[target.column].row = target.row;
            }
            if (target.row == start) {
                return;
            }
            target.column = given_up;
            target.row = columns_[given_up].from;
        }
    }

    static constexpr double kFar = std::numeric_limits<double>::infinity();
    std::vector<int> pairs_of_row_, pairs_of_column_, late_, reached_;
    std::vector<Row> rows_;
    std::vector<Column> columns_;
};

}  // namespace floor_program
