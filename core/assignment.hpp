// Optimal assignment of rows to columns where few pairs are possible and nobody has to be matched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace streamtrack {

// Minimises the sum of the matched pairs' costs plus limit/2 for each unmatched row and column,
// over the pairs given: successive shortest paths (Jonker and Volgenant 1987) on the sparse graph.
// A path never leaves the pairs that hang together with its row, so every connected group is
// solved on its own; most groups are one row and one column and cost one comparison.
// Equal costs go to the lower column: the same input always gives the same output.
class Assignment {
  public:
    static constexpr std::uint32_t kUnmatched = 0xffffffff;

    // Begins a problem with `columns` columns and no rows.
    void start(std::size_t columns);
    // The next row. It rather stays unmatched than pay more than `limit`; only pairs cheaper than
    // that are worth adding.
    void add_row(double limit) { rows_.push_back({limit, 0, limit, kUnmatched, pairs_.size()}); }
    void add_pair(std::uint32_t column, double cost) {
        pairs_.push_back({cost, column});
        Row& row = rows_.back();
        if (cost < row.cheapest || (cost == row.cheapest && column < row.cheapest_column)) {
            row.cheapest = cost;
            row.cheapest_column = column;
        }
    }

    void solve();

    // The column of each row, or kUnmatched.
    const std::vector<std::uint32_t>& column_of_row() const { return column_of_row_; }

  private:
    struct Pair {
        double cost;
        std::uint32_t column;
    };
    struct Row {
        double limit;
        double dual;
        double cheapest;  // of its pairs
        std::uint32_t cheapest_column;
        std::size_t first_pair;
    };
    struct Column {
        double dual;      // <= 0, and 0 while the column is free
        double distance;  // from the row that is being placed; infinite where not reached
        std::uint32_t row;
        std::uint32_t reached_from;  // the row before it on the shortest path
        bool settled;
    };
    struct Reach {
        double distance;
        std::uint32_t column;
    };
    struct Target {
        double distance;
        std::uint32_t row;     // the row that stays unmatched, or the one before the free column
        std::uint32_t column;  // kUnmatched: `row` stays unmatched
    };

    void match_cheapest_or_defer(std::uint32_t row);
    void place(std::uint32_t row);
    Target find_shortest_path(std::uint32_t row);
    void reach_from(std::uint32_t row, double distance, Target& nearest);
    void shift_matches(std::uint32_t row, const Target& target);
    std::size_t pairs_end(std::uint32_t row) const {
        return row + 1 < rows_.size() ? rows_[row + 1].first_pair : pairs_.size();
    }

    std::vector<Row> rows_;
    std::vector<Pair> pairs_;
    std::vector<Column> columns_;
    std::vector<std::uint32_t> column_of_row_;
    std::vector<std::uint32_t> deferred_;
    std::vector<Reach> frontier_;  // a heap, nearest first
    std::vector<std::uint32_t> touched_;
};

}  // namespace streamtrack
