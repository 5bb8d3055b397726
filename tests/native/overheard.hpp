// What is written to stderr while it lives.
#pragma once

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

namespace native {

class Overheard {
  public:
    Overheard() : path_("/tmp/nvmot_stderr_XXXXXX"), true_stderr_(dup(STDERR_FILENO)) {
        const int file = mkstemp(path_.data());
        dup2(file, STDERR_FILENO);
        close(file);
    }
    ~Overheard() {
        dup2(true_stderr_, STDERR_FILENO);
        close(true_stderr_);
        unlink(path_.c_str());
    }
    Overheard(const Overheard&) = delete;
    Overheard& operator=(const Overheard&) = delete;

    bool anything() const {
        struct stat about{};
        return fstat(STDERR_FILENO, &about) == 0 && about.st_size > 0;
    }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
    int true_stderr_;
};

}  // namespace native
