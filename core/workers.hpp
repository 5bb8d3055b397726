// The core's only threads: workers that share out independent pieces of work. To sleep and to be
// woken takes longer than many a round does: who waits looks for what it waits for a while first.
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
    // when all are done. A worker begins with the same pieces in every round, so that it finds in
    // its caches what it left there, and then helps the others. The first exception that a piece
    // throws is thrown again here, after the others are done. One call at a time.
    using Work = std::function<void(std::size_t piece, unsigned worker)>;
    void run(std::size_t pieces, const Work& work);

    unsigned size() const { return static_cast<unsigned>(threads_.size()) + 1; }

    // Threads do not survive a fork: call this in the child, and every Workers made before it is
    // stale there. A stale one must be abandoned (leaked), not destroyed.
    static void forked();
    bool stale() const { return generation_ != generation_now(); }

  private:
    // Pieces that one worker begins with; in a cache line of its own.
    struct alignas(64) Share {
        std::atomic<std::size_t> next{0};
        std::size_t end = 0;
    };

    static std::atomic<unsigned>& generation_now();
    void wait_for_work(unsigned worker);
    void take_pieces(const Work& work, unsigned worker);

    std::vector<std::thread> threads_;
    unsigned generation_;

    std::mutex mutex_;  // held to change what follows, but for the next piece
    std::condition_variable started_, finished_;
    std::atomic<std::uint64_t> round_{0};
    std::atomic<unsigned> busy_{0};  // workers that joined this round
    unsigned asleep_ = 0;
    bool stopping_ = false;
    std::exception_ptr failure_;
    const Work* work_ = nullptr;  // while a round may be joined
    std::vector<Share> shares_;   // one a worker
};

}  // namespace streamtrack
