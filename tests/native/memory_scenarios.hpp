// Scenarios about memory: what is allocated, and what happens when there is none left.
#pragma once

#include "scenarios.hpp"

namespace native {

// People come and go, some are faint, some hidden: at most `size` of them.
std::vector<Object> passers_by(std::uint32_t number, std::size_t size, unsigned seed);

void play_out_of_memory(const Stage& stage);
void play_hundred_reloads(const Stage& stage);
void play_steady_frames(const Stage& stage);
void play_core_frames(const Stage& stage);
void play_core_out_of_memory(const Stage& stage);
void play_core_snapshots(const Stage& stage);
void play_core_covariance(const Stage& stage);

}  // namespace native
