#include "deepstream/background.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <utility>

#include "deepstream/log.hpp"

namespace streamtrack::nvmot {
namespace {

constexpr std::chrono::milliseconds kPause(50);

// Signals are the host's: the thread must not take them. It inherits the mask of its maker.
class SignalsBlocked {
  public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

  private:
    sigset_t before_;
};

}  // namespace

// Its destructor runs at dlclose and at the process's end: contexts that were never closed leave no
// thread behind, and what they had to write is written.
Background& Background::instance() {
    static Background background;
    return background;
}

Background::~Background() {
    leave_to_parent();
    stop();
}

void Background::add(std::shared_ptr<Chore> chore) {
    const std::lock_guard<std::mutex> life(life_);
    leave_to_parent();
    start();  // first: where no thread can be had nothing is left behind
    const std::lock_guard<std::mutex> lock(chores_);
    list_.push_back(std::move(chore));
}

void Background::remove(const std::shared_ptr<Chore>& chore) {
    const std::lock_guard<std::mutex> life(life_);
    leave_to_parent();
    bool last = false;
    {
        const std::lock_guard<std::mutex> lock(chores_);
        const auto found = std::find(list_.begin(), list_.end(), chore);
        if (found != list_.end()) {
            run(*found);
            list_.erase(found);
        }
        last = list_.empty();
    }
    if (last) {
        stop();
    }
}

// In a child made by fork: the thread does not exist here, and what it looked after it goes on
// looking after there. What it locked in the middle of its work nobody would unlock here.
void Background::leave_to_parent() {
    if (thread_.joinable() && owner_ != ::getpid()) {
        thread_.detach();
        new (&chores_) std::mutex;
        list_.clear();
    }
}

void Background::start() {
    if (thread_.joinable()) {
        return;
    }
    const SignalsBlocked blocked;
    stopping_ = false;
    owner_ = ::getpid();
    thread_ = std::thread([this] { work(); });
}

void Background::stop() {
    if (!thread_.joinable()) {
        return;
    }
    stopping_ = true;
    thread_.join();
    for (std::shared_ptr<Chore>& chore : list_) {
        run(chore);
    }
}

// Sleeps between the rounds instead of waiting to be woken: so a call of the host's makes no system
// call, and a clock that is set does not matter.
void Background::work() {
    while (!stopping_) {
        {
            const std::lock_guard<std::mutex> lock(chores_);
            for (std::shared_ptr<Chore>& chore : list_) {
                run(chore);
            }
        }
        std::this_thread::sleep_for(kPause);
    }
}

void Background::run(std::shared_ptr<Chore>& chore) {
    if (chore == nullptr) {
        return;
    }
    try {
        chore->run();
    } catch (const std::exception& error) {
        write_log(LogLevel::error, Place(), "a file is no longer written: %s", error.what());
        chore = nullptr;
    }
}

}  // namespace streamtrack::nvmot
