#include "core/workers.hpp"

#include <algorithm>
#include <system_error>

namespace streamtrack {
namespace {

// Returns when `done`, or after some tens of microseconds.
template <class Done>
void look_for_a_while(const Done& done) {
    constexpr int kLooks = 2000;
    for (int look = 0; look < kLooks && !done(); ++look) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        asm volatile("yield");
#endif
    }
}

}  // namespace

std::atomic<unsigned>& Workers::generation_now() {
    static std::atomic<unsigned> generation{0};
    return generation;
}

void Workers::forked() { generation_now().fetch_add(1); }

Workers::Workers(unsigned threads)
    : generation_(generation_now()),
      shares_(std::max(threads != 0 ? threads : std::thread::hardware_concurrency(), 1U)) {
    const auto wanted = static_cast<unsigned>(shares_.size());
    threads_.reserve(wanted - 1);
    try {
        for (unsigned worker = 1; worker < wanted; ++worker) {
            threads_.emplace_back([this, worker] { wait_for_work(worker); });
        }
    } catch (const std::system_error&) {
        // The system gives no more threads: those that run take the others' shares.
    }
}

Workers::~Workers() {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        stopping_ = true;
    }
    started_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

void Workers::run(std::size_t pieces, const Work& work) {
    bool anyone_sleeps = false;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        work_ = &work;
        for (std::size_t k = 0; k < shares_.size(); ++k) {
            shares_[k].next = pieces * k / shares_.size();
            shares_[k].end = pieces * (k + 1) / shares_.size();
        }
        failure_ = nullptr;
        ++round_;
        anyone_sleeps = asleep_ > 0;
    }
    if (anyone_sleeps) {
        started_.notify_all();
    }
    take_pieces(work, 0);
    std::unique_lock<std::mutex> lock(mutex_);
    work_ = nullptr;  // who wakes now comes too late, and nobody waits for it
    if (busy_ != 0) {
        lock.unlock();
        look_for_a_while([this] { return busy_ == 0; });
        lock.lock();
    }
    finished_.wait(lock, [this] { return busy_ == 0; });
    if (failure_) {
        std::rethrow_exception(failure_);
    }
}

void Workers::wait_for_work(unsigned worker) {
    std::uint64_t rounds_done = 0;
    while (true) {
        look_for_a_while([&] { return round_ != rounds_done; });
        std::unique_lock<std::mutex> lock(mutex_);
        ++asleep_;
        started_.wait(lock,
                      [&] { return stopping_ || (work_ != nullptr && round_ != rounds_done); });
        --asleep_;
        if (stopping_) {
            return;
        }
        rounds_done = round_;
        ++busy_;
        const Work& work = *work_;
        lock.unlock();
        take_pieces(work, worker);
        lock.lock();
        if (--busy_ == 0) {
            finished_.notify_one();
        }
    }
}

void Workers::take_pieces(const Work& work, unsigned worker) {
    for (std::size_t k = 0; k < shares_.size(); ++k) {
        Share& share = shares_[(worker + k) % shares_.size()];
        for (std::size_t piece; (piece = share.next.fetch_add(1)) < share.end;) {
            try {
                work(piece, worker);
            } catch (...) {
                const std::lock_guard<std::mutex> lock(mutex_);
                if (!failure_) {
                    failure_ = std::current_exception();
                }
            }
        }
    }
}

}  // namespace streamtrack
