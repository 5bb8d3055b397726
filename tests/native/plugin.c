/* The driver's stand-in for gst-nvtracker: it has a descriptor with a version, and calls come from
 * its code, as the library's search for its host expects. */
#include <stddef.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))

struct description {
    int major, minor;
    const char *name, *text;
    void* init;
    const char* version;
};
static struct description description = {1, 20, "nvdsgst_tracker", "driver", NULL, NULL};

EXPORT const struct description* gst_plugin_nvdsgst_tracker_get_desc(void) { return &description; }
EXPORT void plugin_set_version(const char* version) { description.version = version; }

EXPORT int plugin_query(int (*call)(uint16_t, char*, void*), uint16_t size, char* path,
                        void* query) {
    volatile int status = call(size, path, query); /* no tail call: we must be the caller */
    return status;
}

EXPORT int plugin_init(int (*call)(void*, void**, void*), void* config, void** handle,
                       void* response) {
    volatile int status = call(config, handle, response);
    return status;
}
