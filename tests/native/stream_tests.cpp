// One stream: what it takes and reports, what its clock says, how long tracks live in real time,
// and what is kept of their past.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "core/config.hpp"
#include "expect.hpp"
#include "one_stream.hpp"

namespace streamtrack {
namespace {

void test_what_is_wrong() {
    constexpr float kInfinite = std::numeric_limits<float>::infinity();
    const float nan = std::nanf("");
    const auto wrong = [](Box box, float score) {
        const char* text = what_is_wrong({box, score, 0});
        return std::string(text == nullptr ? "" : text);
    };
    for (const float bad : {kInfinite, -kInfinite, nan}) {
        for (int field = 0; field < 4; ++field) {
            Box box{1, 2, 3, 4};
            (field == 0   ? box.left
             : field == 1 ? box.top
             : field == 2 ? box.width
                          : box.height) = bad;
            expect(wrong(box, .5F) == "box must be finite", "a box that is not finite", field);
        }
        expect(wrong({1, 2, 3, 4}, bad) == "score must be in [0, 1], or below 0 for unknown",
               "a score that is not finite");
    }
    for (const float none : {0.F, -1.F}) {
        expect(wrong({1, 2, none, 4}, .5F) == "box must be wider and higher than 0" &&
                   wrong({1, 2, 3, none}, .5F) == "box must be wider and higher than 0",
               "a box without extent");
    }
    expect(!wrong({1, 2, 3, 4}, std::nextafter(1.F, 2.F)).empty(), "a score above 1");
    for (const float right : {0.F, .5F, 1.F, -.1F, -1e30F}) {
        expect(wrong({-1, -2, 1e-30F, 1e30F}, right).empty(), "what the core can take");
    }
}

// n frames at once are n times one frame, for a height that stays.
void test_steps() {
    expect(Frame().number == kNoNumber && std::isnan(Frame().timestamp) && Frame().detected,
           "a frame says nothing of time by itself");
    for (int frames = 1; frames < 40; ++frames) {
        Motion at_once = start_motion({10, 20, 40, 80});
        at_once.centre_velocity = Pair{3, -2};
        at_once.size_velocity = Pair{0, .01};
        Motion in_turn = at_once;
        predict(at_once, step_of(frames));
        for (int k = 0; k < frames; ++k) {
            predict(in_turn, step_of(1));
        }
        const auto close = [](Pair a, Pair b) {
            return std::fabs(a[0] - b[0]) <= 1e-9 * (1 + std::fabs(b[0])) &&
                   std::fabs(a[1] - b[1]) <= 1e-9 * (std::fabs(b[1]));
        };
        expect(close(at_once.centre, in_turn.centre) && close(at_once.size, in_turn.size) &&
                   close(at_once.position_variance, in_turn.position_variance) &&
                   close(at_once.cross_variance, in_turn.cross_variance) &&
                   close(at_once.velocity_variance, in_turn.velocity_variance),
               "frames at once are frames in turn", frames);
    }
    const Step half = step_of(.5);
    expect(half.frames == .5 && half.pairs == -.125 && half.squares == 0, "half a frame");
}

// What is predicted may be less than nothing, or more than a float holds; a report is neither.
void test_reported_boxes() {
    Motion motion = start_motion({10, 20, 40, 80});
    const Box box = box_of(motion);
    expect(box.left == 10 && box.top == 20 && box.width == 40 && box.height == 80,
           "a new track is where its box is");
    motion.size = Pair{-80, .5};
    const Box flat = box_of(motion);
    expect(flat.left == 30 && flat.top == 60 && flat.width == 0 && flat.height == 0,
           "no box is less than nothing high");
    motion.size = Pair{80, -.5};
    const Box thin = box_of(motion);
    expect(thin.width == 0 && thin.height == 80 && thin.left == 30 && thin.top == 20,
           "no box is less than nothing wide");
    constexpr float kLargest = std::numeric_limits<float>::max();
    motion.centre = Pair{1e300, -1e300};
    motion.size = Pair{1e100, 1e100};
    const Box vast = box_of(motion);
    expect(vast.left == kLargest && vast.top == -kLargest && vast.width == kLargest &&
               vast.height == kLargest,
           "a box stays within what a float holds");
}

// A score of 0 is known, and mixed like others; one below it is not.
void test_smoothed_scores() {
    Stream stream(with({{"track_high_thresh", "0"},
                        {"track_low_thresh", "0"},
                        {"new_track_thresh", "0"},
                        {"fuse_score", "false"},
                        {"score_smoothing", "0.5"}}));
    const std::pair<float, float> told[] = {
        {.5F, .5F}, {0, .25F}, {0, .125F}, {-1, -1}, {.5F, .5F}};
    for (const auto& [score, expected] : told) {
        expect(stream.play({person(0, score)})[0].score == expected, "half the old, half the new");
    }
}

// Frames between two frames, as the filter took them: how far a walker went on unseen.
double steps_between(const Settings& settings, double first_time, std::int64_t first_number,
                     double time, std::int64_t number) {
    Stream stream(settings);
    for (int k = 0; k < 4; ++k) {  // it learns to walk
        const int back = 4 - k;
        stream.play({person(static_cast<float>(-4 * back))}, first_time - back / 30.,
                    first_number < 0 ? first_number : first_number - back);
    }
    stream.play({person(0)}, first_time, first_number);
    const Motion before = stream.tracker.tracks()[0].motion;
    stream.play({}, time, number, false);
    const Motion after = stream.tracker.tracks()[0].motion;
    return (after.centre[0] - before.centre[0]) / before.centre_velocity[0];
}

void test_clocks() {
    const Settings real = with({{"motion_time", "real"}});
    const auto is = [&](double steps, double expected) {
        return std::fabs(steps - expected) < 1e-6;
    };
    int trial = 0;
    const auto by_time = [&](double passed, double expected) {
        const double steps = steps_between(real, 1000, kNoNumber, 1000 + passed, kNoNumber);
        expect(is(steps, expected), "steps by timestamps: " + std::to_string(steps), trial++);
    };
    by_time(1 / 30., 1);
    by_time(.5, 15);
    by_time(.25 / 30, .25);
    by_time(0, 1);  // a clock that stands still, goes back or is lost says nothing
    by_time(-2, 1);
    by_time(kNever, 1);
    by_time(40000, 1);  // nor one that jumps by more than a million frames
    by_time(30000, 900000);
    const auto by_number = [&](std::int64_t first, std::int64_t number, double expected) {
        const double steps = steps_between(real, kNever, first, kNever, number);
        expect(is(steps, expected), "steps by frame numbers: " + std::to_string(steps), trial++);
    };
    by_number(100, 101, 1);
    by_number(100, 107, 7);
    by_number(4, 7, 3);
    by_number(100, 100, 1);
    by_number(100, 3, 1);
    by_number(100, kNoNumber, 1);
    by_number(kNoNumber, 100, 1);
    by_number(100, 1000100, 1000000);
    by_number(100, 1000101, 1);
    by_number(100, std::numeric_limits<std::int64_t>::max(), 1);
    expect(is(steps_between(real, 1000, 100, 1000.1, 150), 3), "timestamps say more than numbers");
    expect(is(steps_between(with({}), 1000, 100, 1000.1, 150), 1), "frames count as frames");
    // Frame 0 is a frame like others.
    Stream stream(real);
    for (std::int64_t number = 0; number < 2; ++number) {
        stream.play({person(static_cast<float>(9 * number))}, kNever, 9 * number);
    }
    expect(stream.tracker.tracks()[0].last_seen == 10, "nine frames after frame 0");
    expect(stream.tracker.frames() == 2 && stream.tracker.last_number() == 9,
           "a stream knows its last frame");
}

// Frame numbers and timestamps that jump and go backwards at random: every state stays sound, and
// ids neither come twice in a frame nor again after they were given up.
void test_clocks_gone_wild() {
    for (const char* preset : {"bytetrack", "reference"}) {
        for (const char* motion_time : {"frames", "real"}) {
            Dice dice(11);
            Stream stream(
                with({{"preset", preset}, {"motion_time", motion_time}, {"track_buffer", "2"}}));
            std::set<std::uint64_t> gone, last;
            for (int number = 0; number < 20000; ++number) {
                const double times[] = {kNever, number / 30., dice.between(-1e9, 1e9), 1e308,
                                        -1e308, HUGE_VAL,     number / 30. + 1e-9,     0};
                const std::int64_t numbers[] = {kNoNumber, number,  dice.below(1 << 30), INT64_MAX,
                                                INT64_MIN, -number, number + 1'000'000,  0};
                std::vector<Detection> people;
                for (int k = 0; k < 4; ++k) {
                    if (dice.below(5) != 0) {
                        people.push_back(person(static_cast<float>(200 * k + dice.below(9)),
                                                dice.below(3) == 0 ? .3F : .9F));
                    }
                }
                const auto& report = stream.play(people, times[dice.below(8)],
                                                 numbers[dice.below(8)], dice.below(6) != 0);
                std::set<std::uint64_t> ids;
                for (const TrackedObject& object : report) {
                    expect(ids.insert(object.id).second, "an id stands twice", number);
                    expect(gone.count(object.id) == 0, "an id came back", number);
                    expect(std::isfinite(object.box.left) && std::isfinite(object.box.width),
                           "a report is finite", number);
                }
                std::set<std::uint64_t> alive;
                for (const Track& track : stream.tracker.tracks()) {
                    expect(is_sound(track.motion), "a state is sound", number);
                    alive.insert(track.id);
                }
                for (const std::uint64_t id : last) {
                    if (alive.count(id) == 0) {
                        gone.insert(id);
                    }
                }
                last = alive;
                last.erase(0);
            }
            expect(gone.size() > 10 && stream.tracker.frames() == 20000, "tracks came and went");
        }
    }
}

// A camera that falls silent is one whose frames were empty: both forget a track at the same time,
// which is when it is forgotten frame by frame.
void test_gaps() {
    for (const char* preset : {"bytetrack", "reference"}) {
        for (const char* buffer : {"0", "1", "2", "6"}) {
            for (int gap = 1; gap < 12; ++gap) {
                const auto plays = [&](bool silent, const char* motion_time = "real") {
                    Stream stream(with({{"preset", preset},
                                        {"track_buffer", buffer},
                                        {"motion_time", motion_time}}));
                    std::vector<std::size_t> seen;
                    const std::uint64_t id = stream.play({person(0)}, 0)[0].id;
                    for (int k = 1; k < gap && !silent; ++k) {
                        stream.play({}, k / 30.);
                    }
                    for (int k = gap; k < gap + 3; ++k) {
                        const auto& report = stream.play({person(0)}, k / 30.);
                        seen.push_back(report.empty() ? 0 : report[0].id == id ? 1 : 2);
                    }
                    return seen;
                };
                expect(plays(true) == plays(false) && plays(true) == plays(false, "frames"),
                       std::string("silence is as long as empty frames, ") + preset + " " + buffer,
                       gap);
            }
        }
    }
    // Half a frame more than the buffer is still within it; these times have no rounding.
    for (const double late : {0., .5, .625}) {
        Stream stream(with({{"motion_time", "real"}, {"frame_rate", "32"}, {"track_buffer", "4"}}));
        stream.play({person(0)}, 0);
        for (const double frame : {1., 2., 3., 4 + late}) {
            stream.play({}, frame / 32);
        }
        expect(stream.tracker.tracks().size() == (late > .5 ? 0 : 1), "half a frame of grace");
    }
}

// Two tracks on one person: the one with the longer history stays, of equal ones the lost one.
void test_duplicates() {
    const Settings settings = with({{"match_thresh", "0.05"}});
    for (const int seen : {1, 20}) {
        Stream stream(settings);
        for (int k = 0; k < seen; ++k) {
            stream.play({person(0, 1)});
        }
        const std::uint64_t first = stream.tracker.tracks()[0].id;
        stream.play({});
        // Too far from the lost one to be matched, near enough to be the same.
        stream.play({person(2, 1)});
        const std::vector<Track>& tracks = stream.tracker.tracks();
        expect(tracks.size() == 1 && tracks[0].id == first && tracks[0].state == TrackState::lost,
               "the lost track is older", seen);
    }
    // One walks to where another was seen shortly.
    Stream stream(settings);
    for (int k = 0; k < 20; ++k) {
        std::vector<Detection> people{person(static_cast<float>(k), 1)};
        if (k == 5 || k == 6) {
            people.push_back(person(20, 1));
        }
        stream.play(people);
    }
    const std::vector<Track>& tracks = stream.tracker.tracks();
    expect(tracks.size() == 1 && tracks[0].age == 20 && tracks[0].state == TrackState::tracked,
           "the track that is seen is older");
}

// What is kept of a track against a plain list of its frames. People stand at 0, 200 and 400 and
// lean to the side by the frame's number, so that a box tells its frame.
class Past {
  public:
    explicit Past(const Settings& settings)
        : waiting_(std::max<std::size_t>(static_cast<std::size_t>(settings.track_buffer), 1)),
          capacity_(static_cast<std::size_t>(settings.max_trajectory) + waiting_) {}

