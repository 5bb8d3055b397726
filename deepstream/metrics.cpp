#include "deepstream/metrics.hpp"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "core/parameters.hpp"
#include "deepstream/background.hpp"
#include "deepstream/log.hpp"
#include "deepstream/plain_locale.hpp"
#include "deepstream/whole_file.hpp"

namespace streamtrack::nvmot {
namespace {

constexpr std::int64_t kSecondsBetweenWrites = 5;

// A figure's series: the label beside the context's, if it has one, and the count.
struct Series {
    const char* label;
    Count Figures::* count;
};
struct Metric {
    const char* name;
    const char* type;
    const char* help;
    Series series[3];  // those without a label are none
};

// Of plain values: the writer's thread, and the end of a process whose contexts were never closed,
// read it when other static objects are gone.
constexpr Metric kMetrics[] = {
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
     {{",detected=\"true\"", &Figures::frames}, {",detected=\"false\"", &Figures::skipped_frames}}},
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

void add_head(std::string& text, const std::string& name, const char* type, const char* help) {
    text += "# HELP streamtrack_" + name + " " + help + "\n";
    text += "# TYPE streamtrack_" + name + " " + type + "\n";
}

// `labels` are without their braces.
void add_sample(std::string& text, const char* name, const std::string& labels,
                const std::string& value) {
    text += std::string("streamtrack_") + name + "{" + labels + "} " + value + "\n";
}

std::string text_of_seconds(std::uint64_t nanoseconds) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", static_cast<double>(nanoseconds) * 1e-9);
    return text;
}

void add_durations(std::string& text, const std::string& labels, const Figures& figures) {
    std::uint64_t calls = 0;
    for (std::size_t k = 0; k < figures.calls.size(); ++k) {
        calls += figures.calls[k].get();
        char bound[32] = "+Inf";
        if (k < Figures::kBounds.size()) {
            std::snprintf(bound, sizeof bound, "%g", Figures::kBounds[k]);
        }
        add_sample(text, "process_seconds_bucket", labels + ",le=\"" + bound + "\"",
                   std::to_string(calls));
    }
    add_sample(text, "process_seconds_sum", labels, text_of_seconds(figures.nanoseconds.get()));
    add_sample(text, "process_seconds_count", labels, std::to_string(calls));
}

// The file's name without folder and ending, as a label. node_exporter puts the files of a folder
// together, and of two series with equal labels it drops one.
std::string pipeline_label(const std::string& path) {
    std::string name = path.substr(path.rfind('/') + 1);
    name = name.substr(0, name.rfind(".prom"));
    std::string label = "pipeline=\"";
    for (const char letter : name) {
        if (letter == '"' || letter == '\\') {
            label += '\\';
        }
        label += letter == '\n' ? ' ' : letter;
    }
    return label + "\"";
}

std::uint64_t resident_bytes() {
    unsigned long long size = 0;
    unsigned long long resident = 0;
    if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
        if (std::fscanf(file, "%llu %llu", &size, &resident) != 2) {
            resident = 0;
        }
        std::fclose(file);
    }
    return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
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
    explicit MetricsFile(std::string path)
        : path_(std::move(path)), pipeline_(pipeline_label(path_)) {}

    void run() override {
        timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_sec >= next_second_) {
            next_second_ = now.tv_sec + kSecondsBetweenWrites;
            write();
        }
    }

    // `build` tells what runs here, in labels.
    void add_share(unsigned context, const Figures& figures, std::string build) {
        const std::lock_guard<std::mutex> lock(mutex_);
        shares_[context] = &figures;
        build_ = std::move(build);
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
        const bool fine = write_whole(path_, text(), nullptr, reason);
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
        add_head(text, "build_info", "gauge", "The library, its host and its part in the fleet.");
        add_sample(text, "build_info", pipeline_ + build_, "1");
        for (const Metric& metric : kMetrics) {
            add_head(text, metric.name, metric.type, metric.help);
            for (const auto& share : shares_) {
                add_series(text, metric, share.first, *share.second);
            }
        }
        add_head(text, "process_seconds", "histogram", "Time in a call of NvMOT_Process.");
        for (const auto& share : shares_) {
            add_durations(text, labels_of(share.first), *share.second);
        }
        add_head(text, "resident_memory_bytes", "gauge", "Memory of the whole process.");
        add_sample(text, "resident_memory_bytes", pipeline_, std::to_string(resident_bytes()));
        return text;
    }

    void add_series(std::string& text, const Metric& metric, unsigned context,
                    const Figures& figures) const {
        for (const Series& series : metric.series) {
            if (series.label != nullptr) {
                add_sample(text, metric.name, labels_of(context) + series.label,
                           std::to_string((figures.*series.count).get()));
            }
        }
    }

    std::string labels_of(unsigned context) const {
        return pipeline_ + ",context=\"" + std::to_string(context) + "\"";
    }

    const std::string path_;
    const std::string pipeline_;
    std::int64_t next_second_ = 0;
    std::mutex mutex_;  // guards what follows
    std::map<unsigned, const Figures*> shares_;
    std::string build_;
    bool failed_ = false;
};

namespace {

// The files that are being written. Empty, hence without memory of its own, while there is none.
std::mutex files_mutex;
std::map<std::string, std::shared_ptr<MetricsFile>> files;

std::string build_labels(const Settings& settings, const std::string& deepstream) {
    return std::string(",version=\"") + STREAMTRACK_VERSION + "\",deepstream=\"" +
           deepstream.substr(0, 32) + "\",id_mode=\"" +
           text_of(*find_parameter("id_mode"), settings) + "\",node_id=\"" +
           std::to_string(settings.node_id) + "\"";
}

}  // namespace

MetricsShare::MetricsShare(const Settings& settings, unsigned context,
                           const std::string& deepstream, const Figures& figures)
    : path_(settings.metrics_file), context_(context) {
    std::string build = build_labels(settings, deepstream);
    const std::lock_guard<std::mutex> lock(files_mutex);
    std::shared_ptr<MetricsFile>& file = files[path_];
    if (file == nullptr) {
        auto made = std::make_shared<MetricsFile>(path_);
        Background::instance().add(made);
        file = std::move(made);
    }
    file->add_share(context, figures, std::move(build));
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
