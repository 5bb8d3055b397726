// Reading and writing NvMOT's structures by name: layouts.inc is made from layout.json when the
// tests run, so no offset stands here.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace {

struct Entry {
    const char* version;
    const char* name;  // "Struct.field" with its offset, "Struct" with its size
    size_t value;
};

constexpr Entry entries[] = {
#include "layouts.inc"
};

using Bytes = char*;
using Layout = std::map<std::string, size_t>;

// The layout that BROKEN_VERSION names now; another test of the same process may name another.
const Layout& layout() {
    static const std::map<std::string, Layout> all = [] {
        std::map<std::string, Layout> by_version;
        for (const Entry& entry : entries) {
            by_version[entry.version][entry.name] = entry.value;
        }
        return by_version;
    }();
    const char* wanted = std::getenv("BROKEN_VERSION");
    const auto found = all.find(wanted == nullptr ? "" : wanted);
    if (found == all.end()) {
        std::fprintf(stderr, "BROKEN_VERSION must name a version\n");
        std::abort();
    }
    return found->second;
}

bool has(const char* name) { return layout().count(name) > 0; }
size_t at(const char* name) { return layout().at(name); }

template <class T>
T get(const void* record, const char* name) {
    T value;
    std::memcpy(&value, static_cast<const char*>(record) + at(name), sizeof value);
    return value;
}

template <class T>
void put(void* record, const char* name, T value) {
    std::memcpy(static_cast<char*>(record) + at(name), &value, sizeof value);
}

bool declares(const char* kind) {
    const char* kinds = std::getenv("BROKEN_MISC");
    return kinds != nullptr && std::strstr(kinds, kind) != nullptr;
}

bool fault(const char* name) {
    const char* wanted = std::getenv("BROKEN_FAULT");
    return wanted != nullptr && std::strcmp(wanted, name) == 0;
}

}  // namespace
