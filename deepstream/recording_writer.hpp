// The half of a recording that runs beside the host's calls: messages in, rows in files out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "deepstream/background.hpp"
#include "deepstream/recorder.hpp"
#include "deepstream/recording_files.hpp"

namespace streamtrack::nvmot {

class RecordingWriter : public Chore {
  public:
    RecordingWriter(std::shared_ptr<RecordingChannel> channel, RecordingOrigin origin,
                    Figures& figures);
    void run() override;

  private:
    void write_message();
    bool begin_file(std::string& reason);
    void fail(const std::string& reason);

    const std::shared_ptr<RecordingChannel> channel_;
    const RecordingOrigin origin_;
    Figures& figures_;
    RecordingFiles files_;
    std::vector<std::uint8_t> message_;
    std::string text_;
    std::uint64_t lost_frames_ = 0;  // in messages that could not be written
    bool failed_ = false;            // rows are lost until a part begins
    std::int64_t next_try_ = 0;      // second in which to ask for one
};

}  // namespace streamtrack::nvmot
