// A host of one DeepStream generation that fills the arrays of NvMOT with whatever the fuzzer says.
// Only what no library could see through is true: an array holds what its count says, or the count
// is absurd. Every array is an allocation of its own, so that a step outside is seen.
#pragma once

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <vector>

#include "bytes.hpp"
#include "deepstream/configuration.hpp"
#include "deepstream/context.hpp"
#include "deepstream/layout/deepstream_9_1.hpp"
#include "deepstream/nvmot_api.hpp"
#include "deepstream/yaml_reader.hpp"

namespace fuzz {

using namespace streamtrack;
using namespace streamtrack::nvmot;

constexpr std::uint32_t kFrames = 4;
constexpr std::uint32_t kObjects = 6;
constexpr std::uint32_t kTargets = 8;

class Player {
  public:
    virtual ~Player() = default;
    virtual void play(Bytes& bytes) = 0;
};

inline Config config_of(const char* yaml) {
    Config config;
    read_yaml(yaml, "fuzzer", config);
    return config;
}

template <class Frame>
void set_time(Frame& frame, Bytes&) {
    frame.time_stamp_valid = 0;
}
inline void set_time(deepstream_9_1::Frame& frame, Bytes& bytes) {
    frame.time_meta.frame_num = frame.frame_num;
    frame.time_meta.frame_time_stamp =
        bytes.one_in(8) ? bytes.raw<std::uint64_t>() : frame.frame_num * 33'333'333ULL;
    frame.time_meta.frame_time_valid = bytes.byte();
}

template <class Object>
void set_room(Object& object, std::uint32_t frames) {
    object.num_allocated = frames;
}
inline void set_room(deepstream_6_0::PastFrameObjList&, std::uint32_t) {}

template <class Layout>
class HostileHost : public Player {
    using Frame = typename Layout::Frame;
    using TrackedObj = typename Layout::TrackedObj;
    using MiscObject = typename Layout::MiscObject;
    using MiscFrame = typename Layout::MiscFrame;

  public:
    HostileHost(Generation generation, const char* yaml)
        : generation_(generation),
          context_({&abi_of(generation), "fuzzed", "the fuzzer"}, {nullptr, 0, kFrames, 960, 544},
                   config_of(yaml)) {}

    // One episode; the streams go at its end, so that the next one starts afresh.
    void play(Bytes& bytes) override {
        for (int call = 0; call < 12 && !bytes.empty(); ++call) {
            const std::uint8_t what = bytes.byte() % 16;
            if (what == 0) {
                require(NvMOT_RemoveStreams(&context_, stream(bytes)) == Status::ok);
            } else {
                play_process(bytes);
            }
        }
        for (std::uint64_t pad = 0; pad < 4; ++pad) {
            require(NvMOT_RemoveStreams(&context_, pad << 32) == Status::ok);
        }
        NvMOT_RemoveStreams(&context_, ~std::uint64_t{0});
    }

  private:
    static std::uint64_t stream(Bytes& bytes) {
        const std::uint8_t kind = bytes.byte();
        return kind == 0xff ? ~std::uint64_t{0} : std::uint64_t{kind % 4U} << 32 | (kind >> 6) % 2U;
    }

    void play_process(Bytes& bytes) {
        const std::uint32_t count = bytes.below(kFrames + 1);
        inputs_.assign(count, {});
        outputs_.clear();
        outputs_.resize(count);
        frames_.assign(count, Frame{});
        lists_.assign(count, TrackedObjList{});
        bool absurd = false;
        for (std::uint32_t k = 0; k < count; ++k) {
            fill_frame(k, bytes);
            absurd = fill_list(k, bytes) || absurd;
        }
        ProcessParams params{count, bytes.one_in(32) ? nullptr : frames_.data()};
        struct {
            TrackedObjBatch batch;
            void* host_only[2];
        } out{{bytes.one_in(32) ? nullptr : lists_.data(), count, bytes.raw<std::uint8_t>()}, {}};
        if (bytes.one_in(16) && count > 0) {
            out.batch.num_allocated = bytes.below(count);
        }
        const int status = NvMOT_Process(&context_, &params, &out.batch);
        require(status == Status::ok || absurd);
        check(out.batch);
        if (status == Status::ok && params.frame_list != nullptr && bytes.one_in(2)) {
            play_misc(params, bytes);
        }
    }

    void fill_frame(std::uint32_t k, Bytes& bytes) {
        Frame& frame = frames_[k];
        frame.stream_id = stream(bytes);
        frame.frame_num = bytes.one_in(8) ? bytes.raw<std::uint32_t>() : ++number_;
        frame.do_tracking = static_cast<std::uint8_t>(!bytes.one_in(16));
        frame.reset = static_cast<std::uint8_t>(bytes.one_in(16));
        set_time(frame, bytes);
        ObjToTrackList& list = frame.objects_in;
        list.detection_done = bytes.byte();
        const std::uint32_t objects = bytes.below(kObjects + 1);
        inputs_[k].resize(objects);
        for (ObjToTrack& object : inputs_[k]) {
            object.bbox = {bytes.number(), bytes.number(), bytes.number(), bytes.number()};
            object.confidence = bytes.score();
            object.class_id = static_cast<std::uint16_t>(bytes.byte() % 3);
            object.do_tracking = static_cast<std::uint8_t>(!bytes.one_in(16));
        }
        list.list = bytes.one_in(32) ? nullptr : inputs_[k].data();
        list.num_allocated = objects;
        list.num_filled = bytes.one_in(16) ? bytes.raw<std::uint32_t>() : objects;
    }

