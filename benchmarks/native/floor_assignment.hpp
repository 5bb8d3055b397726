// An exact assignment for each connected component of the pairs that may match. Most have one row
// and one column; the others are solved as a small dense problem.
#pragma once

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

namespace floor_program {

struct CostPair {
    int row, column;
    double cost;
};

class ComponentAssignment {
  public:
    // The column of each row, or -1: least sum of costs plus limit / 2 for each one unmatched.
    const std::vector<int>& solve(const std::vector<CostPair>& pairs, int rows, int columns,
                                  double limit) {
        column_of_row_.assign(rows, -1);
        pairs_of_row_.assign(rows, 0);
        pairs_of_column_.assign(columns, 0);
        for (const CostPair& pair : pairs) {
            ++pairs_of_row_[pair.row];
            ++pairs_of_column_[pair.column];
        }
        rest_.clear();
        for (const CostPair& pair : pairs) {
            if (pairs_of_row_[pair.row] == 1 && pairs_of_column_[pair.column] == 1) {
                column_of_row_[pair.row] = pair.column;
            } else {
                rest_.push_back(pair);
            }
        }
        if (!rest_.empty()) {
            solve_rest(rows, columns, limit);
        }
        return column_of_row_;
    }

  private:
    int root_of(int node) {
        while (parent_[node] != node) {
            node = parent_[node] = parent_[parent_[node]];
        }
        return node;
    }

    void solve_rest(int rows, int columns, double limit) {
        parent_.resize(rows + columns);
        for (const CostPair& pair : rest_) {
            parent_[pair.row] = pair.row;
            parent_[rows + pair.column] = rows + pair.column;
        }
        for (const CostPair& pair : rest_) {
            parent_[root_of(pair.row)] = root_of(rows + pair.column);
        }
        for (const CostPair& pair : rest_) {
            keyed_.push_back({root_of(pair.row), pair});
        }
        std::stable_sort(keyed_.begin(), keyed_.end(),
                         [](const Keyed& a, const Keyed& b) { return a.root < b.root; });
        for (std::size_t k = 0; k < keyed_.size();) {
            std::size_t end = k;
            while (end < keyed_.size() && keyed_[end].root == keyed_[k].root) {
                ++end;
            }
            solve_component(k, end, limit);
            k = end;
        }
        keyed_.clear();
    }

    int local(std::vector<int>& names, int name) {
        const auto found = std::find(names.begin(), names.end(), name);
        if (found != names.end()) {
            return static_cast<int>(found - names.begin());
        }
        names.push_back(name);
        return static_cast<int>(names.size()) - 1;
    }

    // Hungarian algorithm with potentials on a square matrix: row i may also take its own column
    // n + i, which means to stay unmatched.
    void solve_component(std::size_t begin, std::size_t end, double limit) {
        row_names_.clear();
        column_names_.clear();
        for (std::size_t k = begin; k < end; ++k) {
            local(row_names_, keyed_[k].pair.row);
            local(column_names_, keyed_[k].pair.column);
        }
        const int n = static_cast<int>(row_names_.size());
        const int m = static_cast<int>(column_names_.size()) + n;
        const double forbidden = 1e6;
        cost_.assign(static_cast<std::size_t>(n) * m, forbidden);
        for (std::size_t k = begin; k < end; ++k) {
            const CostPair& pair = keyed_[k].pair;
            cost_[local(row_names_, pair.row) * m + local(column_names_, pair.column)] = pair.cost;
        }
        for (int i = 0; i < n; ++i) {
            cost_[i * m + m - n + i] = limit;
        }
        u_.assign(n + 1, 0);
        v_.assign(m + 1, 0);
        row_of_.assign(m + 1, 0);
        for (int i = 1; i <= n; ++i) {
            place(i, m);
        }
        for (int j = 1; j <= m - n; ++j) {
            if (row_of_[j] > 0) {
                column_of_row_[row_names_[row_of_[j] - 1]] = column_names_[j - 1];
            }
        }
    }

    void place(int row, int m) {
        row_of_[0] = row;
        least_.assign(m + 1, std::numeric_limits<double>::infinity());
        used_.assign(m + 1, false);
        way_.assign(m + 1, 0);
        int j0 = 0;
        do {
            used_[j0] = true;
            const int i0 = row_of_[j0];
            double delta = std::numeric_limits<double>::infinity();
            int j1 = 0;
            for (int j = 1; j <= m; ++j) {
                if (used_[j]) {
                    continue;
                }
                const double reduced = cost_[(i0 - 1) * m + j - 1] - u_[i0] - v_[j];
                if (reduced < least_[j]) {
                    least_[j] = reduced;
                    way_[j] = j0;
                }
                if (least_[j] < delta) {
                    delta = least_[j];
                    j1 = j;
                }
            }
            for (int j = 0; j <= m; ++j) {
                if (used_[j]) {
                    u_[row_of_[j]] += delta;
                    v_[j] -= delta;
                } else {
                    least_[j] -= delta;
                }
            }
            j0 = j1;
        } while (row_of_[j0] != 0);
        while (j0 != 0) {
            row_of_[j0] = row_of_[way_[j0]];
            j0 = way_[j0];
        }
    }

    struct Keyed {
        int root;
        CostPair pair;
    };
    std::vector<int> column_of_row_, pairs_of_row_, pairs_of_column_, parent_;
    std::vector<CostPair> rest_;
    std::vector<Keyed> keyed_;
    std::vector<int> row_names_, column_names_, row_of_, way_;
    std::vector<double> cost_, u_, v_, least_;
    std::vector<char> used_;
};

}  // namespace floor_program
