// The contexts that are open in this process. Hosts name them by their addresses.
#pragma once

namespace streamtrack::nvmot {

class Context;

// A member of the list. The list needs no memory of its own, hence leaves none behind at dlclose,
// and nothing is destroyed at the process's end while another thread still tracks.
class LiveContext {
  public:
    explicit LiveContext(Context& context);
    ~LiveContext();
    LiveContext(const LiveContext&) = delete;
    LiveContext& operator=(const LiveContext&) = delete;

    // Whether `handle` is an open context.
    static Context* find(const void* handle);

  private:
    Context& context_;
    LiveContext* next_ = nullptr;
};

}  // namespace streamtrack::nvmot
