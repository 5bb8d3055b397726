#include "deepstream/live_contexts.hpp"

#include <mutex>

namespace streamtrack::nvmot {
namespace {

std::mutex list_mutex;
LiveContext* list_head = nullptr;

}  // namespace

LiveContext::LiveContext(Context& context) : context_(context) {
    const std::lock_guard<std::mutex> lock(list_mutex);
    next_ = list_head;
    list_head = this;
}

LiveContext::~LiveContext() {
    const std::lock_guard<std::mutex> lock(list_mutex);
    LiveContext** place = &list_head;
    while (*place != this) {
        place = &(*place)->next_;
    }
    *place = next_;
}

Context* LiveContext::find(const void* handle) {
    const std::lock_guard<std::mutex> lock(list_mutex);
    for (const LiveContext* one = list_head; one != nullptr; one = one->next_) {
        if (&one->context_ == handle) {
            return &one->context_;
        }
    }
    return nullptr;
}

}  // namespace streamtrack::nvmot
