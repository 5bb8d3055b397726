#include "deepstream/metrics.hpp"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdarg>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "deepstream/background.hpp"
#include "deepstream/log.hpp"
#include "deepstream/plain_locale.hpp"
#include "deepstream/whole_file.hpp"

namespace streamtrack::nvmot {
namespace {

constexpr std::int64_t kSecondsBetweenWrites = 5;
using Number = unsigned long long;  // what %llu takes

// A figure with its series: the label beside the context's, if it has one, and the count.
struct Series {
    const char* label;
    Count Figures::* count;
};
struct Metric {
    const char* name;
    const char* type;
    const char* help;
    std::vector<Series> series;
};

const std::vector<Metric>& metrics() {
    static const std::vector<Metric> all = {
        {"streams", "gauge", "Streams that are being tracked.", {{"", &Figures::streams}}},
        {"tracks",
         "gauge",
         "Tracks by state, over all streams.",
         {{",state=\"tentative\"", &Figures::tentative_tracks},
          {",state=\"tracked\"", &Figures::tracked_tracks},
          {",state=\"lost\"", &Figures::lost_tracks}}},
        {"ids_total", "counter", "Track ids given out.", {{"", &Figures::ids_issued}}},
        {"frames_total",
         "counter",
         "Frames tracked, by whether the detector looked at them.",
         {{",detected=\"true\"", &Figures::frames},
          {",detected=\"false\"", &Figures::skipped_frames}}},
        {"detections_total", "counter", "Detections taken.", {{"", &Figures::detections}}},
        {"objects_dropped_total",
         "counter",
         "Objects that were not tracked: their box or score cannot be, or there were too many.",
         {{",reason=\"bad\"", &Figures::bad_objects},
          {",reason=\"surplus\"", &Figures::surplus_objects}}},
        {"tracks_unreported_total",
         "counter",
         "Tracks left out of the host's full output arrays.",
         {{"", &Figures::unreported_tracks}}},
        {"frames_unreported_total",
         "counter",
         "Frames for which the host gave no output array.",
         {{"", &Figures::refused_frames}}},
        {"failed_calls_total",
         "counter",
         "Calls of NvMOT_Process that ran out of memory.",
         {{"", &Figures::failed_calls}}},
        {"recording_lost_frames_total",
         "counter",
         "Frames missing in the recording.",
         {{",reason=\"slow\"", &Figures::lost_frames},
          {",reason=\"unwritten\"", &Figures::unwritten_frames}}},
    };
    return all;
}

void add(std::string& text, const char* format, ...) __attribute__((format(printf, 2, 3)));
void add(std::string& text, const char* format, ...) {
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    text.append(line, static_cast<std::size_t>(length));
}

void add_head(std::string& text, const char* name, const char* type, const char* help) {
    add(text, "# HELP streamtrack_%s %s\n# TYPE streamtrack_%s %s\n", name, help, name, type);
}

void add_durations(std::string& text, unsigned context, const Figures& figures) {
    Number calls = 0;
    for (std::size_t k = 0; k < figures.calls.size(); ++k) {
        calls += figures.calls[k].get();
        char bound[32] = "+Inf";
        if (k < Figures::kBounds.size()) {
            std::snprintf(bound, sizeof bound, "%g", Figures::kBounds[k]);
        }
        add(text, "streamtrack_process_seconds_bucket{context=\"%u\",le=\"%s\"} %llu\n", context,
            bound, calls);
    }
    add(text, "streamtrack_process_seconds_sum{context=\"%u\"} %.9g\n", context,
        static_cast<double>(figures.nanoseconds.get()) * 1e-9);
    add(text, "streamtrack_process_seconds_count{context=\"%u\"} %llu\n", context, calls);
}

Number resident_bytes() {
    Number size = 0;
    Number resident = 0;
    if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
        if (std::fscanf(file, "%llu %llu", &size, &resident) != 2) {
            resident = 0;
        }
        std::fclose(file);
    }
    return resident * static_cast<Number>(sysconf(_SC_PAGESIZE));
}

}  // namespace

