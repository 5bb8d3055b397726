#include "scenarios.hpp"

namespace native {

const std::vector<Scenario>& scenarios() {
    static const std::vector<Scenario> all = {
        {"life", play_life},
        {"hostile", play_hostile},
        {"reloads", play_reloads},
        {"failures", play_failures},
        {"wrong_calls", play_wrong_calls},
        {"contexts", play_contexts},
        {"live_change", play_live_change},
        {"misc_data", play_misc_data},
        {"recording", play_recording},
        {"recording_faults", play_recording_faults},
        {"metrics", play_metrics},
        {"state_file", play_state_file},
        {"silent_frames", play_silent_frames},
        {"silent_frames_with_files", play_silent_frames_with_files},
    };
    return all;
}

}  // namespace native
