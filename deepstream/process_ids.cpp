#include "deepstream/process_ids.hpp"

#include <asm/unistd.h>
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <mutex>
#include <new>

#include "core/ids.hpp"

namespace streamtrack::nvmot {
namespace {

// Give it another number where ProcessIds changes. Below: as the system lists it.
constexpr const char* kName = "streamtrack-ids-2";
constexpr const char* kMapped = " /memfd:streamtrack-ids-2 (deleted)";
constexpr std::size_t kSize = 4096;
static_assert(sizeof(ProcessIds) == sizeof(std::mutex) + 24,
              "the page's layout changed: give kName a new number");

// The page that an earlier library left, or nullptr.
void* find_page() {
    std::FILE* const maps = std::fopen("/proc/self/maps", "re");
    if (maps == nullptr) {
        return errno == ENOMEM ? throw std::bad_alloc() : nullptr;
    }
    constexpr int kLongestLine = 4352;  // a path of 4096 bytes and what stands in front of it
    char line[kLongestLine];
    void* page = nullptr;
    while (page == nullptr && std::fgets(line, kLongestLine, maps) != nullptr) {
        if (std::strstr(line, kMapped) != nullptr && std::sscanf(line, "%p-", &page) != 1) {
            page = nullptr;
        }
    }
    std::fclose(maps);
    return page;
}

// Private, so that a forked child counts on for itself.
void* make_page() {
    constexpr unsigned kCloseOnExec = 1;
    const auto file = static_cast<int>(::syscall(__NR_memfd_create, kName, kCloseOnExec));
    if (file < 0) {
        return nullptr;
    }
    void* page = MAP_FAILED;
    if (::ftruncate(file, kSize) == 0) {
        page = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    }
    ::close(file);
    return page == MAP_FAILED ? nullptr : new (page) ProcessIds;
}

}  // namespace

void share_ids_with_process() {
    static std::mutex mutex;
    static bool done = false;
    const std::lock_guard<std::mutex> lock(mutex);
    if (done) {
        return;
    }
    void* page = find_page();
    page = page != nullptr ? page : make_page();
    if (page != nullptr) {
        use_process_ids(*static_cast<ProcessIds*>(page));
    }
    done = true;
}

}  // namespace streamtrack::nvmot
