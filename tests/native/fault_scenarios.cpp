// Scenarios about what goes wrong around the library: full disks, files that cannot be written, a
// process that is ended in the middle of a write, clocks that jump.
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>

#include "overheard.hpp"
#include "scenarios.hpp"
#include "system_calls.hpp"

namespace native {
namespace {

constexpr std::uint32_t kPads = 3;
constexpr std::size_t kWalkers = 12;
constexpr std::int64_t kLeap = 11;  // seconds after which all files are due

const std::string kGap = "gap\n";  // what nvmot_replay prints where frames are missing

struct Files {
    explicit Files(const std::string& more = "")
        : config("record: " + folder.path() + "/run\nmetrics_file: " + metrics() +
                 "\nstate_file: " + state() + "\n" + more) {}
    std::string metrics() const { return folder.path() + "/metrics.prom"; }
    std::string state() const { return folder.path() + "/state"; }
    HostOptions options() const {
        HostOptions options;
        options.config_path = config.path();
        return options;
    }
    const Folder folder;
    const ConfigFile config;
};

std::vector<FrameIn> batch_of(std::uint32_t number) {
    std::vector<FrameIn> frames;
    for (std::uint32_t pad = 0; pad < kPads; ++pad) {
        frames.push_back({stream_of(pad), number, true, crowd(number, kWalkers, pad)});
    }
    return frames;
}

// Batches [from, to), each after the files of the one before it are written; what the host got.
std::string play_batches(Host& host, std::uint32_t from, std::uint32_t to) {
    std::string rows;
    for (std::uint32_t number = from; number < to; ++number) {
        const std::vector<FrameIn> frames = batch_of(number);
        const std::vector<FrameOut> out = host.process(frames);
        for (std::size_t k = 0; k < kPads; ++k) {
            require(out[k].tracked.size() == kWalkers, "a walker is not reported");
            rows += rows_of(frames[k], out[k]);
        }
        leap(kLeap);
        let_writer_work();
    }
    return rows;
}

bool begins_with(const std::string& text, const std::string& start) {
    return text.compare(0, start.size(), start) == 0;
}
bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() &&
           text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::set<std::uint64_t> ids_of(const std::string& rows) {
    std::set<std::uint64_t> ids;
    for (std::size_t at = 0; at < rows.size(); at = rows.find('\n', at) + 1) {
        unsigned long long id = 0;
        std::sscanf(rows.c_str() + at, "%*u,%*u,%llu", &id);
        ids.insert(id);
    }
    return ids;
}

// What stands at the metrics' path is whole, or was never written.
void check_metrics(const Files& files) {
    const std::string text = content_of(files.metrics());
    const std::size_t last = text.rfind("\nstreamtrack_resident_memory_bytes");
    require(
        text.empty() || (begins_with(text, "# HELP streamtrack_build_info") &&
                         last != std::string::npos && text.find('\n', last + 1) == text.size() - 1),
        "the metrics file is not whole");
}

// A process of its own, from which nothing returns; its wait status.
int in_child(const std::function<void()>& body) {
    std::fflush(stdout);  // or the child might print it, too
    const pid_t child = fork();
    if (child == 0) {
        try {
            body();
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
            _exit(3);
        }
        _exit(0);
    }
    int status = 0;
    require(child > 0 && waitpid(child, &status, 0) == child, "no process can be had");
    return status;
}

// A new process takes the state file, if there is one, without a word, and its ids go on behind
// those of `rows`.
bool check_state(const Stage& stage, const Files& files, const std::string& rows) {
    const bool is_there = !content_of(files.state()).empty();
    const int status = in_child([&] {
        const ConfigFile config("state_file: " + files.state() + "\n");
        HostOptions options;
        options.config_path = config.path();
        const std::set<std::uint64_t> before = ids_of(rows);
        std::set<std::uint64_t> after;
        const Overheard overheard;
        const Library library(stage.library);
        Host host(library, stage.version, options);
        for (std::uint32_t number = 0; number < 3; ++number) {
            const FrameIn frame{stream_of(9), number, true, crowd(number, kWalkers, 1)};
            check_frame(frame, host.process({frame})[0], after);
        }
        require(!overheard.anything(), "the state file is not whole");
        require(!is_there || before.empty() || *after.begin() > *before.rbegin(),
                "an id came again after the restart");
    });
    require(status == 0, "the next process has trouble with the state file");
    return is_there;
}

// A process that writes all files and is ended by SIGTERM at its `place`-th call that changes one.
int play_and_end(const Stage& stage, const Files& files, std::uint64_t place) {
    return in_child([&] {
        const FileMishaps mishaps(Mishap::kills, place);
        const Library library(stage.library);
        Host host(library, stage.version, files.options());
        play_batches(host, 0, 4);
    });
}

// Each call that changes a file fails in turn; returns whether there was one at `place`.
bool play_with_failing_files(const Stage& stage, Mishap mishap, std::uint64_t place) {
    const Files files;
    std::string rows;
    bool happened = false;
    {
        const Overheard overheard;
        const Library library(stage.library);
        Host host(library, stage.version, files.options());
        {
            const FileMishaps mishaps(mishap, place);
            rows = play_batches(host, 0, 4);
            happened = mishaps.happened();
        }
        require(!happened || overheard.anything(), "a file was not written, without a word");
        rows += play_batches(host, 4, 9);
    }
    check_metrics(files);
    require(!content_of(files.metrics()).empty(), "the metrics were not written at last");
    require(check_state(stage, files, rows), "the state was not saved at last");
    const std::vector<std::string> parts = files.folder.files(".csv");
    std::string last = replayed(stage, {parts.back()});
    if (begins_with(last, kGap)) {
        last.erase(0, kGap.size());
    }
    require(ends_with(rows, last) && ids_of(last).size() == kPads * kWalkers,
            "the recording does not go on with what the host got");
    require(happened || last == rows, "the recording is not whole though nothing failed");
    for (const std::string& part : parts) {
        require(!content_of(part).empty(), "a part of the recording is empty");
    }
    for (const std::string& file : files.folder.files("")) {
        require(file.find(".new-") == std::string::npos, "something was left beside a file");
    }
    return happened;
}

}  // namespace

void play_failing_files(const Stage& stage) {
    for (const Mishap mishap : {Mishap::fails_once, Mishap::fails_for_good}) {
        std::uint64_t place = 1;
        while (play_with_failing_files(stage, mishap, place)) {
            ++place;
        }
        require(place > 10, "too few files are written: nothing was tested");
        std::printf("   %llu calls that change files failed in turn%s\n",
                    static_cast<unsigned long long>(place - 1),
                    mishap == Mishap::fails_once ? "" : ", with all that followed");
    }
}

void play_ended_in_writes(const Stage& stage) {
    const Files unharmed;
    require(play_and_end(stage, unharmed, ~std::uint64_t{0}) == 0, "the process did not end well");
    const std::string expected = replayed(stage, unharmed.folder.files(".csv"));
    require(ids_of(expected).size() == kPads * kWalkers, "the recording is not whole");
    std::uint64_t place = 1;
    std::size_t states = 0;
    for (;; ++place) {
        const Files files;
        const int status = play_and_end(stage, files, place);
        if (status == 0) {
            break;
        }
        require(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "SIGTERM did not end it");
        const std::string rows = replayed(stage, files.folder.files(".csv"));
        require(begins_with(expected, rows), "the replay is not what the host got until the end");
        check_metrics(files);
        states += check_state(stage, files, rows) ? 1 : 0;
    }
    require(place > 10 && states > 5, "too few files are written: nothing was tested");
    std::printf("   ended at %llu calls that change files in turn, %zu times with a state file\n",
                static_cast<unsigned long long>(place - 1), states);
}

// A process ends whose context was never closed, as hosts leave those of a second start: what is
// due then is written, and whole.
void play_never_closed(const Stage& stage) {
    const Files files;
    const int status = in_child([&] {
        static Library* const library = new Library(stage.library);
        static Host* const host = new Host(*library, stage.version, files.options());
        play_batches(*host, 0, 2);
        host->process(batch_of(2));
        std::atexit([] { leap(kLeap); });  // the last to be registered runs first
        std::exit(0);
    });
    require(status == 0, "the process ended with status " + std::to_string(status));
    check_metrics(files);
    require(content_of(files.metrics()).find("detected=\"true\"} 9\n") != std::string::npos,
            "the metrics lack the last of 9 frames");
}

// A process forks while the library's thread is in the middle of a write: the child opens a context
// of its own, and its files are written.
void play_forked_in_a_write(const Stage& stage) {
    const Folder folder;
    const ConfigFile config("metrics_file: " + folder.path() + "/metrics.prom\n");
    HostOptions options;
    options.config_path = config.path();
    const Files of_child;
    const Library library(stage.library);
    Host host(library, stage.version, options);
    const FileMishaps mishaps(Mishap::stalls, 1);
    while (!mishaps.happened()) {
        usleep(1000);
    }
    const int status = in_child([&] {
        alarm(120);  // ends a child that waits for ever
        Host own(library, stage.version, of_child.options());
        play_batches(own, 0, 3);
    });
    require(status == 0, "the child ended with status " + std::to_string(status));
    check_metrics(of_child);
    require(!content_of(of_child.metrics()).empty(), "the child's metrics were not written");
    require(ids_of(replayed(stage, of_child.folder.files(".csv"))).size() == kPads * kWalkers,
            "the child's recording is not whole");
}

// Wall clocks are set, machines sleep: tracks and ids do not care, and files go on.
void play_clock_jumps(const Stage& stage) {
    constexpr std::int64_t kDay = 86400;
    const Files files("id_mode: unique\nnode_id: 7\n");
    std::set<std::uint64_t> upper_halves, walkers;
    const std::int64_t jumps[] = {0, 3650 * kDay, -2 * kDay, -kDay};
    {
        const Library library(stage.library);
        Host host(library, stage.version, files.options());
        std::uint32_t number = 0;
        for (const std::int64_t jump : jumps) {
            set_wall_clock(jump);
            // A stream that begins now draws the upper half of its ids from the clock.
            const FrameIn frame{stream_of(10 + number), 0, true, crowd(0, 4, 0)};
            std::set<std::uint64_t> ids;
            check_frame(frame, host.process({frame})[0], ids);
            upper_halves.insert(*ids.begin() >> 32);
            for (std::uint32_t k = 0; k < 3; ++k, ++number) {
                std::vector<FrameIn> frames{
                    {stream_of(0), number, true, crowd(number, kWalkers, 0)}};
                const std::vector<FrameOut> out = host.process(frames);
                require(out[0].tracked.size() == kWalkers, "a clock's jump cost a track");
                check_frame(frames[0], out[0], walkers);
                leap(k == 1 ? 30 * kDay : kLeap);
                let_writer_work();
            }
        }
    }
    set_wall_clock(0);
    require(walkers.size() == kWalkers, "a clock's jump gave tracks new ids");
    require(upper_halves.size() == 4, "two streams share the upper half of their ids");
    check_metrics(files);
}

// The library is unloaded and loaded again while the wall clock shows the same second, as it does
// after it was set back.
void play_reload_in_one_second(const Stage& stage) {
    const Files files;
    std::string rows;
    hold_wall_clock(1'800'000'000);
    {
        const Overheard overheard;
        for (std::uint32_t load = 0; load < 3; ++load) {
            const Library library(stage.library);
            Host host(library, stage.version, files.options());
            rows += play_batches(host, 3 * load, 3 * load + 3);
        }
        require(!overheard.anything(), "a load disturbed another: " + content_of(overheard.path()));
    }
    hold_wall_clock(0);
    set_wall_clock(0);
    const std::vector<std::string> parts = files.folder.files(".csv");
    require(parts.size() == 3, "not every load has a recording of its own");
    require(replayed(stage, parts) == rows, "the recordings are not in the order of the loads");
}

// Links are never followed when writing, and what is no regular file is not waited for.
void play_paths(const Stage& stage) {
    const Folder folder;
    const std::string target = folder.path() + "/target", link = folder.path() + "/link";
    const std::string pipe = folder.path() + "/pipe";
    const auto play = [&](const std::string& yaml) {
        const ConfigFile config(yaml);
        HostOptions options;
        options.config_path = config.path();
        const Overheard overheard;
        const Library library(stage.library);
        Host host(library, stage.version, options);
        play_batches(host, 0, 3);
        return overheard.anything();
    };
    const auto reset = [&](const std::string& place) {
        std::ofstream(target) << "precious";
        unlink(place.c_str());
        require(symlink(target.c_str(), place.c_str()) == 0, "no link can be made");
    };
    const auto is_link = [](const std::string& place) {
        struct stat about{};
        return lstat(place.c_str(), &about) == 0 && S_ISLNK(about.st_mode);
    };
    for (const char* key : {"metrics_file: ", "state_file: "}) {
        reset(link);
        play(key + link + "\n");
        require(content_of(target) == "precious", std::string("a link was followed: ") + key);
        // What a state file's link leads to is none, hence left alone.
        require(is_link(link) == begins_with(key, "state"), "a link was not replaced");
        reset(link + ".new-" + std::to_string(getpid()));
        play(key + link + "\n");
        require(content_of(target) == "precious",
                std::string("a link beside was followed: ") + key);
        require(play(key + folder.path() + "/missing/file\n"), "a missing folder is not told");
        require(play(key + folder.path() + "\n"), "a folder in the file's place is not told");
    }
    // A recording's name is foreseen and taken by a link: the next name is taken.
    hold_wall_clock(1'800'000'000);
    reset(folder.path() + "/run-20270115T080000.000000Z-" + std::to_string(getpid()) +
          "-0-000000.csv");
    require(!play("record: " + folder.path() + "/run\n"), "a taken name stops the recording");
    hold_wall_clock(0);
    require(content_of(target) == "precious", "a link in a recording's place was followed");
    require(folder.files("000000.csv").size() == 2, "there is no recording beside the link");
    // Pipes that nobody writes to, and devices, are refused at once.
    require(mkfifo((pipe + "2").c_str(), 0600) == 0, "no pipe can be made");
    require(play("state_file: " + pipe + "2\n"), "a pipe was taken as a state file");
    require(mkfifo(pipe.c_str(), 0600) == 0, "no pipe can be made");
    for (const std::string& path : {pipe, std::string("/dev/zero"), folder.path()}) {
        HostOptions options;
        options.config_path = path;
        const Overheard overheard;
        const Library library(stage.library);
        bool refused = false;
        try {
            Host host(library, stage.version, options);
        } catch (const std::runtime_error&) {
            refused =
                content_of(overheard.path()).find("must be a regular file") != std::string::npos;
        }
        require(refused, "a configuration that is no regular file was taken: " + path);
    }
}

const std::vector<Scenario>& scenarios() {
    static const std::vector<Scenario> all = {
        {"failing_files", play_failing_files},
        {"ended_in_writes", play_ended_in_writes},
        {"never_closed", play_never_closed},
        {"forked_in_a_write", play_forked_in_a_write},
        {"clock_jumps", play_clock_jumps},
        {"reload_in_one_second", play_reload_in_one_second},
        {"paths", play_paths},
    };
    return all;
}

}  // namespace native
