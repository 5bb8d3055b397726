// Files that are whole at any moment: written beside and moved into place.
#pragma once

#include <sys/stat.h>

#include <string>

namespace streamtrack::nvmot {

// A file that is closed with its object; -1 is none.
class OpenFile {
  public:
    explicit OpenFile(int number = -1) : number_(number) {}
    ~OpenFile();
    OpenFile(OpenFile&& other) noexcept;
    OpenFile& operator=(OpenFile&& other) noexcept;

    int number() const { return number_; }

  private:
    int number_;
};

// Replaces the file at `path`. False, with the reason, where that fails; the file is then as
// before. With `held` it is on the disk when this returns, and stays open there, in the place of
// the one before it: until `held` is closed, however its process ends, others see that it has a
// writer.
bool write_whole(const std::string& path, const std::string& content, OpenFile* held,
                 std::string& reason);

// Whether another process holds the file, of which this is the status.
bool has_writer(const OpenFile& file, const struct stat& status);

}  // namespace streamtrack::nvmot