    void add(const Track& track, std::int64_t number) {
        std::vector<Seen>& past = past_[track.id];
        if (past.empty() && track.age == 2) {  // it was tentative a frame ago
            past.push_back({number - 1, false});
        }
        past.push_back({number, track.detection_index < 0});
        const auto since_match = std::find_if(past.rbegin(), past.rend(),
                                              [](const Seen& seen) { return !seen.predicted; });
        if (static_cast<std::size_t>(since_match - past.rbegin()) > waiting_) {
            past.erase(past.end() - 2);
        }
    }

    bool is(const Trajectory& kept, std::uint64_t id) {
        const std::vector<Seen>& all = past_[id];
        const std::size_t size = std::min(all.size(), capacity_);
        std::size_t matched = 0;
        bool right = kept.size() == size;
        for (std::size_t k = 0; right && k < size; ++k) {
            const Seen& seen = all[all.size() - size + k];
            right = kept[k].number == seen.number && kept[k].predicted == seen.predicted &&
                    (seen.predicted || std::fmod(kept[k].box.left, 200) == seen.number % 7);
            matched = seen.predicted ? matched : k + 1;
        }
        const std::size_t two = std::min<std::size_t>(size, 2);
        return right && kept.up_to_last_match().size() == matched && kept.last(2).size() == two &&
               (two == 0 || kept.last(2)[0].number == kept[size - two].number);
    }