void Figures::add_call(std::uint64_t duration_ns) {
    const double seconds = static_cast<double>(duration_ns) * 1e-9;
    const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
    calls[static_cast<std::size_t>(bound - kBounds.begin())].add(1);
    nanoseconds.add(duration_ns);
}

// One file and the contexts that share it.
class MetricsFile : public Chore {
  public:
    explicit MetricsFile(std::string path) : path_(std::move(path)) {}

    void run() override {
        timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_sec >= next_second_) {
            next_second_ = now.tv_sec + kSecondsBetweenWrites;
            write();
        }
    }

    void add_share(unsigned context, const Figures& figures, const std::string& deepstream) {
        const std::lock_guard<std::mutex> lock(mutex_);
        shares_[context] = &figures;
        deepstream_ = deepstream;
    }

    // Writes the file as it is at the share's end. False where shares remain.
    bool remove_share(unsigned context) {
        write();
        const std::lock_guard<std::mutex> lock(mutex_);
        shares_.erase(context);
        return shares_.empty();
    }

  private:
    void write() {
        const PlainLocale plain;
        const std::lock_guard<std::mutex> lock(mutex_);
        if (shares_.empty()) {
            return;
        }
        std::string reason;
        const bool fine = write_whole(path_, text(), false, reason);
        if (!fine && !failed_) {
            write_log(LogLevel::error, Place(),
                      "the metrics cannot be written to %s: %s; tracking goes on, and writing is "
                      "tried again and again",
                      path_.c_str(), reason.c_str());
        }
        failed_ = !fine;
    }

    std::string text() const {
        std::string text;
        add_head(text, "build_info", "gauge", "The library's version and the host's.");
        add(text, "streamtrack_build_info{version=\"%s\",deepstream=\"%.32s\"} 1\n",
            STREAMTRACK_VERSION, deepstream_.c_str());
        for (const Metric& metric : metrics()) {
            add_head(text, metric.name, metric.type, metric.help);
            for (const auto& share : shares_) {
                for (const Series& series : metric.series) {
                    add(text, "streamtrack_%s{context=\"%u\"%s} %llu\n", metric.name, share.first,
                        series.label, static_cast<Number>((share.second->*series.count).get()));
                }
            }
        }
        add_head(text, "process_seconds", "histogram", "Time in a call of NvMOT_Process.");
        for (const auto& share : shares_) {
            add_durations(text, share.first, *share.second);
        }
        add_head(text, "resident_memory_bytes", "gauge", "Memory of the whole process.");
        add(text, "streamtrack_resident_memory_bytes %llu\n", resident_bytes());
        return text;
    }

    const std::string path_;
    std::int64_t next_second_ = 0;
    std::mutex mutex_;  // guards what follows
    std::map<unsigned, const Figures*> shares_;
    std::string deepstream_;
    bool failed_ = false;
};

namespace {

// The files that are being written. Empty, hence without memory of its own, while there is none.
std::mutex files_mutex;
std::map<std::string, std::shared_ptr<MetricsFile>> files;

}  // namespace

MetricsShare::MetricsShare(const std::string& path, unsigned context, const std::string& deepstream,
                           const Figures& figures)
    : path_(path), context_(context) {
    const std::lock_guard<std::mutex> lock(files_mutex);
    std::shared_ptr<MetricsFile>& file = files[path];
    if (file == nullptr) {
        auto made = std::make_shared<MetricsFile>(path);
        Background::instance().add(made);
        file = std::move(made);
    }
    file->add_share(context, figures, deepstream);
}

MetricsShare::~MetricsShare() {
    const std::lock_guard<std::mutex> lock(files_mutex);
    const auto file = files.find(path_);
    if (file->second->remove_share(context_)) {
        Background::instance().remove(file->second);
        files.erase(file);
    }
}

}  // namespace streamtrack::nvmot
