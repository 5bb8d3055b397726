#include "deepstream/state_file.hpp"

#include <time.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <stdexcept>
#include <utility>

#include "core/ids.hpp"
#include "deepstream/background.hpp"
#include "deepstream/log.hpp"
#include "deepstream/saved_state.hpp"
#include "deepstream/whole_file.hpp"

namespace streamtrack::nvmot {
namespace {

constexpr double kSecondsBetweenSaves = 10;
constexpr double kSecondsForHandingOver = 0.5;
// A state is not kept for a stream that does not come, whatever its buffer. Bounds the file.
constexpr double kLongestWait = 3600;

double seconds_now(clockid_t clock) {
    timespec now;
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// A state from the future means that the clock was set back: nobody knows how old it is.
bool is_within(double seconds, double now, const SavedStream& saved) {
    return saved.unix_time <= now && now - saved.unix_time <= seconds;
}

}  // namespace

class StateFile : public Chore {
  public:
    explicit StateFile(std::string path) : path_(std::move(path)) {
        load();
        save(false);  // from now on the streams in it may give ids: no state is the last one
    }

    // Asks for the streams' states, and saves them once the host's next calls have handed them
    // over.
    void run() override {
        const double now = seconds_now(CLOCK_MONOTONIC);
        const std::lock_guard<std::mutex> lock(mutex_);
        if (shares_.empty()) {
            return;  // not begun yet, or the last one has saved as closed
        }
        if (now >= next_request_) {
            next_request_ = now + kSecondsBetweenSaves;
            save_at_ = now + kSecondsForHandingOver;
            for (StateShare* share : shares_) {
                share->is_due_ = true;
            }
        }
        if (now >= save_at_ || is_reserve_half_used()) {
            save_at_ = next_request_ + kSecondsForHandingOver;
            drop_old_ones();
            save(false);
        }
    }

    void add_share(StateShare* share) {
        const std::lock_guard<std::mutex> lock(mutex_);
        shares_.push_back(share);
    }

    // True where it was the last one.
    bool remove_share(StateShare* share) {
        const std::lock_guard<std::mutex> lock(mutex_);
        share->collect(true);
        save(shares_.size() == 1);
        shares_.erase(std::find(shares_.begin(), shares_.end(), share));
        for (SavedStream& one : share->streams_) {
            wait_for(one);  // it may come back in another context
        }
        return shares_.empty();
    }

    // False where nothing was saved of the stream.
    bool take(std::uint64_t stream, SavedStream& saved) {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto found = waiting_.find(stream);
        if (found == waiting_.end()) {
            return false;
        }
        saved = std::move(found->second);
        waiting_.erase(found);
        return true;
    }

    void forget_pad(std::uint64_t pad) {
        const std::lock_guard<std::mutex> lock(mutex_);
        waiting_.erase(waiting_.lower_bound(pad << 32),
                       waiting_.upper_bound(pad << 32 | 0xffffffffU));
    }

  private:
    void load() {
        SavedState saved;
        try {
            if (!read_saved_state(path_, saved)) {
                return;
            }
        } catch (const std::runtime_error& error) {
            is_foreign_ = dynamic_cast<const ForeignFileError*>(&error) != nullptr;
            write_log(LogLevel::error, Place(),
                      "%s; tracks start anew, ids may repeat earlier ones%s", error.what(),
                      is_foreign_ ? ", no state is saved" : "");
            return;
        }
        process_id_counter().advance_past(saved.last_id);
        advance_unique_prefixes(saved.prefix_units);
        for (SavedStream& one : saved.streams) {
            wait_for(one);
        }
        drop_old_ones();
    }

    void wait_for(SavedStream& one) { waiting_[one.stream] = std::move(one); }

    void drop_old_ones() {
        const double now = seconds_now(CLOCK_REALTIME);
        for (auto one = waiting_.begin(); one != waiting_.end();) {
            one = is_within(kLongestWait, now, one->second) ? std::next(one) : waiting_.erase(one);
        }
    }

    // What was saved must stay ahead of what is given out.
    bool is_reserve_half_used() const {
        return process_id_counter().last() + SavedState::kIdsInReserve / 2 > saved_ids_ ||
               unique_prefix_units() + SavedState::kUnitsInReserve / 2 > saved_units_;
    }

    // `closed`: no context is left, hence no id will be given before the next load.
    void save(bool closed) {
        SavedState saved;
        saved.last_id = process_id_counter().last() + (closed ? 0 : SavedState::kIdsInReserve);
        saved.prefix_units = unique_prefix_units() + (closed ? 0 : SavedState::kUnitsInReserve);
        for (const auto& entry : waiting_) {
            saved.streams.push_back(entry.second);
        }
        for (StateShare* share : shares_) {
            const std::lock_guard<std::mutex> lock(share->mutex_);
            saved.streams.insert(saved.streams.end(), share->streams_.begin(),
                                 share->streams_.end());
        }
        for (SavedStream& one : saved.streams) {
            one.is_last = one.is_last && closed;
        }
        saved_ids_ = saved.last_id;
        saved_units_ = saved.prefix_units;
        write(saved);
    }

    void write(const SavedState& saved) {
        std::string reason;
        const bool fine = is_foreign_ || write_whole(path_, bytes_of(saved), &held_, reason);
        if (!fine && !failed_) {
            write_log(LogLevel::error, Place(),
                      "the state cannot be saved to %s: %s; tracking goes on, and saving is tried "
                      "again and again",
                      path_.c_str(), reason.c_str());
        }
        failed_ = !fine;
    }

    const std::string path_;
    bool is_foreign_ = false;
    OpenFile held_;     // tells other processes that this one writes
    std::mutex mutex_;  // guards what follows
    double next_request_ = 0;
    double save_at_ = 0;
    std::vector<StateShare*> shares_;
    std::map<std::uint64_t, SavedStream> waiting_;  // streams not seen yet
    std::uint64_t saved_ids_ = 0;
    std::uint64_t saved_units_ = 0;
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
    SavedStream saved{};
    if (!file_->take(stream, saved) ||
        !is_within(tracker.settings().buffer_seconds(), seconds_now(CLOCK_REALTIME), saved)) {
        return false;
    }
    try {
        tracker.restore(saved.state.data(), saved.state.size());
    } catch (const std::invalid_argument& error) {
        write_log(LogLevel::warning, {stream, 0}, "its saved state is not used: %s", error.what());
        return false;
    }
    if (!saved.is_last) {
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
        collect(false);
    }
}

void StateShare::collect(bool is_last) {
    const std::lock_guard<std::mutex> lock(mutex_);
    streams_.resize(tracker_.stream_count());
    std::size_t k = 0;
    const double now = seconds_now(CLOCK_REALTIME);
    tracker_.for_each_stream(
        [&](std::uint64_t stream, const std::string&, const StreamTracker& tracker) {
            streams_[k].stream = stream;
            streams_[k].unix_time = now;
            streams_[k].is_last = is_last;
            streams_[k].state.clear();
            tracker.append_snapshot(streams_[k].state);
            ++k;
        });
}

}  // namespace streamtrack::nvmot
