// Plays a recording through the core, as docs/recording.md says, and prints what it reports.
//
//     nvmot_replay PART...      rows: stream, frame, id, left, top, width, height, score, class
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/multi_stream_tracker.hpp"

namespace {

using streamtrack::Detection;
using streamtrack::TrackedObject;
using Row = std::vector<std::string>;

Row split(const std::string& line) {
    Row fields(1);
    bool quoted = false;
    for (std::size_t k = 0; k < line.size(); ++k) {
        if (line[k] == '"') {
            quoted = !quoted;
            if (quoted && k > 0 && line[k - 1] == '"') {
                fields.back() += '"';
            }
        } else if (line[k] == ',' && !quoted) {
            fields.emplace_back();
        } else {
            fields.back() += line[k];
        }
    }
    return fields;
}

std::vector<std::uint8_t> from_base64(const std::string& text) {
    static const std::string letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::vector<std::uint8_t> bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char letter : text) {
        const std::size_t value = letters.find(letter);
        if (value == std::string::npos) {
            break;
        }
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes.push_back(static_cast<std::uint8_t>(bits >> count));
        }
    }
    return bytes;
}

std::uint64_t whole(const std::string& text) { return std::strtoull(text.c_str(), nullptr, 10); }
float real(const std::string& text) { return std::strtof(text.c_str(), nullptr); }

class Player {
  public:
    void play(const std::string& path) {
        std::ifstream file(path);
        std::string line;
        while (std::getline(file, line) && !file.eof()) {  // a row without an end is left out
            rows_.push_back(split(line));
        }
        for (at_ = 0; at_ < rows_.size();) {
            play_row(rows_[at_++]);
        }
        rows_.clear();
    }

  private:
    void play_row(const Row& row) {
        const std::string& kind = row[0];
        if (kind == "streamtrack recording" || kind == "change") {
            read_config(kind == "change");
        } else if (kind == "gap") {
            std::printf("gap\n");
        } else if (kind == "stream") {
            stream(whole(row[1]));
        } else if (kind == "state") {
            const std::vector<std::uint8_t> state = from_base64(row[2]);
            stream(whole(row[1])).restore(state.data(), state.size());
        } else if (kind == "prefix") {
            stream(whole(row[1])).set_id_prefix(static_cast<std::uint32_t>(whole(row[2])));
        } else if (kind == "remove") {
            tracker_->remove(whole(row[1]));
        } else if (kind == "ids") {
            streamtrack::process_id_counter().advance_past(whole(row[1]));
        } else if (kind == "batch") {
            play_batch(row);
        } else {
            throw std::runtime_error("unknown row " + kind);
        }
    }

    streamtrack::StreamTracker& stream(std::uint64_t id) {
        return tracker_->stream(id, std::to_string(id >> 32));
    }

    // The head of a part, up to its `ids`, or the rows behind a `change`.
    void read_config(bool change) {
        static const std::map<std::string, streamtrack::Layer> layers = {
            {"file", streamtrack::Layer::file},
            {"classes", streamtrack::Layer::classes},
            {"streams", streamtrack::Layer::streams},
            {"command", streamtrack::Layer::command}};
        streamtrack::Config config;
        while (at_ < rows_.size() &&
               (change ? rows_[at_][0] == "config" : rows_[at_][0] != "ids")) {
            const Row& row = rows_[at_++];
            if (row[0] == "config" && row[3] != "max_idle_frames") {
                config.set(layers.at(row[1]), row[2], row[3], row[4]);
            }
        }
        if (change) {
            tracker_->change(config);
        } else {
            tracker_ = std::make_unique<streamtrack::MultiStreamTracker>(config);
        }
    }

    // Whether all frames and objects of the batch at `at_` stand in the file: where the process was
    // killed they may not.
    bool is_whole(const Row& batch) const {
        std::size_t at = at_;
        for (std::uint64_t k = 0; k < whole(batch[2]); ++k) {
            at += at < rows_.size() ? 1 + whole(rows_[at][5]) : 1;
        }
        return at <= rows_.size();
    }

    void play_batch(const Row& batch) {
        if (!is_whole(batch)) {
            at_ = rows_.size();
            return;
        }
        streamtrack::process_id_counter().advance_past(whole(batch[1]));
        const std::size_t count = whole(batch[2]);
        std::vector<Row> heads;
        std::vector<std::vector<Detection>> detections(count);
        std::vector<streamtrack::StreamFrame> frames;
        for (std::size_t k = 0; k < count; ++k) {
            heads.push_back(rows_[at_++]);
            const Row& head = heads.back();
            for (std::uint64_t j = 0; j < whole(head[5]); ++j) {
                const Row& row = rows_[at_++];
                detections[k].push_back({{real(row[3]), real(row[4]), real(row[5]), real(row[6])},
                                         real(row[2]),
                                         static_cast<std::int32_t>(whole(row[1]))});
            }
            streamtrack::Frame frame;
            frame.detections = detections[k].data();
            frame.detection_count = detections[k].size();
            frame.detected = head[4] == "1";
            frame.number = static_cast<std::int64_t>(whole(head[2]));
            if (!head[3].empty()) {
                frame.timestamp = std::strtod(head[3].c_str(), nullptr);
            }
            frames.push_back({&stream(whole(head[1])), frame});
        }
        tracker_->update_batch(frames.data(), frames.size(), 1);
        for (std::size_t k = 0; k < count; ++k) {
            print(heads[k], frames[k].tracker->objects());
        }
    }

    static void print(const Row& head, std::vector<TrackedObject> objects) {
        if (!head[7].empty() && objects.size() > whole(head[7])) {
            std::stable_partition(objects.begin(), objects.end(), [](const TrackedObject& object) {
                return object.detection_index >= 0;
            });
            objects.resize(whole(head[7]));
        }
        for (const TrackedObject& object : objects) {
            std::printf("%s,%s,%llu,%a,%a,%a,%a,%a,%d\n", head[1].c_str(), head[2].c_str(),
                        static_cast<unsigned long long>(object.id),
                        static_cast<double>(object.box.left), static_cast<double>(object.box.top),
                        static_cast<double>(object.box.width),
                        static_cast<double>(object.box.height), static_cast<double>(object.score),
                        object.class_id);
        }
    }

    std::vector<Row> rows_;
    std::size_t at_ = 0;
    std::unique_ptr<streamtrack::MultiStreamTracker> tracker_;
};

}  // namespace

int main(int count, char** arguments) {
    for (int k = 1; k < count; ++k) {
        Player().play(arguments[k]);
    }
    return 0;
}