    // True where the count is a lie that the library must see.
    bool fill_list(std::uint32_t k, Bytes& bytes) {
        const std::uint32_t room = bytes.one_in(8) ? bytes.below(kTargets) : kTargets;
        // As the host's own new[] does, malloc: the library asks for the size.
        outputs_[k].reset(static_cast<TrackedObj*>(std::malloc(room * sizeof(TrackedObj))));
        std::memset(static_cast<void*>(outputs_[k].get()), kUntouched, room * sizeof(TrackedObj));
        TrackedObjList& list = lists_[k];
        list.stream_id = bytes.one_in(16) ? stream(bytes) : frames_[k].stream_id;
        list.frame_num = frames_[k].frame_num;
        list.list = bytes.one_in(32) ? nullptr : outputs_[k].get();
        list.num_allocated = room;
        list.num_filled = bytes.raw<std::uint32_t>();
        const bool absurd = generation_ != Generation::deepstream_6_0 && bytes.one_in(64);
        if (absurd) {
            list.num_allocated = 1000 + bytes.raw<std::uint32_t>() / 2;
        }
        return absurd;
    }

    void check(const TrackedObjBatch& batch) {
        for (std::uint32_t k = 0; batch.list != nullptr && k < batch.num_allocated; ++k) {
            const TrackedObjList& list = batch.list[k];
            require(list.num_filled <= list.num_allocated);
            std::set<const ObjToTrack*> origins;
            std::set<std::uint64_t> ids;
            for (std::uint32_t j = 0; j < list.num_filled; ++j) {
                check_object(static_cast<const TrackedObj*>(list.list)[j], origins, ids);
            }
        }
    }

    void check_object(const TrackedObj& object, std::set<const ObjToTrack*>& origins,
                      std::set<std::uint64_t>& ids) {
        require(object.tracking_id != 0 && object.tracking_id != ~std::uint64_t{0});
        require(ids.insert(object.tracking_id).second);
        require(std::isfinite(object.bbox.x) && std::isfinite(object.bbox.y));
        require(std::isfinite(object.bbox.width) && std::isfinite(object.bbox.height));
        for (const std::uint8_t one : object.reserved) {
            require(one == kUntouched);
        }
        const ObjToTrack* const origin = object.associated_object_in;
        if (origin == nullptr) {
            return;
        }
        require(origins.insert(origin).second);
        bool known = false;
        for (const std::vector<ObjToTrack>& input : inputs_) {
            known = known || (origin >= input.data() && origin < input.data() + input.size());
        }
        require(known && origin->do_tracking != 0);
    }

    // A misc data buffer: one stream more or less than needed, objects with and without frames.
    struct Misc {
        MiscDataBatch batch{};
        void* host_only = nullptr;
        std::vector<MiscDataStream> streams;
        std::vector<std::vector<MiscObject>> objects;
        std::vector<std::vector<MiscFrame>> frames;
    };

    void fill_misc(Misc& misc, Bytes& bytes) {
        const std::uint32_t room = std::max<std::uint32_t>(
            context_.answer().max_trajectory, context_.answer().max_shadow_tracking_age);
        misc.streams.resize(bytes.below(3));
        misc.objects.resize(misc.streams.size());
        for (std::size_t k = 0; k < misc.streams.size(); ++k) {
            misc.objects[k].resize(bytes.below(4));
            for (MiscObject& object : misc.objects[k]) {
                misc.frames.emplace_back(room);
                object.list = bytes.one_in(16) ? nullptr : misc.frames.back().data();
                set_room(object, bytes.one_in(8) ? bytes.below(room) : room);
            }
            const auto objects = static_cast<std::uint32_t>(misc.objects[k].size());
            misc.streams[k] = {bytes.one_in(16) ? nullptr : misc.objects[k].data(), 0, 0, objects,
                               bytes.raw<std::uint32_t>()};
        }
        misc.batch = {bytes.one_in(16) ? nullptr : misc.streams.data(),
                      static_cast<std::uint32_t>(misc.streams.size()), bytes.below(2)};
        for (std::uint32_t k = 0; k < misc.batch.num_filled && k < misc.streams.size(); ++k) {
            misc.streams[k].num_filled = 0;
        }
    }

    void play_misc(ProcessParams& params, Bytes& bytes) {
        Misc past, terminated, shadow;
        fill_misc(past, bytes);
        fill_misc(terminated, bytes);
        fill_misc(shadow, bytes);
        void* pointers[3] = {&past.batch, bytes.one_in(8) ? nullptr : &terminated.batch,
                             bytes.one_in(8) ? nullptr : &shadow.batch};
        const bool old = abi_of(generation_).asks_in_process_past;
        require((old ? NvMOT_ProcessPast(&context_, &params, &past.batch)
                     : NvMOT_RetrieveMiscData(&context_, &params, pointers)) == Status::ok);
    }

    struct Freed {
        void operator()(TrackedObj* objects) const { std::free(objects); }
    };
    static constexpr std::uint8_t kUntouched = 0xa5;

    const Generation generation_;
    Context context_;
    std::uint32_t number_ = 0;
    std::vector<Frame> frames_;
    std::vector<TrackedObjList> lists_;
    std::vector<std::vector<ObjToTrack>> inputs_;
    std::vector<std::unique_ptr<TrackedObj, Freed>> outputs_;
};

}  // namespace fuzz
