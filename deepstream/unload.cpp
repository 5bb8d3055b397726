// Destroys the library's static objects when it is unloaded (DeepStream up to 8.0 does unload it).
//
// With gcc this lies in the compiler's own start files. zig, which builds the released library,
// links none, so the destructors would wait for the end of the process and find their code gone.

extern "C" {
extern void* __dso_handle __attribute__((visibility("hidden")));
void __cxa_finalize(void* library);
}

namespace {
__attribute__((destructor)) void destroy_static_objects() { __cxa_finalize(&__dso_handle); }
}  // namespace
