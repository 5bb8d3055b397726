// ByteTrack for one stream (Zhang et al., "ByteTrack: Multi-Object Tracking by Associating Every
// Detection Box", ECCV 2022): the update of one frame, as the paper has it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/frame.hpp"
#include "core/ids.hpp"
#include "core/settings.hpp"
#include "core/track.hpp"
#include "core/trajectories.hpp"
#include "core/workspace.hpp"

namespace streamtrack {

class StreamTracker {
  public:
    explicit StreamTracker(Settings settings);

    // Everything but the ids: streams may be updated at the same time, each with a workspace of
    // its own.
    void update(const Frame& frame, Workspace& work);
    // Gives ids to the tracks that are reported for the first time and returns the report, sorted
    // by id. Once after each update; the order of these calls is the order of the ids.
    const std::vector<TrackedObject>& report();
    // Whether report() has anything to do after this update.
    bool wants_ids() const { return any_new_ || trajectories_.is_on(); }

    // New values for the tracks as they are (NvMOT_UpdateParams).
    void change(Settings settings);

    const Settings& settings() const { return settings_; }
    const std::vector<Track>& tracks() const { return tracks_; }  // live ones, in order of birth
    const std::vector<TrackedObject>& objects() const { return objects_; }  // the last report
    std::uint64_t frames() const { return frames_; }           // frames seen, skipped ones included
    std::int64_t last_number() const { return last_number_; }  // of the last frame

    // `id_mode: unique`: the upper half of the stream's ids, 0 until its first id. Setting it
    // before that makes a replay give the ids that were given then.
    std::uint32_t id_prefix() const { return id_prefix_; }
    std::uint32_t ids_given() const { return ids_given_; }
    void set_id_prefix(std::uint32_t prefix) {
        id_prefix_ = prefix;
        ids_given_ = 0;
    }

    // Where tracks have been, as far as `past_frames` and `terminated_tracks` ask for it.
    Trajectories& trajectories() { return trajectories_; }

    // The whole state but the settings and the report, as bytes behind those that are there.
    // `restore` throws std::invalid_argument for bytes that are no snapshot of this version, and
    // changes nothing then; it moves the process's id counter past every id it brings in.
    std::size_t snapshot_size() const;
    void append_snapshot(std::vector<std::uint8_t>& bytes) const;
    void restore(const std::uint8_t* bytes, std::size_t size);

  private:
    // How one pass of matching counts its costs.
    struct Pass {
        bool fused;                     // IoU times score, or IoU alone
        double ClassSettings::* limit;  // the highest cost of a match
    };

    double steps_to(const Frame& frame) const;
    bool gap_outlasted_buffer(const Track& track) const;
    void skip(double steps, Workspace& work);
    void predict_all(double steps, Workspace& work);
    void match(std::vector<std::uint32_t>& rows, std::vector<std::uint32_t>& columns,
               const Pass& pass, Workspace& work);
    void take(std::uint32_t track, std::uint32_t column, Workspace& work);
    void set_lost_aside(Workspace& work);
    void start_tracks(Workspace& work);
    void lose(Workspace& work);
    bool is_missed_at_most(const Track& track, std::int64_t frames) const;
    void remove_expired(const Workspace& work);
    void remove_duplicates(Workspace& work);
    void sweep_and_report();
    void report_seen(std::size_t index);
    void collect_skipped_report();
    void make_room_to_report();
    void close_report();
    Box box_to_report(const Motion& motion, const Detection& detection) const;
    void add_to_report(std::size_t index, const Box& box);
    std::uint64_t next_id();

    Settings settings_;
    std::vector<Track> tracks_;
    std::vector<TrackedObject> objects_;
    std::vector<std::uint32_t> reported_;  // the track of each object
    std::size_t report_size_ = 0;          // while a report is being made
    bool any_new_ = false;                 // whether it has tracks that were not reported before
    Trajectories trajectories_;
    double clock_ = 0;  // in frames; stands still while the detector skips
    std::uint64_t frames_ = 0;
    std::uint64_t detected_frames_ = 0;
    double last_timestamp_ = std::numeric_limits<double>::quiet_NaN();
    std::int64_t last_number_ = -1;
    std::uint32_t id_prefix_ = 0;  // `id_mode: unique`: the ids' upper half; 0: not drawn yet
    std::uint32_t ids_given_ = 0;  // ... and their count within the stream
};

}  // namespace streamtrack
