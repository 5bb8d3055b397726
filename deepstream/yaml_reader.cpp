#include "deepstream/yaml_reader.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <set>
#include <utility>

namespace streamtrack::nvmot {
namespace {

// Quoted from the file may be anything: ends of lines must not break a log's line in two.
std::string in_one_line(std::string text) {
    const auto is_control = [](char one) {
        return static_cast<unsigned char>(one) < ' ' || one == 0x7f;
    };
    std::replace_if(text.begin(), text.end(), is_control, ' ');
    return text;
}

constexpr std::size_t kLargestFile = 1 << 20;

// An open file that closes itself.
struct OpenFile {
    explicit OpenFile(const std::string& path)
        // Not blocking: a path that names a pipe must not stop the pipeline.
        : descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~OpenFile() {
        if (descriptor >= 0) {
            ::close(descriptor);
        }
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    const int descriptor;
};

class Parser {
  public:
    Parser(const std::string& text, const std::string& source) : source_(source) {
        if (yaml_parser_initialize(&parser_) == 0) {
            throw std::bad_alloc();
        }
        yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                     text.size());
    }
    ~Parser() {
        yaml_event_delete(&event_);
        yaml_parser_delete(&parser_);
    }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;

    // Goes on to the next event, which must not be an alias, an anchor or a tag.
    yaml_event_type_t next() {
        yaml_event_delete(&event_);
        if (yaml_parser_parse(&parser_, &event_) == 0) {
            yaml_event_delete(&event_);
            fail(parser_.problem_mark.line + 1,
                 std::string("the file must be YAML, got a fault: ") +
                     (parser_.problem != nullptr ? parser_.problem : "unknown") +
                     "; check indents, colons and quotes");
        }
        refuse_extras();
        return event_.type;
    }

    std::size_t line() const { return event_.start_mark.line + 1; }
    std::string scalar() const {
        return {reinterpret_cast<const char*>(event_.data.scalar.value), event_.data.scalar.length};
    }
    bool is_plain() const { return event_.data.scalar.style == YAML_PLAIN_SCALAR_STYLE; }

    [[noreturn]] void fail(std::size_t line, const std::string& what) const {
        throw ConfigError(in_one_line(source_ + ", line " + std::to_string(line) + ": " + what));
    }

  private:
    void refuse_extras() const {
        const bool scalar = event_.type == YAML_SCALAR_EVENT;
        const bool mapping = event_.type == YAML_MAPPING_START_EVENT;
        const bool anchored = event_.type == YAML_ALIAS_EVENT ||
                              (scalar && event_.data.scalar.anchor != nullptr) ||
                              (mapping && event_.data.mapping_start.anchor != nullptr);
        const bool tagged = (scalar && event_.data.scalar.tag != nullptr) ||
                            (mapping && event_.data.mapping_start.tag != nullptr);
        if (anchored || tagged) {
            fail(line(), std::string("values must be written out, got ") +
                             (anchored ? "an anchor or alias (& or *)" : "a tag (!)") +
                             "; write the value itself");
        }
    }

    const std::string& source_;
    yaml_parser_t parser_{};
    yaml_event_t event_{};
};

// Where in the file keys stand: at the top, or in the section of a class or a stream.
struct Section {
    Layer layer;
    std::string name;
    std::string path;  // for messages: "classes: 2: "
};

const char* kind_of(yaml_event_type_t type) {
    return type == YAML_SEQUENCE_START_EVENT  ? "a list"
           : type == YAML_MAPPING_START_EVENT ? "a section"
                                              : "a single value";
}

// One reading of one text.
class Reading {
  public:
    Reading(const std::string& text, const std::string& source, Config& config)
        : parser_(text, source), config_(config) {}

    void read() {
        parser_.next();  // the stream's start
        if (parser_.next() == YAML_STREAM_END_EVENT) {
            return;  // an empty file says nothing, which is fine
        }
        const yaml_event_type_t content = parser_.next();
        if (content == YAML_MAPPING_START_EVENT) {
            read_section({Layer::file, "", ""});
        } else if (!is_nothing(content)) {
            fail(std::string("the file must hold lines of the form `key: value`, got ") +
                 kind_of(content) + "; put a colon and a space behind each key");
        }
        parser_.next();  // the document's end
        if (parser_.next() != YAML_STREAM_END_EVENT) {
            fail("the file must be one document, got a second one; remove what follows ---");
        }
    }

