/* A stand-in for DeepStream's tracker plugin, libnvdsgst_tracker.so.
 *
 * A tracker library finds out which DeepStream called it by looking at its caller: dladdr of the
 * return address gives the plugin's file, and the plugin's descriptor gives its version. So every
 * NvMOT call of streamtrack.host passes through this object, and the descriptor here says the
 * version that Python sets.
 */
#include <stdint.h>
#include <stdio.h>

#define EXPORT __attribute__((visibility("default")))

/* Keeps the call from becoming a jump, which would leave the caller of this object as the return
 * address. */
#define RETURN_THROUGH_HERE() __asm__ volatile("" ::: "memory")

/* Laid out as GStreamer's GstPluginDesc: the version stands at byte 32 where pointers have 8 bytes.
 */
typedef struct {
    int major_version;
    int minor_version;
    const char* name;
    const char* description;
    void* plugin_init;
    const char* version;
    const char* license;
    const char* source;
    const char* package;
    const char* origin;
    const char* release_datetime;
    void* reserved[4];
} PluginDescription;

static char presented_version[32];
static PluginDescription plugin = {1,
                                   20,
                                   "nvdsgst_tracker",
                                   "Stand-in for gst-nvtracker",
                                   NULL,
                                   NULL,
                                   "unknown",
                                   "streamtrack",
                                   NULL,
                                   NULL,
                                   NULL,
                                   {NULL, NULL, NULL, NULL}};
static int plugin_is_described = 1;

EXPORT const PluginDescription* gst_plugin_nvdsgst_tracker_get_desc(void) {
    return plugin_is_described ? &plugin : NULL;
}

/* version: what the descriptor says from now on, NULL for a descriptor without one. */
EXPORT void shim_present_version(const char* version) {
    plugin.version = NULL;
    if (version != NULL) {
        snprintf(presented_version, sizeof presented_version, "%s", version);
        plugin.version = presented_version;
    }
}

/* described: 0 makes the descriptor function answer NULL. */
EXPORT void shim_present_descriptor(int described) { plugin_is_described = described; }

EXPORT int shim_query(int (*function)(uint16_t, char*, void*), uint16_t path_length, char* path,
                      void* query) {
    int status = function(path_length, path, query);
    RETURN_THROUGH_HERE();
    return status;
}

EXPORT int shim_init(int (*function)(void*, void**, void*), void* config, void** handle,
                     void* response) {
    int status = function(config, handle, response);
    RETURN_THROUGH_HERE();
    return status;
}

EXPORT void shim_deinit(void (*function)(void*), void* handle) {
    function(handle);
    RETURN_THROUGH_HERE();
}

/* Process, ProcessPast and RetrieveMiscData share one form: handle, what was asked, where the
 * answer goes. */
EXPORT int shim_process(int (*function)(void*, void*, void*), void* handle, void* asked,
                        void* answer) {
    int status = function(handle, asked, answer);
    RETURN_THROUGH_HERE();
    return status;
}

EXPORT int shim_remove_streams(int (*function)(void*, uint64_t), void* handle, uint64_t stream_id) {
    int status = function(handle, stream_id);
    RETURN_THROUGH_HERE();
    return status;
}

/* text: the address of a libstdc++ std::string, as a reference is passed. */
EXPORT int shim_update_params(int (*function)(void*, const void*), void* handle, const void* text) {
    int status = function(handle, text);
    RETURN_THROUGH_HERE();
    return status;
}
