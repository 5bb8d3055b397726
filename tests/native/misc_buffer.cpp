#include "native_host.hpp"

namespace native {

std::string MiscBuffer::name(const char* level) const {
    const bool new_names = layout_.has("NvDsTargetMiscDataBatch", "list");
    const std::string object = new_names ? "Object" : "List";
    return (new_names ? "NvDsTargetMiscData" : "NvDsPastFrameObj") +
           (level == std::string("Object")                ? object
            : level == std::string("Frame") && !new_names ? ""
                                                          : level);
}

MiscBuffer::MiscBuffer(const Layout& layout, std::size_t streams, std::size_t objects,
                       std::size_t frames)
    : layout_(layout) {
    const std::string batch = name("Batch"), stream = name("Stream"), object = name("Object");
    const std::size_t stream_size = layout.size(stream.c_str());
    const std::size_t object_size = layout.size(object.c_str());
    batch_ = garbage(layout.size(batch.c_str()));
    owned_.push_back(garbage(streams * stream_size));
    std::uint8_t* const rows = owned_.back().get();
    put(batch_.get() + layout.at(batch.c_str(), "list"), rows);
    put(batch_.get() + layout.at(batch.c_str(), "numAllocated"),
        static_cast<std::uint32_t>(streams));
    counts_.push_back(batch_.get() + layout.at(batch.c_str(), "numFilled"));
    for (std::size_t k = 0; k < streams; ++k) {
        owned_.push_back(garbage(objects * object_size));
        std::uint8_t* const slots = owned_.back().get();
        put(rows + k * stream_size + layout.at(stream.c_str(), "list"), slots);
        put(rows + k * stream_size + layout.at(stream.c_str(), "numAllocated"),
            static_cast<std::uint32_t>(objects));
        counts_.push_back(rows + k * stream_size + layout.at(stream.c_str(), "numFilled"));
        for (std::size_t j = 0; j < objects; ++j) {
            owned_.push_back(garbage(frames * layout.size(name("Frame").c_str())));
            put(slots + j * object_size + layout.at(object.c_str(), "list"), owned_.back().get());
            if (layout.has(object.c_str(), "numAllocated")) {
                put(slots + j * object_size + layout.at(object.c_str(), "numAllocated"),
                    static_cast<std::uint32_t>(frames));
            }
        }
    }
    clear();
}

void MiscBuffer::clear() {
    for (std::uint8_t* const count : counts_) {
        put<std::uint32_t>(count, 0);
    }
}

std::vector<MiscTrack> MiscBuffer::take() {
    const std::string batch = name("Batch"), stream = name("Stream"), object = name("Object");
    const std::string frame = name("Frame");
    const auto count_in = [&](const std::uint8_t* where, const std::string& kind,
                              const char* field) {
        return get<std::uint32_t>(where + layout_.at(kind.c_str(), field));
    };
    std::vector<MiscTrack> tracks;
    const auto* row = get<std::uint8_t*>(batch_.get() + layout_.at(batch.c_str(), "list"));
    for (std::uint32_t k = 0; k < count_in(batch_.get(), batch, "numFilled"); ++k) {
        const auto* slot = get<std::uint8_t*>(row + layout_.at(stream.c_str(), "list"));
        for (std::uint32_t j = 0; j < count_in(row, stream, "numFilled"); ++j) {
            MiscTrack track{get<std::uint64_t>(row + layout_.at(stream.c_str(), "surfaceStreamID")),
                            get<std::uint64_t>(slot + layout_.at(object.c_str(), "uniqueId")),
                            {}};
            const auto* past = get<std::uint8_t*>(slot + layout_.at(object.c_str(), "list"));
            for (std::uint32_t i = 0; i < count_in(slot, object, "numObj"); ++i) {
                track.numbers.push_back(count_in(past, frame, "frameNum"));
                past += layout_.size(frame.c_str());
            }
            tracks.push_back(std::move(track));
            slot += layout_.size(object.c_str());
        }
        row += layout_.size(stream.c_str());
    }
    clear();
    return tracks;
}

}  // namespace native
