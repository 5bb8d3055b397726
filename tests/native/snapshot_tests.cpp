// A stream's state as bytes: what is taken, what is refused and with which words; and ids.
#include <cstddef>
#include <cstring>
#include <limits>
#include <vector>

#include "core/ids.hpp"
#include "expect.hpp"
#include "one_stream.hpp"

namespace streamtrack {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kHeader = 64;
// Where the header's fields lie, as every file that was ever written has them.
constexpr std::size_t kTrackCount = 8, kClock = 16, kIdPrefix = 56, kIdsGiven = 60;
constexpr std::uint64_t kLargestId = 0xfffffffeffffffff;

const char* const kNoSnapshot =
    "a snapshot must begin with strtrk01, got other bytes; make it with this version's snapshot()";
const char* const kOtherSize =
    "a snapshot must hold as many tracks as its header says, got another size; it was cut off or "
    "changed";
const char* const kOtherValues =
    "a snapshot's tracks must be as an update leaves them, got other values; it was cut off or "
    "changed";

Bytes snapshot_of(const StreamTracker& tracker) {
    Bytes bytes;
    tracker.append_snapshot(bytes);
    return bytes;
}

template <class Value>
void put(Bytes& bytes, std::size_t at, Value value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
}

// Three people, the second of them lost, in the fifth frame.
Stream played(const Settings& settings) {
    Stream stream(settings);
    for (int number = 0; number < 5; ++number) {
        std::vector<Detection> people{person(0), person(400)};
        if (number < 3) {
            people.push_back(person(200));
        }
        stream.play(people, kNever, number);
    }
    return stream;
}

std::string restored(const Bytes& bytes, const Settings& settings = with({})) {
    StreamTracker tracker(settings);
    const std::string error = refusal([&] { tracker.restore(bytes.data(), bytes.size()); });
    expect(error.empty() || (tracker.tracks().empty() && tracker.frames() == 0),
           "what is refused changes nothing");
    return error;
}

void test_what_goes_on() {
    for (const char* preset : {"bytetrack", "reference"}) {
        const Settings settings = with({{"preset", preset}, {"track_buffer", "3"}});
        for (int frames = 0; frames < 9; ++frames) {
            // The one at 200 is lost for so long that, in the reference preset, it expires.
            const auto people = [](int number) {
                std::vector<Detection> all{person(static_cast<float>(2 * number))};
                if (number < 2 || number == 6 || number == 7) {
                    all.push_back(person(200));
                }
                return all;
            };
            Stream whole(settings), first(settings), second(settings);
            for (int number = 0; number < frames; ++number) {
                whole.play(people(number));
                first.play(people(number));
            }
            const Bytes bytes = snapshot_of(first.tracker);
            expect(bytes.size() == first.tracker.snapshot_size(), "a snapshot's size is foreseen");
            second.tracker.restore(bytes.data(), bytes.size());
            expect(snapshot_of(second.tracker) == bytes, "what is restored is what was", frames);
            for (int number = frames; number < 12; ++number) {
                const auto& report = whole.play(people(number));
                const auto& other = second.play(people(number));
                bool same = report.size() == other.size();
                for (std::size_t k = 0; same && k < report.size(); ++k) {
                    same = report[k].box.left == other[k].box.left &&
                           report[k].age == other[k].age && report[k].state == other[k].state;
                }
                expect(same, std::string("a restored stream goes on, ") + preset, number);
            }
        }
    }
}

void test_what_is_in_it() {
    Stream plain = played(with({})), watched = played(with({{"past_frames", "true"}}));
    Bytes bytes = snapshot_of(plain.tracker), other = snapshot_of(watched.tracker);
    expect(bytes.size() == other.size() && bytes.size() == kHeader + 3 * sizeof(Track),
           "a snapshot holds every track");
    for (Bytes* one : {&bytes, &other}) {
        for (std::size_t k = 0; k < 3; ++k) {
            put(*one, kHeader + k * sizeof(Track) + offsetof(Track, id), std::uint64_t{k + 1});
        }
    }
    expect(bytes == other, "a snapshot does not hold what is kept for others");
    StreamTracker again(with({{"past_frames", "true"}}));
    again.restore(other.data(), other.size());
    expect(again.trajectories().of(again.tracks()[0]).size() == 0, "a track's past begins anew");
    const std::size_t before =
        watched.tracker.trajectories().of(watched.tracker.tracks()[0]).size();
    watched.tracker.restore(bytes.data(), bytes.size());
    expect(before == 5 &&
               watched.tracker.trajectories().of(watched.tracker.tracks()[0]).size() == 0 &&
               watched.tracker.objects().empty(),
           "what was kept before is forgotten");
    // One that ends before anything of it was kept leaves nothing behind.
    Stream brief(with({})), after(with({{"terminated_tracks", "true"}}));
    brief.play({person(0)});
    brief.play({person(0), person(400)});
    const Bytes tentative = snapshot_of(brief.tracker);
    after.tracker.restore(tentative.data(), tentative.size());
    after.play({person(0)});
    for (int number = 0; number < 3; ++number) {
        after.play({person(0), person(800)});
    }
    expect(after.tracker.tracks().size() == 2 &&
               after.tracker.trajectories().of(after.tracker.tracks()[0]).size() == 4 &&
               after.tracker.trajectories().of(after.tracker.tracks()[1]).size() == 3 &&
               after.tracker.trajectories().ended().empty(),
           "what was never kept cannot end");
    // Behind what is there already.
    Bytes behind{1, 2, 3};
    plain.tracker.append_snapshot(behind);
    const Bytes alone = snapshot_of(plain.tracker);
    expect(behind.size() == 3 + alone.size() && behind[2] == 3 &&
               std::equal(alone.begin(), alone.end(), behind.begin() + 3),
           "a snapshot stands behind what was there");
    expect(snapshot_of(StreamTracker(with({}))).size() == kHeader &&
               restored(snapshot_of(StreamTracker(with({})))).empty(),
           "a stream without tracks has a snapshot");
}

void test_what_is_refused() {
    const Bytes sound = snapshot_of(played(with({})).tracker);
    expect(restored(sound).empty(), "a sound snapshot is taken");
    const auto with_size = [&](std::size_t size) {
        Bytes bytes = sound;
        bytes.resize(size);
        return restored(bytes);
    };
    expect(with_size(0) == kNoSnapshot && with_size(kHeader - 1) == kNoSnapshot, "no header");
    for (const std::size_t size : {kHeader, sound.size() - 1, sound.size() + 1,
                                   sound.size() - sizeof(Track), sound.size() + sizeof(Track)}) {
        expect(with_size(size) == kOtherSize, "another size", static_cast<int>(size));
    }
    for (std::size_t k = 0; k < 8; ++k) {
        Bytes bytes = sound;
        bytes[k] ^= 1;
        expect(restored(bytes) == kNoSnapshot, "another beginning", static_cast<int>(k));
    }
    const auto in_header = [&](std::size_t at, auto value) {
        Bytes bytes = sound;
        put(bytes, at, value);
        return restored(bytes);
    };
    expect(in_header(kTrackCount, std::uint64_t{2}) == kOtherSize &&
               in_header(kTrackCount, ~std::uint64_t{0}) == kOtherSize,
           "another number of tracks");
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInfinite = HUGE_VAL;
    for (const double clock : {-1., 3., kNan, kInfinite, 9.1e15}) {
        expect(in_header(kClock, clock) == kOtherValues, "a clock that no frames lead to");
    }
    expect(in_header(kClock, 9e15).empty(), "a very old stream");
}

// Every field of a track in turn gets what no update leaves there.
void test_unsound_tracks() {
    const Bytes sound = snapshot_of(played(with({})).tracker);
    for (std::size_t k = 0; k < 3; ++k) {
        const auto refuses = [&](std::size_t field, auto value) {
            Bytes bytes = sound;
            put(bytes, kHeader + k * sizeof(Track) + field, value);
            expect(restored(bytes) == kOtherValues, "an unsound field at " + std::to_string(field),
                   static_cast<int>(k));
        };
        for (const double bad : {std::numeric_limits<double>::quiet_NaN(), HUGE_VAL, -HUGE_VAL}) {
            for (std::size_t field = 0; field < sizeof(Motion); field += sizeof(double)) {
                refuses(field, bad);
            }
            refuses(offsetof(Track, first_seen), bad);
            refuses(offsetof(Track, last_seen), bad);
        }
        for (const float bad : {std::nanf(""), HUGE_VALF, -HUGE_VALF}) {
            for (std::size_t field = 0; field < sizeof(Box); field += sizeof(float)) {
                refuses(offsetof(Track, last_box) + field, bad);
            }
            refuses(offsetof(Track, score), bad);
        }
        refuses(offsetof(Track, score), 1.5F);
        refuses(offsetof(Track, first_seen), 6.);  // later than it was seen last
        refuses(offsetof(Track, first_seen), -1.);
        refuses(offsetof(Track, last_seen), 6.);  // later than now
        refuses(offsetof(Track, state), std::uint8_t{3});
        refuses(offsetof(Track, expired), std::uint8_t{2});
        refuses(offsetof(Track, removed), std::uint8_t{2});
        refuses(offsetof(Track, id), kLargestId + 1);
        refuses(offsetof(Track, id), ~std::uint64_t{0});
        for (const std::size_t variance :
             {offsetof(Motion, position_variance), offsetof(Motion, velocity_variance)}) {
            for (const double bad : {0., -1., 1e200}) {
                refuses(variance, bad);
                refuses(variance + sizeof(double), bad);
            }
        }
        refuses(offsetof(Motion, cross_variance), 1e150);
    }
    Bytes twice = sound;
    std::memcpy(twice.data() + kHeader + offsetof(Track, id),
                twice.data() + kHeader + 2 * sizeof(Track) + offsetof(Track, id), 8);
    expect(restored(twice) == kOtherValues, "an id that stands for two tracks");
}

// A covariance may be singular to nine digits, as a long jump of the clock leaves it; no more.
void test_soundness() {
    Motion motion = start_motion({10, 20, 40, 80});
    expect(is_sound(motion), "a new track is sound");
    for (int lane = 0; lane < 2; ++lane) {
        const double full =
            std::sqrt(motion.position_variance[lane] * motion.velocity_variance[lane]);
        for (const double sign : {1., -1.}) {
            Motion other = motion;
            other.cross_variance[lane] = sign * full * (1 + 4e-10);
            expect(is_sound(other), "rounding makes nothing unsound", lane);
            other.cross_variance[lane] = sign * full * (1 + 6e-10);
            expect(!is_sound(other), "more than rounding does", lane);
        }
        for (Pair Motion::* variance : {&Motion::position_variance, &Motion::velocity_variance}) {
            Motion other = motion;
            (other.*variance)[lane] = 0;
            expect(!is_sound(other), "nothing is certain", lane);
        }
        for (Pair Motion::* mean :
             {&Motion::centre, &Motion::size, &Motion::centre_velocity, &Motion::size_velocity}) {
            for (const double far : {1.1e100, -1.1e100}) {
                Motion other = motion;
                (other.*mean)[lane] = far;
                expect(!is_sound(other), "a mean beyond all boxes", lane);
                (other.*mean)[lane] = far / 2;
                expect(is_sound(other), "a mean that boxes lead to", lane);
            }
        }
    }
}

void test_ids() {
    IdCounter counter;
    expect(counter.last() == 0 && counter.next() == 1 && counter.next() == 2, "ids count from 1");
    counter.advance_past(9);
    counter.advance_past(5);
    expect(counter.last() == 9 && counter.next() == 10, "ids go on behind those that are taken");

    Bytes bytes = snapshot_of(played(with({})).tracker);
    const std::uint64_t far = process_id_counter().last() + 1000;
    put(bytes, kHeader + sizeof(Track) + offsetof(Track, id), far);
    expect(restored(bytes).empty() && process_id_counter().last() == far,
           "new ids follow those that a snapshot brings");
    Stream unique = played(with({{"id_mode", "unique"}, {"node_id", "5"}}));
    expect(restored(snapshot_of(unique.tracker), unique.tracker.settings()).empty() &&
               process_id_counter().last() == far,
           "unique ids do not move the counter");

    PrefixSequence prefixes;
    const std::uint32_t node = 3U << 25;
    expect(prefixes.next(3, 16, 0) == (node | 2) && prefixes.next(3, 23, 0) == (node | 3) &&
               prefixes.next(3, 0, 0) == (node | 4) && prefixes.next(3, 80, 0) == (node | 10),
           "a node's streams take one unit of 8 seconds each");
    expect(prefixes.units() == 11, "units that are taken");
    prefixes.advance_to(20);
    prefixes.advance_to(15);
    expect(prefixes.units() == 20 && prefixes.next(3, 80, 0) == (node | 20), "units never go back");
    expect(prefixes.next(3, std::uint64_t{8} << 25, 0) == node, "units begin anew after 8.5 years");
    expect(
        prefixes.next(0, 0, 7) == 7 && prefixes.next(0, 0, 99) == 8 && prefixes.next(0, 0, 99) == 9,
        "without a node one counts from a random start");
    expect(unique_stream_prefix(0) > 1000, "the start is random: small ones are one in 4 million");
}

void test_unique_ids() {
    const Settings settings = with({{"id_mode", "unique"}, {"node_id", "5"}});
    Stream stream(settings);
    expect(stream.tracker.id_prefix() == 0 && stream.tracker.ids_given() == 0 &&
               stream.tracker.frames() == 0 && stream.tracker.last_number() == -1,
           "a stream that has seen nothing");
    const std::uint64_t first = stream.play({person(0)})[0].id;
    const std::uint32_t prefix = stream.tracker.id_prefix();
    expect(prefix >> 25 == 5 && first == (std::uint64_t{prefix} << 32 | 1) &&
               stream.tracker.ids_given() == 1,
           "a stream's ids count from 1 below its prefix");
    const std::uint64_t units = unique_prefix_units();
    expect((units - 1) % (1 << 25) == (prefix & ((1 << 25) - 1)), "its unit is taken");
    Stream other(settings);
    const std::uint64_t other_first = other.play({person(0)})[0].id;
    expect(other_first >> 32 != first >> 32, "streams have prefixes of their own");
    advance_unique_prefixes(unique_prefix_units() + 100);
    Stream later(settings);
    later.play({person(0)});
    expect(unique_prefix_units() >= units + 102, "units that another process took are left out");
    Stream replayed(settings);
    replayed.tracker.set_id_prefix(prefix);
    expect(replayed.play({person(0)})[0].id == first, "a replay gives the ids that were given");
    // The last ids below a prefix; 2^64-1 never comes, and 0 never.
    Bytes bytes = snapshot_of(stream.tracker);
    put(bytes, kIdPrefix, std::uint32_t{0xfffffffe});
    put(bytes, kIdsGiven, std::uint32_t{0xfffffffd});
    Stream old(settings);
    old.tracker.restore(bytes.data(), bytes.size());
    for (const float left : {300.F, 600.F}) {
        old.play({person(0), person(left)});
        const std::uint64_t id = old.play({person(0), person(left)}).back().id;
        const bool is_last = left == 300.F;
        expect(is_last ? id == 0xfffffffefffffffe : id >> 57 == 5 && (id & 0xffffffff) == 1,
               "a prefix whose ids are used up gives way to a new one");
    }
}

}  // namespace

void test_snapshots() {
    test_what_goes_on();
    test_what_is_in_it();
    test_what_is_refused();
    test_unsound_tracks();
    test_soundness();
    test_ids();
    test_unique_ids();
}

}  // namespace streamtrack
