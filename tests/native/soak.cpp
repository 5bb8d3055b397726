// Plays many hours of 64 cameras, as fast as the machine can: memory must stay as it is after the
// warm-up, frames must allocate nothing, and no id may stand in two streams.
//
//     nvmot_soak LIBRARY VERSION plain|misc_data|files MINUTES
#include <fcntl.h>
#include <malloc.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "allocations.hpp"
#include "scenarios.hpp"
#include "soak_scene.hpp"

namespace native {
namespace {

constexpr double kFramesPerHour = 30.0 * 3600 * kStreams;
constexpr std::uint32_t kWarmUp = 2;  // rounds
constexpr double kMostGrowth = 0.01;

double seconds_now() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double resident_megabytes() {
    char text[128] = "";
    const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    const ssize_t size = read(file, text, sizeof text - 1);
    close(file);
    unsigned long long pages = 0;
    require(size > 0 && std::sscanf(text, "%*u %llu", &pages) == 1, "cannot read statm");
    return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

std::string config_of(const std::string& variant, const Folder& folder) {
    std::string yaml = "log_level: error\nmax_targets_per_stream: 64\n";
    if (variant != "plain") {
        yaml +=
            "past_frames: true\nterminated_tracks: true\nshadow_tracks: true\n"
            "max_trajectory: 16\n";
    }
    if (variant == "files") {
        yaml += "record: " + folder.path() +
                "/run\nrecord_max_mb: 64\nmetrics_file: " + folder.path() + "/metrics.prom\n";
    }
    return yaml;
}

// The ids that a stream's last frames had. A new one must be greater than all that were given to
// any stream before; so none stands in two streams, and none comes again.
class KnownIds {
  public:
    void see(std::uint64_t id, std::uint32_t number, std::uint64_t& greatest) {
        constexpr std::uint32_t kLongestAbsence = 200;  // a lost track is found again before
        std::size_t kept = 0;
        for (std::size_t k = 0; k < ids_.size(); ++k) {
            if (ids_[k].id == id) {
                require(ids_[k].number != number, "an id stands twice in a frame");
                ids_[k].number = number;
                return;
            }
        }
        require(id > greatest, "an id came back, or stands in two streams");
        greatest = id;
        for (const Seen& one : ids_) {
            if (number - one.number < kLongestAbsence) {
                ids_[kept++] = one;
            }
        }
        ids_.resize(kept);
        ids_.push_back({id, number});
    }
    void forget() { ids_.clear(); }

  private:
    struct Seen {
        std::uint64_t id;
        std::uint32_t number;
    };
    std::vector<Seen> ids_;
};

class Soak {
  public:
    Soak(const Stage& stage, const HostOptions& options, bool has_misc)
        : library_(stage.library),
          host_(library_, stage.version, options),
          fields_(host_.layout()),
          has_misc_(has_misc) {}

    // All that the scene has; the next round is the same again.
    void play_round() {
        for (std::uint32_t k = 0; k < kRound; ++k, ++batch_) {
            const std::uint32_t leaving = scene_.leaving(batch_);
            if (leaving < kStreams) {
                require(host_.remove(scene_.stream(leaving)) == 0, "NvMOT_RemoveStreams failed");
                known_[leaving].forget();
                ++removals_;
            }
            scene_.fill(batch_, frames_);
            host_.fill(frames_);
            Allocations allocations;
            const int status = host_.call_process();
            const std::uint64_t counted = allocations.stop();
            require(status == 0, "NvMOT_Process failed");
            allocated_[scene_.is_settled(batch_) ? 1 : 0] += counted;
            calls_[scene_.is_settled(batch_) ? 1 : 0] += 1;
            look();
            if (has_misc_) {
                host_.call_misc();
                host_.clear_misc();
            }
            if (batch_ % (kRound / 8) == 0) {
                resident_ = resident_megabytes();
                least_ = std::min(least_, resident_);
                most_ = std::max(most_, resident_);
            }
        }
        ++rounds_;
        if (rounds_ == kWarmUp) {
            least_ = most_ = resident_;
            allocated_[0] = allocated_[1] = calls_[0] = calls_[1] = 0;
            held_ = Allocations::held();
        }
    }

    bool is_warm() const { return rounds_ > kWarmUp; }
    double growth() const { return most_ / least_ - 1; }
    std::uint64_t allocated() const { return allocated_[1]; }
    std::int64_t more_blocks() const { return Allocations::held() - held_; }

    void print() const {
        const auto number = [](std::uint64_t value) {
            return static_cast<unsigned long long>(value);
        };
        std::printf(
            "   %llu frames = %.2f hours of %u cameras at 30 frames a second; %llu ids, none in "
            "two streams; %llu streams removed and begun anew\n"
            "   resident memory after the warm-up: %.2f to %.2f MB (%.2f %%); %lld more blocks "
            "held\n"
            "   allocations in NvMOT_Process: %llu in %llu calls; %llu in %llu calls with a "
            "stream that has just begun\n",
            number(seen_), static_cast<double>(seen_) / kFramesPerHour, kStreams, number(greatest_),
            number(removals_), least_, most_, 100 * growth(), static_cast<long long>(more_blocks()),
            number(allocated_[1]), number(calls_[1]), number(allocated_[0]), number(calls_[0]));
    }

  private:
    // Every object belongs to its own frame, and ids are no other stream's.
    void look() {
        for (std::size_t k = 0; k < frames_.size(); ++k) {
            const std::uint8_t* const list = host_.lists() + k * fields_.list_size;
            const auto filled = get<std::uint32_t>(list + fields_.filled);
            const auto* slot = get<const std::uint8_t*>(list + fields_.list);
            KnownIds& known = known_[frames_[k].stream >> 32];
            require(frames_[k].detection_done ? filled <= frames_[k].objects.size() : filled <= 64,
                    "more tracks than objects");
            for (std::uint32_t j = 0; j < filled; ++j, slot += fields_.object_size) {
                known.see(get<std::uint64_t>(slot + fields_.id), batch_, greatest_);
            }
        }
        seen_ += frames_.size();
    }

    struct OutputFields {
        explicit OutputFields(const Layout& layout)
            : list_size(layout.size("NvMOTTrackedObjList")),
              filled(layout.at("NvMOTTrackedObjList", "numFilled")),
              list(layout.at("NvMOTTrackedObjList", "list")),
              object_size(layout.size("NvMOTTrackedObj")),
              id(layout.at("NvMOTTrackedObj", "trackingId")) {}
        std::size_t list_size, filled, list, object_size, id;
    };

    const Library library_;
    Host host_;
    const OutputFields fields_;
    const bool has_misc_;
    SoakScene scene_;
    std::vector<FrameIn> frames_;
    KnownIds known_[kStreams];
    std::uint32_t batch_ = 0, rounds_ = 0;
    std::uint64_t seen_ = 0, greatest_ = 0, removals_ = 0;
    std::uint64_t allocated_[2] = {0, 0}, calls_[2] = {0, 0};  // [1]: all streams are settled
    std::int64_t held_ = 0;
    double resident_ = 0, least_ = 1e9, most_ = 0;
};

void play(const Stage& stage, const std::string& variant, double minutes) {
    const Folder folder;
    const ConfigFile config(config_of(variant, folder));
    HostOptions options;
    options.config_path = config.path();
    options.batch_size = kStreams;
    Soak soak(stage, options, variant != "plain");
    const double end = seconds_now() + 60 * minutes;
    for (std::uint32_t round = 1; !soak.is_warm() || seconds_now() < end; ++round) {
        soak.play_round();
        if (soak.is_warm() && round % 20 == 0) {
            std::printf("%s goes on:\n", variant.c_str());
            soak.print();
        }
    }
    std::printf("%s:\n", variant.c_str());
    soak.print();
    require(soak.allocated() == 0, "frames allocate");
    require(soak.growth() <= kMostGrowth, "resident memory is not flat within 1 %");
    // The writer's thread allocates as it goes, whatever the frames are.
    require(variant == "files" || soak.more_blocks() == 0, "blocks pile up");
}

}  // namespace
}  // namespace native

int main(int count, char** arguments) {
    if (count != 5) {
        std::fprintf(stderr, "usage: %s LIBRARY VERSION plain|misc_data|files MINUTES\n",
                     arguments[0]);
        return 2;
    }
    // All memory is written to when it is allocated, so that the arrays of the host's which are
    // used later than others do not look like growth.
    mallopt(M_PERTURB, 0x5a);
    std::setvbuf(stdout, nullptr, _IONBF, 0);  // a buffer would be one more block
    try {
        native::present_version(arguments[2]);
        native::play({arguments[1], arguments[2], ""}, arguments[3], std::atof(arguments[4]));
        std::printf("ok %s\n", arguments[3]);
    } catch (const std::exception& error) {
        std::printf("FAILED %s: %s\n", arguments[3], error.what());
        return 1;
    }
    return 0;
}
