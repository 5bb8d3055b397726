#include "core/assignment.hpp"

#include <algorithm>
#include <limits>

namespace streamtrack {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

}  // namespace

struct Assignment::Farther {
    const Assignment& problem;

    bool operator()(const Reach& a, const Reach& b) const {
        return a.distance > b.distance ||
               (a.distance == b.distance && problem.order_(problem.columns_[b.column].detection,
                                                           problem.columns_[a.column].detection));
    }
};

void Assignment::start(std::size_t rows, std::size_t most_pairs) {
    row_count_ = rows;
    pair_count_ = 0;
    if (pairs_.size() < most_pairs + 1) {  // one more is written before it is left out
        pairs_.resize(most_pairs + 1);
    }
}

void Assignment::solve(const std::vector<std::uint32_t>& columns, const Detection* detections) {
    column_of_row_.assign(row_count_, kUnmatched);
    match_single_pairs(columns.size());
    if (pair_count_ == 0) {
        return;
    }
    order_ = CanonicalOrder(detections);
    set_up(columns);
    for (std::uint32_t row = 0; row < rows_.size(); ++row) {
        match_cheapest_or_defer(row);
    }
    for (const std::uint32_t row : deferred_) {
        place(row);
    }
    for (const Row& row : rows_) {
        column_of_row_[row.index] = row.matched;
    }
}

// Matches the pairs that are alone and keeps the others.
void Assignment::match_single_pairs(std::size_t columns) {
    pairs_of_row_.assign(row_count_, 0);
    pairs_of_column_.assign(columns, 0);
    for (std::size_t k = 0; k < pair_count_; ++k) {
        ++pairs_of_row_[pairs_[k].row];
        ++pairs_of_column_[pairs_[k].column];
    }
    std::size_t kept = 0;
    for (std::size_t k = 0; k < pair_count_; ++k) {
        const Pair pair = pairs_[k];
        if (pairs_of_row_[pair.row] == 1 && pairs_of_column_[pair.column] == 1) {
            column_of_row_[pair.row] = pair.column;
        } else {
            pairs_[kept++] = pair;
        }
    }
    pair_count_ = kept;
}

void Assignment::set_up(const std::vector<std::uint32_t>& columns) {
    deferred_.clear();
    rows_.clear();
    if (columns_.size() < columns.size()) {
        columns_.resize(columns.size());
    }
    for (std::uint32_t k = 0; k < pair_count_; ++k) {
        const Pair& pair = pairs_[k];
        if (rows_.empty() || rows_.back().index != pair.row) {
            rows_.push_back({pair.row, k, k, kUnmatched, pair.limit, 0});
        }
        rows_.back().pairs_end = k + 1;
        columns_[pair.column] = {0, kInfinite, kUnmatched, columns[pair.column], kUnmatched, false};
    }
}

// With all columns' duals at 0 the cheapest pair is on a shortest path if its column is free.
void Assignment::match_cheapest_or_defer(std::uint32_t index) {
    Row& row = rows_[index];
    const Pair* cheapest = &pairs_[row.first_pair];
    for (const Pair* pair = cheapest + 1; pair != &pairs_[row.pairs_end]; ++pair) {
        if (pair->cost < cheapest->cost ||
            (pair->cost == cheapest->cost &&
             order_(columns_[pair->column].detection, columns_[cheapest->column].detection))) {
            cheapest = pair;
        }
    }
    Column& column = columns_[cheapest->column];
    if (column.row != kUnmatched) {
        deferred_.push_back(index);
        return;
    }
    column.row = index;
    row.matched = cheapest->column;
    row.dual = cheapest->cost;
}

void Assignment::place(std::uint32_t row) {
    const Target target = find_shortest_path(row);
    rows_[row].dual = target.distance;
    for (const std::uint32_t index : touched_) {
        Column& column = columns_[index];
        if (column.settled) {
            rows_[column.row].dual += target.distance - column.distance;
            column.dual -= target.distance - column.distance;
        }
        column.distance = kInfinite;
        column.settled = false;
    }
    shift_matches(row, target);
}

// Dijkstra over reduced costs, from `row` to a free column or to a row that had better give up
// its column and stay unmatched.
Assignment::Target Assignment::find_shortest_path(std::uint32_t row) {
    frontier_.clear();
    touched_.clear();
    Target nearest{kInfinite, row, kUnmatched};
    reach_from(row, 0, nearest);
    while (!frontier_.empty() && frontier_.front().distance <= nearest.distance) {
        const Reach reach = frontier_.front();
        std::pop_heap(frontier_.begin(), frontier_.end(), Farther{*this});
        frontier_.pop_back();
        Column& column = columns_[reach.column];
        if (column.settled || reach.distance > column.distance) {
            continue;  // reached on a shorter way since
        }
        if (column.row == kUnmatched) {
            return {reach.distance, column.reached_from, reach.column};
        }
        column.settled = true;
        reach_from(column.row, reach.distance, nearest);
    }
    return nearest;
}

void Assignment::reach_from(std::uint32_t index, double distance, Target& nearest) {
    const Row& row = rows_[index];
    const double base = distance - row.dual;
    if (base + row.limit < nearest.distance) {
        nearest = {base + row.limit, index, kUnmatched};
    }
    for (std::size_t k = row.first_pair; k < row.pairs_end; ++k) {
        Column& column = columns_[pairs_[k].column];
        const double reached = base + pairs_[k].cost - column.dual;
        if (column.settled || !(reached < column.distance) || reached > nearest.distance) {
            continue;
        }
        if (column.distance == kInfinite) {
            touched_.push_back(pairs_[k].column);
        }
        column.distance = reached;
        column.reached_from = index;
        frontier_.push_back({reached, pairs_[k].column});
        std::push_heap(frontier_.begin(), frontier_.end(), Farther{*this});
    }
}

// Every row on the path takes the column it reached; the last one perhaps none.
void Assignment::shift_matches(std::uint32_t row, const Target& target) {
    std::uint32_t taker = target.row;
    std::uint32_t taken = target.column;
    while (true) {
        const std::uint32_t given_up = rows_[taker].matched;
        rows_[taker].matched = taken;
        if (taken != kUnmatched) {
            columns_[taken].row = taker;
        }
        if (taker == row) {
            return;
        }
        taken = given_up;
        taker = columns_[given_up].reached_from;
    }
}

}  // namespace streamtrack
