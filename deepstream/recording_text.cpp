#include "deepstream/recording_text.hpp"

#include <time.h>

#include <cmath>
#include <cstdarg>
#include <cstdio>

#include "core/box.hpp"
#include "deepstream/recording.hpp"

namespace streamtrack::nvmot {
namespace {

constexpr int kFormatVersion = 1;
using Number = unsigned long long;  // what %llu takes

void add(std::string& text, const char* format, ...) __attribute__((format(printf, 2, 3)));
void add(std::string& text, const char* format, ...) {
    char row[256];
    va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(row, sizeof row, format, arguments);
    va_end(arguments);
    text.append(row, static_cast<std::size_t>(length));
}

void add_base64(std::string& text, const std::uint8_t* bytes, std::size_t size) {
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t k = 0; k < size; k += 3) {
        const std::size_t count = size - k < 3 ? size - k : 3;
        std::uint32_t three = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            three = three << 8 | (j < count ? bytes[k + j] : 0U);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            text += j <= count ? letters[three >> (18 - 6 * j) & 63] : '=';
        }
    }
}

class Rows {
  public:
    Rows(const std::vector<std::uint8_t>& message, const RecordingOrigin& origin,
         const PartOfRecording& part, std::string& text)
        : from_(message), origin_(origin), part_(part), text_(text) {}

    void add_all() {
        from_.get<MessageHead>();
        while (from_.more()) {
            add_entry(from_.get<Entry>());
        }
    }

  private:
    void add_entry(Entry entry) {
        switch (entry) {
            case Entry::part:
                return add_part();
            case Entry::state:
                return add_state();
            case Entry::stream: {
                const auto head = from_.get<StreamHead>();
                return add(text_, "stream,%llu,%u,%u\n", static_cast<Number>(head.stream),
                           head.source_width, head.source_height);
            }
            case Entry::prefix: {
                const auto head = from_.get<PrefixHead>();
                return add(text_, "prefix,%llu,%llu\n", static_cast<Number>(head.stream),
                           static_cast<Number>(head.prefix));
            }
            case Entry::batch:
                return add_batch();
            case Entry::remove:
                return add(text_, "remove,%llu\n", static_cast<Number>(from_.get<std::uint64_t>()));
            case Entry::change:
                text_ += "change\n" + from_.get_text();
        }
    }

    void add_part() {
        const auto head = from_.get<PartHead>();
        timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        add(text_, "streamtrack recording,%d,%s\n", kFormatVersion, STREAMTRACK_VERSION);
        add(text_, "host,%.32s\n", origin_.deepstream.c_str());
        add(text_, "context,%u,%u\n", origin_.context, part_.number);
        add(text_, "written,%lld.%03ld\n", static_cast<long long>(now.tv_sec),
            now.tv_nsec / 1'000'000);
        add(text_, "tracker_size,%u,%u\n", origin_.width, origin_.height);
        text_ += from_.get_text();
        add(text_, "ids,%llu\n", static_cast<Number>(head.last_id));
        if (part_.lost_frames > 0) {
            add(text_, "gap,%llu\n", static_cast<Number>(part_.lost_frames));
        }
        for (std::uint64_t k = 0; k < head.streams; ++k) {
            add_state();
        }
    }

    void add_state() {
        const auto head = from_.get<StreamState>();
        add(text_, "state,%llu,", static_cast<Number>(head.stream));
        const auto size = static_cast<std::size_t>(head.bytes);
        add_base64(text_, from_.get_bytes(size), size);
        text_ += '\n';
    }

    void add_batch() {
        const auto head = from_.get<BatchHead>();
        add(text_, "batch,%llu,%llu\n", static_cast<Number>(head.last_id),
            static_cast<Number>(head.frames));
        for (std::uint64_t k = 0; k < head.frames; ++k) {
            add_frame(from_.get<FrameHead>());
        }
    }

    void add_frame(const FrameHead& head) {
        add(text_, "frame,%llu,%u,", static_cast<Number>(head.stream), head.number);
        if (!std::isnan(head.timestamp)) {
            add(text_, "%.17g", head.timestamp);
        }
        add(text_, ",%u,%u,%u,", head.detected, head.objects, head.dropped);
        if (head.places >= 0) {
            add(text_, "%lld", static_cast<long long>(head.places));
        }
        text_ += '\n';
        for (std::uint32_t k = 0; k < head.objects; ++k) {
            const auto object = from_.get<Detection>();
            const auto number = [](float value) { return static_cast<double>(value); };
            add(text_, "object,%d,%.9g,%.9g,%.9g,%.9g,%.9g\n", object.class_id,
                number(object.score), number(object.box.left), number(object.box.top),
                number(object.box.width), number(object.box.height));
        }
    }

    MessageReader from_;
    const RecordingOrigin& origin_;
    const PartOfRecording& part_;
    std::string& text_;
};

}  // namespace

void append_rows(const std::vector<std::uint8_t>& message, const RecordingOrigin& origin,
                 const PartOfRecording& part, std::string& text) {
    Rows(message, origin, part, text).add_all();
}

}  // namespace streamtrack::nvmot
