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

struct Layout {
    const char* version;
    std::map<std::string, size_t> at;  // "Struct.field" -> offset, "Struct" -> size
};

const std::vector<Layout>& layouts() {
    static const std::vector<Layout> all = {
#include "layouts.inc"
    };
    return all;
}

using Bytes = char*;

const Layout& layout() {
    const char* wanted = std::getenv("BROKEN_VERSION");
    for (const Layout& one : layouts()) {
        if (wanted != nullptr && std::strcmp(one.version, wanted) == 0) {
            return one;
        }
    }
    std::fprintf(stderr, "BROKEN_VERSION must name a version\n");
    std::abort();
}

bool has(const char* name) { return layout().at.count(name) > 0; }
size_t at(const char* name) { return layout().at.at(name); }

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
