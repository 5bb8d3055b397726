// The files of one recording: PATH-<start>-<process>-<context>-<part>.csv. All files of one PATH,
// those of earlier runs included, stay below a size together: the oldest go.
#pragma once

#include <cstdint>
#include <string>

namespace streamtrack::nvmot {

class RecordingFiles {
  public:
    RecordingFiles(std::string path, std::uint64_t max_bytes, unsigned context);
    ~RecordingFiles();
    RecordingFiles(const RecordingFiles&) = delete;
    RecordingFiles& operator=(const RecordingFiles&) = delete;

    // Opens the next file and removes the oldest ones; false, with the reason, where it cannot.
    bool begin(std::string& reason);
    // Appends whole; where that fails the file is as before.
    bool append(const std::string& text, std::string& reason);
    // Removes the open file.
    void discard();

    bool is_open() const { return descriptor_ >= 0; }
    bool is_full() const { return size_ >= max_bytes_ / kFilesAtLeast; }
    unsigned part() const { return part_; }
    const std::string& name() const { return name_; }

  private:
    static constexpr std::uint64_t kFilesAtLeast = 8;
    static constexpr int kMostTries = 1000;
    void close();
    void create();
    void remove_oldest() const;

    const std::string folder_, stem_;
    const std::uint64_t max_bytes_;
    const unsigned context_;
    std::int64_t start_;  // in microseconds since 1970, part of the names
    std::string name_;    // of the open file
    int descriptor_ = -1;
    unsigned part_ = 0;
    std::uint64_t size_ = 0;
};

}  // namespace streamtrack::nvmot
