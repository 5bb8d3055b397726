// The library's only thread: what must not hold up the host's calls (writing files) is done here.
// It runs while some context asks for it, and is joined at the last one's end, so that nothing
// outlives dlclose.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace streamtrack::nvmot {

// Something to look after, again and again.
class Chore {
  public:
    virtual ~Chore() = default;
    // Called every 50 ms. What it throws is logged once and ends the chore.
    virtual void run() = 0;
};

class Background {
  public:
    static Background& instance();
    ~Background();

    // Throws std::system_error where the system gives no thread.
    void add(std::shared_ptr<Chore> chore);
    // Runs the chore for the last time, in the caller's thread.
    void remove(const std::shared_ptr<Chore>& chore);

  private:
    void leave_to_parent();
    void start();
    void stop();
    void work();
    void run(std::shared_ptr<Chore>& chore);

    std::mutex life_;    // held while the thread is started or stopped
    std::mutex chores_;  // guards the list, and no chore runs without it
    std::vector<std::shared_ptr<Chore>> list_;
    std::thread thread_;
    std::atomic<bool> stopping_{false};
    pid_t owner_ = 0;  // the process that has the thread: a fork does not
};

}  // namespace streamtrack::nvmot
