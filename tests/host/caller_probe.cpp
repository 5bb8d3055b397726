// A library that only looks at its caller, as trackers do to find out which DeepStream they run in.
#include <dlfcn.h>

#include <cstdint>
#include <cstdio>
#include <string>

namespace {

char seen[4096] = "nobody called";
std::string copied;

struct Description {
    int numbers[2];
    const char* texts[3];
    const char* version;
};

void look_at(void* return_address) {
    Dl_info caller;
    if (dladdr(return_address, &caller) == 0) {
        return;
    }
    const char* version = "no such function";
    void* plugin = dlopen(caller.dli_fname, RTLD_NOLOAD | RTLD_LAZY);
    if (void* found = dlsym(plugin, "gst_plugin_nvdsgst_tracker_get_desc")) {
        const auto* described = reinterpret_cast<const Description* (*)()>(found)();
        version = described == nullptr            ? "no descriptor"
                  : described->version == nullptr ? "no version"
                                                  : described->version;
    }
    std::snprintf(seen, sizeof seen, "%s\n%s", caller.dli_fname, version);
}

}  // namespace

#define LOOK() look_at(__builtin_return_address(0))

extern "C" const char* last_caller() { return seen; }
extern "C" int NvMOT_Query(uint16_t, char*, void*) { return LOOK(), 7; }
extern "C" int NvMOT_Init(void*, void**, void*) { return LOOK(), 7; }
extern "C" void NvMOT_DeInit(void*) { LOOK(); }
extern "C" int NvMOT_Process(void*, void*, void*) { return LOOK(), 7; }
extern "C" int NvMOT_ProcessPast(void*, void*, void*) { return LOOK(), 7; }
extern "C" int NvMOT_RetrieveMiscData(void*, void*, void*) { return LOOK(), 7; }
extern "C" int NvMOT_RemoveStreams(void*, uint64_t stream) { return LOOK(), stream > 5; }
extern "C" int NvMOT_UpdateParams(void*, const std::string& text) {
    LOOK();
    copied = text;
    return static_cast<int>(text.size());
}
extern "C" const char* last_text() { return copied.c_str(); }
