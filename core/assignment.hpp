// Optimal assignment of rows to columns where few pairs are possible and nobody has to be matched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/canonical_order.hpp"

namespace streamtrack {

// Minimises the sum of the matched pairs' costs plus limit/2 for each unmatched row and column,
// over the pairs given. A pair whose row and column have no other is matched at once; most have
// none. The others are solved by successive shortest paths (Jonker and Volgenant 1987) on the
// sparse graph; a path never leaves the pairs that hang together with its row.
// Equal costs go to the column whose detection precedes: the same input always gives the same
// output, in whatever order columns and a row's pairs come.
class Assignment {
  public:
    static constexpr std::uint32_t kUnmatched = 0xffffffff;

    // Begins a problem of so many rows, with room for so many pairs.
    void start(std::size_t rows, std::size_t most_pairs);
    // A pair that may match; rows in ascending order. A row rather stays unmatched than pay more
    // than its limit; pairs that are not cheaper than that are left out.
    void add_pair(std::uint32_t row, std::uint32_t column, double cost, double limit) {
        Pair& pair = pairs_[pair_count_];
        pair.row = row;
        pair.column = column;
        pair.cost = cost;
        pair.limit = limit;
        pair_count_ += cost < limit ? 1 : 0;
    }

    // `columns` are rows of `detections`.
    void solve(const std::vector<std::uint32_t>& columns, const Detection* detections);

    // The column of each row, or kUnmatched.
    const std::vector<std::uint32_t>& column_of_row() const { return column_of_row_; }

  private:
    struct Pair {
        std::uint32_t row, column;
        double cost;
        double limit;
    };
    // A row that has more than one pair, or shares its column.
    struct Row {
        std::uint32_t index;
        std::uint32_t first_pair, pairs_end;
        std::uint32_t matched;  // column
        double limit;
        double dual;
    };
    struct Column {
        double dual;        // <= 0, and 0 while the column is free
        double distance;    // from the row that is being placed; infinite where not reached
        std::uint32_t row;  // in `rows_`
        std::uint32_t detection;
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
    struct Farther;

    void match_single_pairs(std::size_t columns);
    void set_up(const std::vector<std::uint32_t>& columns);
    void match_cheapest_or_defer(std::uint32_t row);
    void place(std::uint32_t row);
    Target find_shortest_path(std::uint32_t row);
    void reach_from(std::uint32_t row, double distance, Target& nearest);
    void shift_matches(std::uint32_t row, const Target& target);

    std::vector<Pair> pairs_;
    std::size_t pair_count_ = 0;
    std::size_t row_count_ = 0;
    std::vector<std::uint32_t> column_of_row_;
    std::vector<std::uint32_t> pairs_of_row_, pairs_of_column_;

    // Of the pairs that are not alone.
    CanonicalOrder order_{nullptr};
    std::vector<Row> rows_;
    std::vector<Column> columns_;  // those that no such pair has are left as they were
    std::vector<std::uint32_t> deferred_;
    std::vector<Reach> frontier_;  // a heap, nearest first
    std::vector<std::uint32_t> touched_;
};

}  // namespace streamtrack
