#include "deepstream/state_file.hpp"

#include <time.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

#include "deepstream/background.hpp"
#include "deepstream/log.hpp"
#include "deepstream/saved_state.hpp"
#include "deepstream/whole_file.hpp"

namespace streamtrack::nvmot {
namespace {

constexpr std::int64_t kSecondsBetweenSaves = 10;
constexpr double kFreshSeconds = 60;

double seconds_now(clockid_t clock) {
    timespec now;
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

class StateFile : public Chore {
  public:
    explicit StateFile(std::string path) : path_(std::move(path)) { load(); }

    void run() override {
        const double now = seconds_now(CLOCK_MONOTONIC);
        if (now < next_second_) {
            return;
        }
        next_second_ = now + kSecondsBetweenSaves;
        const std::lock_guard<std::mutex> lock(mutex_);
        if (shares_.empty()) {
            return;  // the last one has saved what there is to say, as closed
        }
        if (now > waiting_until_) {
            waiting_.clear();
        }
        save(false);
        for (StateShare* share : shares_) {
            share->is_due_ = true;  // for the next save
        }
    }

    void add_share(StateShare* share) {
        const std::lock_guard<std::mutex> lock(mutex_);
        shares_.push_back(share);
    }

    // True where it was the last one.
    bool remove_share(StateShare* share) {
        const std::lock_guard<std::mutex> lock(mutex_);
        share->collect();
        save(shares_.size() == 1);
        shares_.erase(std::find(shares_.begin(), shares_.end(), share));
        for (SavedStream& one : share->streams_) {
            wait_for(one);  // it may come back in another context
        }
        return shares_.empty();
    }

    bool take(std::uint64_t stream, std::vector<std::uint8_t>& state) {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto found = waiting_.find(stream);
        if (found == waiting_.end()) {
            return false;
        }
        state = std::move(found->second);
        waiting_.erase(found);
        return true;
    }

    void forget_pad(std::uint64_t pad) {
        const std::lock_guard<std::mutex> lock(mutex_);
        waiting_.erase(waiting_.lower_bound(pad << 32),
                       waiting_.upper_bound(pad << 32 | 0xffffffffU));
    }

    bool was_closed() const { return was_closed_; }

  private:
    void load() {
        SavedState saved;
        try {
            if (!read_saved_state(path_, saved)) {
                return;
            }
        } catch (const std::exception& error) {
            write_log(LogLevel::error, Place(),
                      "%s; tracks start anew, and ids may repeat earlier ones", error.what());
            return;
        }
        process_id_counter().advance_past(saved.last_id);
        was_closed_ = saved.was_closed;
        const double age = seconds_now(CLOCK_REALTIME) - saved.unix_time;
        if (age >= 0 && age <= kFreshSeconds) {
            for (SavedStream& one : saved.streams) {
                wait_for(one);
            }
        }
    }

    void wait_for(SavedStream& one) {
        waiting_[one.stream] = std::move(one.state);
        waiting_until_ = seconds_now(CLOCK_MONOTONIC) + kFreshSeconds;
    }

    // `closed`: no context is left, hence no id will be given before the next load.
    void save(bool closed) {
        SavedState saved;
        saved.unix_time = seconds_now(CLOCK_REALTIME);
        saved.was_closed = closed;
        saved.last_id = process_id_counter().last() + (closed ? 0 : SavedState::kIdsInReserve);
        for (const auto& entry : waiting_) {
            saved.streams.push_back({entry.first, entry.second});
        }
        for (StateShare* share : shares_) {
            const std::lock_guard<std::mutex> lock(share->mutex_);
            saved.streams.insert(saved.streams.end(), share->streams_.begin(),
                                 share->streams_.end());
        }
        std::string reason;
        const bool fine = write_whole(path_, bytes_of(saved), true, reason);
        if (!fine && !failed_) {
            write_log(LogLevel::error, Place(),
                      "the state cannot be saved to %s: %s; tracking goes on, and saving is tried "
                      "again and again",
                      path_.c_str(), reason.c_str());
        }
        failed_ = !fine;
    }

    const std::string path_;
    double next_second_ = 0;
    std::mutex mutex_;  // guards what follows
    std::vector<StateShare*> shares_;
    std::map<std::uint64_t, std::vector<std::uint8_t>> waiting_;  // streams not seen yet
    double waiting_until_ = 0;
    bool was_closed_ = false;
    bool failed_ = false;
};

namespace {

std::mutex files_mutex;
std::map<std::string, std::shared_ptr<StateFile>> files;  // those that contexts share now

std::shared_ptr<StateFile> file_at(const std::string& path, StateShare* share) {
    const std::lock_guard<std::mutex> lock(files_mutex);
    std::shared_ptr<StateFile>& file = files[path];
    if (file == nullptr) {
        auto made = std::make_shared<StateFile>(path);
        Background::instance().add(made);
        file = std::move(made);
    }
    file->add_share(share);
    return file;
}

}  // namespace

StateShare::StateShare(const std::string& path, MultiStreamTracker& tracker)
    : tracker_(tracker), file_(file_at(path, this)) {}

StateShare::~StateShare() {
    const std::lock_guard<std::mutex> lock(files_mutex);
    if (file_->remove_share(this)) {
        Background::instance().remove(file_);
        const auto is_ours = [&](const auto& entry) { return entry.second == file_; };
        files.erase(std::find_if(files.begin(), files.end(), is_ours));
    }
}

bool StateShare::restore(std::uint64_t stream, StreamTracker& tracker) {
    std::vector<std::uint8_t> state;
    if (!file_->take(stream, state)) {
        return false;
    }
    try {
        tracker.restore(state.data(), state.size());
    } catch (const std::invalid_argument& error) {
        write_log(LogLevel::warning, {stream, 0}, "its saved state is not used: %s", error.what());
        return false;
    }
    if (!file_->was_closed()) {
        tracker.set_id_prefix(0);  // ids may have been given after the last save
    }
    return true;
}

void StateShare::forget_pad(std::uint64_t pad) {
    file_->forget_pad(pad);
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto is_of_pad = [&](const SavedStream& one) { return one.stream >> 32 == pad; };
    streams_.erase(std::remove_if(streams_.begin(), streams_.end(), is_of_pad), streams_.end());
}

void StateShare::end_call() {
    if (is_due_.load(std::memory_order_relaxed)) {
        is_due_.store(false, std::memory_order_relaxed);
        collect();
    }
}

void StateShare::collect() {
    const std::lock_guard<std::mutex> lock(mutex_);
    streams_.resize(tracker_.stream_count());
    std::size_t k = 0;
    tracker_.for_each_stream(
        [&](std::uint64_t stream, const std::string&, const StreamTracker& tracker) {
            streams_[k].stream = stream;
            tracker.snapshot(streams_[k].state);
            ++k;
        });
}

}  // namespace streamtrack::nvmot
