// The core's only threads: workers that share out independent pieces of work.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace streamtrack {

class Workers {
  public:
    // `threads` in all (0: one a core), the one that calls run() included.
    explicit Workers(unsigned threads);
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    // Calls work(piece, worker) for every piece in [0, pieces), worker in [0, size()), and returns
    // when all are done. The first exception that a piece throws is thrown again here, after the
    // others are done. One call at a time.
    using Work = std::function<void(std::size_t piece, unsigned worker)>;
    void run(std::size_t pieces, const Work& work);

    unsigned size() const { return static_cast<unsigned>(threads_.size()) + 1; }

    // Threads do not survive a fork: call this in the child, and every Workers made before it is
    // stale there. A stale one must be abandoned (leaked), not destroyed.
    static void forked();
    bool stale() const { return generation_ != generation_now(); }

  private:
    static std::atomic<unsigned>& generation_now();
    void wait_for_work(unsigned worker);
    void take_pieces(const Work& work, unsigned worker);

    std::vector<std::thread> threads_;
    unsigned generation_;

    std::mutex mutex_;  // guards what follows, but for the atomic
    std::condition_variable started_, finished_;
    std::uint64_t round_ = 0;
    unsigned busy_ = 0;  // workers that joined this round
    bool stopping_ = false;
    std::exception_ptr failure_;
    const Work* work_ = nullptr;  // while a round may be joined
    std::size_t pieces_ = 0;
    std::atomic<std::size_t> next_piece_{0};
};

}  // namespace streamtrack
