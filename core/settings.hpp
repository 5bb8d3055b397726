// The parameters as one stream uses them: plain values, resolved and checked by Config.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace streamtrack {

struct Preset {
    enum Value : int { bytetrack, reference };
};
struct IouPixels {
    enum Value : int { continuous, inclusive };
};
struct MotionTime {
    enum Value : int { frames, real };
};
struct SkippedFrames {
    enum Value : int { coast, hold, silent };
};
struct BoxOutput {
    enum Value : int { detection, kalman };
};
struct IdMode {
    enum Value : int { sequential, unique };
};
struct LogLevel {
    enum Value : int { error, warning, info, debug };
};

// What `classes:` may say of one class id.
struct ClassSettings {
    bool enabled = true;  // false: its detections are dropped
    double track_high_thresh = 0.5;
    double track_low_thresh = 0.1;
    double new_track_thresh = std::numeric_limits<double>::quiet_NaN();  // NaN: high + 0.1
    double match_thresh = 0.8;
    double second_match_thresh = 0.5;
    double tentative_match_thresh = 0.7;
};

// Fields bear the names of the parameters; their meaning stands in the table (parameters.cpp).
struct Settings : ClassSettings {
    int preset = Preset::bytetrack;
    double duplicate_iou_distance = 0.15;
    bool fuse_score = true;
    int iou_pixels = IouPixels::continuous;
    bool class_aware = true;
    std::int64_t track_buffer = 30;
    double frame_rate = 30;
    int motion_time = MotionTime::frames;
    int skipped_frames = SkippedFrames::coast;
    int box_output = BoxOutput::detection;
    double score_smoothing = 0;
    bool report_tentative = false;
    std::int64_t report_lost = 0;
    std::int64_t max_targets_per_stream = 512;
    std::int64_t max_idle_frames = 0;
    int id_mode = IdMode::sequential;
    std::int64_t node_id = 0;
    bool past_frames = false;
    bool terminated_tracks = false;
    bool shadow_tracks = false;
    std::int64_t max_trajectory = 64;
    std::string record;
    std::int64_t record_max_mb = 1024;
    std::string metrics_file;
    std::string state_file;
    std::string deepstream_version = "auto";
    int log_level = LogLevel::warning;

    // Classes that have a section of their own, sorted by id.
    struct ClassOverride {
        std::int32_t class_id;
        ClassSettings settings;
    };
    std::vector<ClassOverride> class_overrides;

    const ClassSettings& of_class(std::int32_t class_id) const {
        return class_overrides.empty() ? *this : override_or_own(class_id);
    }
    // The highest value that any class has.
    double highest(double ClassSettings::* field) const;
    // Frames that a lost track lives: int(frame_rate / 30 * track_buffer).
    std::int64_t buffer_frames() const;
    // The same in the stream's own time.
    double buffer_seconds() const { return static_cast<double>(buffer_frames()) / frame_rate; }

  private:
    const ClassSettings& override_or_own(std::int32_t class_id) const;
};

}  // namespace streamtrack
