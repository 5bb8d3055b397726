#include "core/multi_stream_tracker.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace streamtrack {
namespace {

// Below this many detections in a batch waking another thread costs more than it saves. Tracks are
// about as many: to ask each stream for its own would move its memory here.
constexpr std::size_t kWorthThreads = 500;

// Pieces of a batch for each thread: enough that none waits long for the others at the end.
constexpr std::size_t kPiecesEach = 16;

std::size_t detections_in(const StreamFrame* frames, std::size_t count) {
    std::size_t detections = 0;
    for (std::size_t k = 0; k < count; ++k) {
        detections += frames[k].frame.detection_count;
    }
    return detections;
}

void check_unchangeable(const Settings& before, const Settings& after) {
    for (const Parameter* row = parameters_begin(); row != parameters_end(); ++row) {
        if (!row->live && text_of(*row, before) != text_of(*row, after)) {
            throw ConfigError(std::string(row->name) +
                              " must stay as it is while streams run, got " + text_of(*row, after) +
                              " after " + text_of(*row, before) + "; restart to change it");
        }
    }
}

}  // namespace

MultiStreamTracker::MultiStreamTracker(Config config)
    : config_(std::move(config)), settings_(config_.resolve()), workspaces_(1) {
    config_.check();
}

StreamTracker& MultiStreamTracker::stream(StreamKey key, const std::string& name) {
    const auto found = streams_.find(key);
    if (found != streams_.end()) {
        return found->second->tracker;
    }
    auto made = std::make_unique<Stream>(name, StreamTracker(config_.resolve(name)), batches_);
    return streams_.emplace(key, std::move(made)).first->second->tracker;
}

StreamTracker* MultiStreamTracker::find(StreamKey key) {
    const auto found = streams_.find(key);
    return found == streams_.end() ? nullptr : &found->second->tracker;
}

bool MultiStreamTracker::remove(StreamKey key) { return streams_.erase(key) > 0; }

// Calls work(k, worker).
template <class Work>
void MultiStreamTracker::share_out_to(std::size_t count, std::size_t detections, unsigned threads,
                                      const Work& work) {
    if (threads == 1 || count < 2 || detections < kWorthThreads) {
        for (std::size_t k = 0; k < count; ++k) {
            work(k, 0);
        }
        return;
    }
    Workers& workers = workers_for(threads);
    const std::size_t piece = 1 + count / (kPiecesEach * workers.size());
    const auto do_piece = [&](std::size_t number, unsigned worker) {
        const std::size_t end = std::min(count, (number + 1) * piece);
        for (std::size_t k = number * piece; k < end; ++k) {
            work(k, worker);
        }
    };
    workers.run((count + piece - 1) / piece, std::cref(do_piece));  // a copy would be allocated
}

void MultiStreamTracker::update_batch(const StreamFrame* frames, std::size_t count,
                                      unsigned threads) {
    wants_ids_.resize(count);
    share_out_to(count, detections_in(frames, count), threads, [&](std::size_t k, unsigned worker) {
        frames[k].tracker->update(frames[k].frame, workspaces_[worker]);
        wants_ids_[k] = frames[k].tracker->wants_ids() ? 1 : 0;
    });
    for (std::size_t k = 0; k < count; ++k) {
        if (wants_ids_[k] != 0) {
            frames[k].tracker->report();
        }
    }
    ++batches_;
}

void MultiStreamTracker::share_out(std::size_t count, std::size_t detections, unsigned threads,
                                   const std::function<void(std::size_t)>& work) {
    share_out_to(count, detections, threads, [&](std::size_t k, unsigned) { work(k); });
}

Workers& MultiStreamTracker::workers_for(unsigned threads) {
    if (workers_ && workers_->stale()) {
        workers_.release();  // its threads stayed in the parent process
    }
    if (!workers_ || threads != threads_asked_) {
        auto workers = std::make_unique<Workers>(threads);
        workspaces_.resize(workers->size());
        workers_ = std::move(workers);
        threads_asked_ = threads;
    }
    return *workers_;
}

void MultiStreamTracker::change(Config config) {
    Settings after = config.resolve();
    check_unchangeable(settings_, after);
    std::vector<std::pair<Stream*, Settings>> changes;
    for (auto& entry : streams_) {
        Settings of_stream = config.resolve(entry.second->name);
        check_unchangeable(entry.second->tracker.settings(), of_stream);
        changes.emplace_back(entry.second.get(), std::move(of_stream));
    }
    for (auto& change : changes) {
        change.first->tracker.change(std::move(change.second));
    }
    config_ = std::move(config);
    settings_ = std::move(after);
}

std::vector<StreamKey> MultiStreamTracker::remove_idle() {
    std::vector<StreamKey> idle;
    const auto most = static_cast<std::uint64_t>(settings_.max_idle_frames);
    if (most == 0) {
        return idle;
    }
    for (auto& entry : streams_) {
        Stream& stream = *entry.second;
        if (stream.frames_before != stream.tracker.frames()) {
            stream.frames_before = stream.tracker.frames();
            stream.last_batch = batches_;
        } else if (batches_ - stream.last_batch >= most) {
            idle.push_back(entry.first);
        }
    }
    for (const StreamKey key : idle) {
        remove(key);
    }
    return idle;
}

}  // namespace streamtrack
