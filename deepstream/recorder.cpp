#include "deepstream/recorder.hpp"

#include <time.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "deepstream/background.hpp"
#include "deepstream/log.hpp"
#include "deepstream/recording_writer.hpp"

namespace streamtrack::nvmot {
namespace {

constexpr std::int64_t kSecondsAfterLoss = 5;

// Room for about two seconds of the busiest streams, and for all their states at once.
std::size_t ring_size(std::uint32_t streams) {
    constexpr std::size_t kOfStream = 256 * 1024, kLeast = 4 << 20, kMost = 64 << 20;
    return std::clamp(streams * kOfStream, kLeast, kMost);
}

std::int64_t second_now() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

// As CSV wants it: quoted where it holds a comma, a quote or a line's end.
std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
        return text;
    }
    std::string result = "\"";
    for (const char letter : text) {
        result += letter;
        result += letter == '"' ? "\"" : "";
    }
    return result + "\"";
}

void append_state(std::uint64_t stream, const StreamTracker& tracker,
                  std::vector<std::uint8_t>& message) {
    MessageWriter(message).put(StreamState{stream, tracker.snapshot_size()});
    tracker.append_snapshot(message);
}

const char* name_of(Layer layer) {
    static const char* const names[] = {"sequence", "file", "classes", "streams", "command"};
    return names[static_cast<int>(layer)];
}

}  // namespace

std::string rows_of(const Config& config) {
    std::string rows;
    for (const Config::Assignment& one : config.assignments()) {
        rows += std::string("config,") + name_of(one.layer) + "," + quoted(one.section) + "," +
                one.parameter->name + "," + quoted(one.value) + "\n";
    }
    return rows;
}

Recorder::Recorder(RecordingOrigin origin, std::uint32_t max_streams, MultiStreamTracker& tracker,
                   Figures& figures)
    : tracker_(tracker),
      figures_(figures),
      channel_(std::make_shared<RecordingChannel>(ring_size(max_streams))),
      writer_(std::make_shared<RecordingWriter>(channel_, std::move(origin), figures)) {
    clear_message();
    part_.reserve(ring_size(max_streams));  // a larger one cannot be handed over
    begin_part();
    Background::instance().add(writer_);
}

Recorder::~Recorder() { Background::instance().remove(writer_); }

void Recorder::add_state(std::uint64_t stream, const StreamTracker& tracker) {
    MessageWriter(message_).put(Entry::state);
    append_state(stream, tracker, message_);
}

void Recorder::add_round(const Round& round, std::uint64_t last_id) {
    const std::vector<StreamFrame>& frames = round.updated();
    MessageWriter to(message_);
    for (std::size_t k = 0; k < frames.size(); ++k) {
        const Round::Work& work = round.works()[k];
        if (work.begins) {
            to.put(Entry::stream);
            to.put(StreamHead{work.stream, work.source_width, work.source_height});
        }
        if (!work.has_prefix && frames[k].tracker->id_prefix() != 0) {
            to.put(Entry::prefix);
            to.put(PrefixHead{work.stream, frames[k].tracker->id_prefix()});
        }
    }
    to.put(Entry::batch);
    to.put(BatchHead{last_id, frames.size()});
    for (std::size_t k = 0; k < frames.size(); ++k) {
        const Round::Work& work = round.works()[k];
        const Frame& frame = frames[k].frame;
        to.put(FrameHead{work.stream, frame.timestamp, work.number, frame.detected ? 1U : 0U,
                         static_cast<std::uint32_t>(frame.detection_count), work.dropped,
                         work.cut ? std::int64_t{work.output->num_allocated} : -1});
        to.put_bytes(frame.detections, frame.detection_count * sizeof(Detection));
    }
    head_.frames += frames.size();
}

// Out of memory is a gap, never an entry that half stands there.
void Recorder::add_removal(std::uint64_t stream) noexcept {
    try {
        MessageWriter to(message_);
        to.put(Entry::remove);
        to.put(stream);
    } catch (const std::bad_alloc&) {
        lose(0);
    }
}

void Recorder::add_change() noexcept {
    try {
        MessageWriter to(message_);
        to.put(Entry::change);
        config_rows_.clear();
        config_rows_ = rows_of(tracker_.config());
        to.put_text(config_rows_);
    } catch (const std::bad_alloc&) {
        lose(0);
    }
}

void Recorder::end_call() {
    if (message_.size() > sizeof head_) {
        std::memcpy(message_.data(), &head_, sizeof head_);
        if (has_gap_ || !channel_->messages.push(message_)) {
            lose(head_.frames);
        }
        clear_message();
    }
    const bool is_due = has_gap_ ? second_now() >= next_part_second_
                                 : channel_->part_is_due.load(std::memory_order_relaxed);
    if (is_due && begin_part()) {
        channel_->part_is_due.store(false, std::memory_order_relaxed);
    }
}

void Recorder::fail_call(std::uint64_t frames) {
    clear_message();
    lose(frames);
}

void Recorder::clear_message() {
    head_ = MessageHead();
    message_.clear();
    MessageWriter(message_).put(head_);
}

void Recorder::lose(std::uint64_t frames) {
    lost_frames_ += frames;
    figures_.lost_frames.add(frames);
    if (!has_gap_) {
        has_gap_ = true;
        next_part_second_ = second_now() + kSecondsAfterLoss;
        write_log(LogLevel::warning, Place(),
                  "the recording has a gap: its files are written more slowly than frames come");
    }
}

// Puts the state of all streams as it is now at the beginning of a new file. False where there is
// no room for it now.
bool Recorder::begin_part() {
    part_.clear();
    if (config_rows_.empty()) {  // else frames would allocate whenever a file begins
        config_rows_ = rows_of(tracker_.config());
    }
    MessageWriter to(part_);
    to.put(MessageHead{0, lost_frames_, 1});
    to.put(Entry::part);
    to.put(PartHead{process_id_counter().last(), tracker_.stream_count()});
    to.put_text(config_rows_);
    tracker_.for_each_stream(
        [&](std::uint64_t stream, const std::string&, const StreamTracker& tracker) {
            append_state(stream, tracker, part_);
        });
    if (!channel_->messages.push(part_)) {
        return false;
    }
    lost_frames_ = 0;
    has_gap_ = false;
    return true;
}

}  // namespace streamtrack::nvmot