  private:
    struct Seen {
        std::int64_t number;
        bool predicted;
    };
    std::size_t waiting_, capacity_;
    std::map<std::uint64_t, std::vector<Seen>> past_;
};

void test_past(const char* longest, const char* buffer, bool keep_ended) {
    const Settings settings = with({{"max_trajectory", longest},
                                    {"track_buffer", buffer},
                                    {"past_frames", "true"},
                                    {"terminated_tracks", keep_ended ? "true" : "false"}});
    const std::string what = std::string("past of ") + longest + " and " + buffer;
    Dice dice(12);
    Stream stream(settings);
    Past past(settings);
    Trajectories& kept = stream.tracker.trajectories();
    std::size_t ended = 0;
    for (int number = 1000; number < 1400; ++number) {
        std::vector<Detection> people;
        for (int k = 0; k < 3; ++k) {
            if ((number / 9 + k) % 4 != 0 && dice.below(5) != 0) {
                people.push_back(person(static_cast<float>(200 * k + number % 7)));
            }
        }
        const std::size_t before = kept.ended().size();
        stream.play(people, kNever, number);
        for (const Track& track : stream.tracker.tracks()) {
            if (track.id != 0) {
                past.add(track, number);
                expect(past.is(kept.of(track), track.id), what, number);
            }
        }
        for (std::size_t k = before; k < kept.ended().size(); ++k, ++ended) {
            const Trajectories::Ended& one = kept.ended()[k];
            expect(past.is(kept.of(one), one.id), what + ", ended", number);
        }
        if (number % 50 == 49) {
            const std::vector<Trajectories::Ended> waiting = kept.ended();
            const std::size_t taken = std::min<std::size_t>(2, waiting.size());
            kept.take_ended(taken);
            expect(kept.ended().size() == waiting.size() - taken &&
                       (kept.ended().empty() || kept.ended()[0].id == waiting[taken].id),
                   "the first that ended are taken", number);
        }
    }
    expect(keep_ended ? ended > 20 : ended == 0, what + ": tracks that ended");
}

// Twelve frames are seen of a person, and many more not: what was seen is kept until the end.
void test_long_waits() {
    const auto wants = [](const char* buffer) {
        return with({{"terminated_tracks", "true"}, {"track_buffer", buffer}});
    };
    const struct {
        const char* what;
        const char* buffer;
        const char* buffer_later;
        int skipped, missed;
    } waits[] = {
        {"longer than what is kept", "1200", "1200", 0, 1210},
        {"longer than was allowed at first", "3", "200", 0, 210},
        {"the detector skips", "3", "3", 300, 5},
        {"not at all", "0", "0", 0, 1},
    };
    for (const auto& wait : waits) {
        Stream stream(wants(wait.buffer));
        int number = 0;
        for (; number < 12; ++number) {
            stream.play({person(0)}, kNever, number);
        }
        stream.tracker.change(wants(wait.buffer_later));
        for (int k = 0; k < wait.skipped; ++k, ++number) {
            stream.play({}, kNever, number, false);
        }
        for (int k = 0; k < wait.missed; ++k, ++number) {
            stream.play({}, kNever, number);
        }
        Trajectories& kept = stream.tracker.trajectories();
        expect(kept.ended().size() == 1, std::string("ended: ") + wait.what);
        if (kept.ended().size() == 1) {
            const Trajectory seen = kept.of(kept.ended()[0]).up_to_last_match();
            expect(seen.size() == 12 && seen[0].number == 0 && seen[11].number == 11,
                   std::string("kept: ") + wait.what, static_cast<int>(seen.size()));
        }
    }
    // Restored tracks have no past: one that ends before it is seen again has nothing to tell.
    Stream first(wants("3"));
    for (int number = 0; number < 12; ++number) {
        first.play({person(0)}, kNever, number);
    }
    std::vector<std::uint8_t> bytes;
    first.tracker.append_snapshot(bytes);
    Stream second(wants("3"));
    second.tracker.restore(bytes.data(), bytes.size());
    for (int number = 12; number < 20; ++number) {
        second.play({}, kNever, number);
    }
    expect(second.tracker.tracks().empty() && second.tracker.trajectories().ended().empty(),
           "a track without a past tells nothing");
}

void test_pasts() {
    test_past("1", "0", true);
    test_past("1", "3", true);
    test_past("2", "1", true);
    test_past("5", "0", false);
    test_past("64", "5", true);
    test_long_waits();
    Stream off(with({}));
    off.play({person(0)});
    expect(
        !off.tracker.trajectories().is_on() &&
            off.tracker.trajectories().of(off.tracker.tracks()[0]).size() == 0 &&
            off.tracker.trajectories().of(off.tracker.tracks()[0]).up_to_last_match().size() == 0,
        "nothing is kept where nobody asked");
    // Nobody takes the tracks that ended: the latest wait.
    Stream crowded(with({{"terminated_tracks", "true"}, {"track_buffer", "0"}}));
    std::uint64_t greatest = 0;
    for (int number = 0; number < 600; ++number) {
        const float left = static_cast<float>(1000 * (number % 2));
        crowded.play({person(left)});
        for (const TrackedObject& one : crowded.play({person(left)})) {
            greatest = one.id;
        }
        crowded.play({});
    }
    const auto& ended = crowded.tracker.trajectories().ended();
    expect(ended.size() == Trajectories::kMostEnded && ended.back().id == greatest &&
               ended.front().id == greatest - Trajectories::kMostEnded + 1,
           "the latest that ended wait");
}

}  // namespace

void test_streams() {
    test_what_is_wrong();
    test_steps();
    test_reported_boxes();
    test_smoothed_scores();
    test_clocks();
    test_clocks_gone_wild();
    test_gaps();
    test_duplicates();
    test_pasts();
}

}  // namespace streamtrack
