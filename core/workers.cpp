#include "core/workers.hpp"

#include <algorithm>
#include <system_error>

namespace streamtrack {

std::atomic<unsigned>& Workers::generation_now() {
    static std::atomic<unsigned> generation{0};
    return generation;
}

void Workers::forked() { generation_now().fetch_add(1); }

Workers::Workers(unsigned threads) : generation_(generation_now()) {
    const unsigned wanted = threads != 0 ? threads : std::thread::hardware_concurrency();
    threads_.reserve(std::max(wanted, 1U) - 1);
    try {
        for (unsigned worker = 1; worker < wanted; ++worker) {
            threads_.emplace_back([this, worker] { wait_for_work(worker); });
        }
    } catch (const std::system_error&) {
        // The system gives no more threads: those that run share the work.
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
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        work_ = &work;
        pieces_ = pieces;
        next_piece_ = 0;
        failure_ = nullptr;
        ++round_;
    }
    started_.notify_all();
    take_pieces(work, 0);
    std::unique_lock<std::mutex> lock(mutex_);
    work_ = nullptr;  // who wakes now comes too late, and nobody waits for it
    finished_.wait(lock, [this] { return busy_ == 0; });
    if (failure_) {
        std::rethrow_exception(failure_);
    }
}

void Workers::wait_for_work(unsigned worker) {
    std::uint64_t rounds_done = 0;
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
        started_.wait(lock,
                      [&] { return stopping_ || (work_ != nullptr && round_ != rounds_done); });
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
    for (std::size_t piece; (piece = next_piece_.fetch_add(1)) < pieces_;) {
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

}  // namespace streamtrack
