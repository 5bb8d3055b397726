#include "deepstream/recording_writer.hpp"

#include <time.h>

#include <utility>

#include "deepstream/log.hpp"
#include "deepstream/plain_locale.hpp"
#include "deepstream/recording_text.hpp"

namespace streamtrack::nvmot {
namespace {

constexpr std::int64_t kSecondsBetweenTries = 10;

std::int64_t second_now() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

}  // namespace

RecordingWriter::RecordingWriter(std::shared_ptr<RecordingChannel> channel, RecordingOrigin origin,
                                 Figures& figures)
    : channel_(std::move(channel)),
      origin_(std::move(origin)),
      figures_(figures),
      files_(origin_.path, origin_.max_bytes, origin_.context) {}

void RecordingWriter::run() {
    const PlainLocale plain;
    while (channel_->messages.pop(message_)) {
        write_message();
    }
    if (failed_ ? second_now() >= next_try_ : files_.is_full()) {
        channel_->part_is_due.store(true, std::memory_order_relaxed);
    }
}

void RecordingWriter::write_message() {
    const auto head = MessageReader(message_).get<MessageHead>();
    std::string reason;
    lost_frames_ += head.lost_frames;
    if (head.begins_part != 0) {
        failed_ = !begin_file(reason);
        if (failed_) {
            fail(reason);
        }
        return;
    }
    if (!failed_) {
        text_.clear();
        append_rows(message_, origin_, {0, 0}, text_);
        if (files_.append(text_, reason)) {
            return;
        }
        fail(reason);
    }
    lost_frames_ += head.frames;
    figures_.unwritten_frames.add(head.frames);
}

// A file whose beginning can be written whole.
bool RecordingWriter::begin_file(std::string& reason) {
    if (!files_.begin(reason)) {
        return false;
    }
    text_.clear();
    append_rows(message_, origin_, {files_.part() - 1, lost_frames_}, text_);
    if (!files_.append(text_, reason)) {
        files_.discard();  // without its head no reader takes it
        return false;
    }
    lost_frames_ = 0;
    return true;
}

void RecordingWriter::fail(const std::string& reason) {
    failed_ = true;
    next_try_ = second_now() + kSecondsBetweenTries;
    write_log(LogLevel::error, Place(),
              "the recording cannot be written to %s: %s; tracking goes on, and writing is tried "
              "again in %d seconds",
              files_.name().c_str(), reason.c_str(), static_cast<int>(kSecondsBetweenTries));
}

}  // namespace streamtrack::nvmot
