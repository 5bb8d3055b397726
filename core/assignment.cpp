#include "core/assignment.hpp"

#include <algorithm>
#include <limits>

namespace streamtrack {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

}  // namespace

void Assignment::start(std::size_t columns) {
    rows_.clear();
    pairs_.clear();
    columns_.assign(columns, Column{0, kInfinite, kUnmatched, kUnmatched, false});
}

void Assignment::solve() {
    column_of_row_.assign(rows_.size(), kUnmatched);
    deferred_.clear();
    for (std::uint32_t row = 0; row < rows_.size(); ++row) {
        match_cheapest_or_defer(row);
    }
    for (const std::uint32_t row : deferred_) {
        place(row);
    }
}

// With all columns' duals at 0 the cheapest pair is on a shortest path if its column is free.
void Assignment::match_cheapest_or_defer(std::uint32_t index) {
    Row& row = rows_[index];
    if (row.cheapest_column == kUnmatched) {
        return;
    }
    Column& column = columns_[row.cheapest_column];
    if (column.row != kUnmatched) {
        deferred_.push_back(index);
        return;
    }
    column.row = index;
    column_of_row_[index] = row.cheapest_column;
    row.dual = row.cheapest;
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
    const auto farther = [](const Reach& a, const Reach& b) {
        return a.distance > b.distance || (a.distance == b.distance && a.column > b.column);
    };
    frontier_.clear();
    touched_.clear();
    Target nearest{kInfinite, row, kUnmatched};
    reach_from(row, 0, nearest);
    while (!frontier_.empty() && frontier_.front().distance <= nearest.distance) {
        const Reach reach = frontier_.front();
        std::pop_heap(frontier_.begin(), frontier_.end(), farther);
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

void Assignment::reach_from(std::uint32_t row, double distance, Target& nearest) {
    const auto farther = [](const Reach& a, const Reach& b) {
        return a.distance > b.distance || (a.distance == b.distance && a.column > b.column);
    };
    const double base = distance - rows_[row].dual;
    if (base + rows_[row].limit < nearest.distance) {
        nearest = {base + rows_[row].limit, row, kUnmatched};
    }
    const std::size_t end = pairs_end(row);
    for (std::size_t k = rows_[row].first_pair; k < end; ++k) {
        Column& column = columns_[pairs_[k].column];
        const double reached = base + pairs_[k].cost - column.dual;
        if (column.settled || !(reached < column.distance) || reached > nearest.distance) {
            continue;
        }
        if (column.distance == kInfinite) {
            touched_.push_back(pairs_[k].column);
        }
        column.distance = reached;
        column.reached_from = row;
        frontier_.push_back({reached, pairs_[k].column});
        std::push_heap(frontier_.begin(), frontier_.end(), farther);
    }
}

// Every row on the path takes the column it reached; the last one perhaps none.
void Assignment::shift_matches(std::uint32_t row, const Target& target) {
    std::uint32_t taker = target.row;
    std::uint32_t taken = target.column;
    while (true) {
        const std::uint32_t given_up = column_of_row_[taker];
        column_of_row_[taker] = taken;
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