  private:
    [[noreturn]] void fail(const std::string& what) const { parser_.fail(parser_.line(), what); }

    bool is_nothing(yaml_event_type_t type) const {
        return type == YAML_SCALAR_EVENT && parser_.is_plain() && parser_.scalar().empty();
    }

    // Calls take(key, type of the value) for every entry of the mapping that has begun.
    template <class Take>
    void read_entries(Take&& take) {
        std::set<std::string> seen;
        yaml_event_type_t type;
        while ((type = parser_.next()) != YAML_MAPPING_END_EVENT) {
            if (type != YAML_SCALAR_EVENT) {
                fail(std::string("a key must be a word, got ") + kind_of(type) +
                     "; write `key: value`");
            }
            const std::string key = parser_.scalar();
            if (!seen.insert(key).second) {
                fail(key + " must stand once, got it twice; remove one of the two");
            }
            take(key, parser_.next());
        }
    }

    void read_section(const Section& section) {
        read_entries([&](const std::string& key, yaml_event_type_t type) {
            const bool top = section.layer == Layer::file;
            if (top && (key == "classes" || key == "streams")) {
                read_group(key, type);
            } else if (type != YAML_SCALAR_EVENT) {
                fail(section.path + key + " must be a single value, got " + kind_of(type) +
                     "; sections are classes: and streams:");
            } else {
                set(section, key, parser_.scalar());
            }
        });
    }

    // `classes:` or `streams:`, a section for each.
    void read_group(const std::string& group, yaml_event_type_t type) {
        if (is_nothing(type)) {
            return;
        }
        expect_section(group, type);
        read_entries([&](const std::string& name, yaml_event_type_t value) {
            expect_section(group + ": " + name, value);
            read_section({group == "classes" ? Layer::classes : Layer::streams, name,
                          group + ": " + name + ": "});
        });
    }

    void expect_section(const std::string& whose, yaml_event_type_t got) const {
        if (got != YAML_MAPPING_START_EVENT) {
            fail(whose + " must hold lines of the form `key: value`, got " + kind_of(got) +
                 "; indent its lines below it");
        }
    }

    void set(const Section& section, const std::string& key, std::string value) {
        if (key == "tracker_type" && section.layer == Layer::file) {
            if (value != "bytetrack") {
                fail("tracker_type must be bytetrack, got " + value +
                     "; this library is ByteTrack and nothing else");
            }
            return;
        }
        if (parser_.is_plain() && (value == "~" || value == "null")) {
            value.clear();
        }
        try {
            config_.set(section.layer, section.name, key, value);
        } catch (const ConfigError& error) {
            fail(section.path + error.what());
        }
    }

    Parser parser_;
    Config& config_;
};

}  // namespace

std::string read_text(const std::string& path) {
    const OpenFile file(path);
    struct stat status{};
    if (file.descriptor < 0 || ::fstat(file.descriptor, &status) != 0) {
        throw std::runtime_error(path + " must be readable, got: " + std::strerror(errno) +
                                 "; check the path in ll-config-file");
    }
    if (!S_ISREG(status.st_mode)) {
        throw std::runtime_error(path + " must be a regular file; check ll-config-file");
    }
    std::string text;
    char buffer[4096];
    ssize_t count;
    while ((count = ::read(file.descriptor, buffer, sizeof buffer)) > 0) {
        text.append(buffer, static_cast<std::size_t>(count));
        if (text.size() > kLargestFile) {
            throw std::runtime_error(path + " must be at most 1 MB; is it a configuration?");
        }
    }
    if (count < 0) {
        throw std::runtime_error(path + " must be readable, got: " + std::strerror(errno));
    }
    return text;
}

void read_yaml(const std::string& text, const std::string& source, Config& config) {
    std::string readable = text;
    const std::size_t start = text.compare(0, 3, "\xEF\xBB\xBF") == 0 ? 3 : 0;
    if (text.compare(start, 6, "%YAML:") == 0) {
        readable[start] = '#';  // to YAML a comment; the lines keep their numbers
    }
    Config trial = config;
    Reading(readable, source, trial).read();
    try {
        trial.check();
    } catch (const ConfigError& error) {
        throw ConfigError(in_one_line(source + ": " + error.what()));
    }
    config = std::move(trial);
}

}  // namespace streamtrack::nvmot
