// The border: no exception passes it, and every failure is a status and a line on stderr.
#include "deepstream/nvmot_api.hpp"

#include <exception>
#include <new>
#include <string>

#include "deepstream/configuration.hpp"
#include "deepstream/context.hpp"
#include "deepstream/host_version.hpp"
#include "deepstream/live_contexts.hpp"
#include "deepstream/log.hpp"
#include "deepstream/process_ids.hpp"

#define STREAMTRACK_EXPORT __attribute__((visibility("default"), noinline))

namespace streamtrack::nvmot {
namespace {

Context* context_of(void* handle) { return static_cast<Context*>(handle); }

std::string text_of_path(const char* path, std::size_t size) {
    std::string text = path != nullptr ? std::string(path, size) : std::string();
    return text.substr(0, text.find('\0'));
}

// Runs `body`; what it throws becomes a line on stderr and `failed`.
template <class Result, class Body>
Result guarded(const char* function, Result failed, Body&& body) noexcept {
    try {
        return body();
    } catch (const std::bad_alloc&) {
        write_log(LogLevel::error, Place(), "%s: out of memory", function);
    } catch (const std::exception& error) {
        write_log(LogLevel::error, Place(), "%s: %s", function, error.what());
    } catch (...) {
        write_log(LogLevel::error, Place(), "%s: unknown failure", function);
    }
    return failed;
}

void fill(ConfigResponse* response, ConfigStatus::Value status) {
    if (response != nullptr) {
        *response = {status, ConfigStatus::ok, ConfigStatus::ok, ConfigStatus::ok, status};
    }
}

}  // namespace
}  // namespace streamtrack::nvmot

using namespace streamtrack;
using namespace streamtrack::nvmot;

STREAMTRACK_EXPORT int NvMOT_Query(std::uint16_t path_size, char* path, void* query) {
    const void* caller = __builtin_return_address(0);
    return guarded("NvMOT_Query", static_cast<int>(Status::error), [&]() -> int {
        if (query == nullptr) {
            return Status::error;
        }
        if (const Host* host = known_host()) {
            // From 7.0 on the context that is asked has its configuration already.
            if (const Context* context = LiveContext::find(host->abi->queried_context(query))) {
                host->abi->answer_query(query, context->answer());
                return Status::ok;
            }
        }
        const Settings settings = load_config(text_of_path(path, path_size)).resolve();
        const Host& host = find_host(caller, FirstCall::query, settings.deepstream_version);
        host.abi->answer_query(query, answer_for(settings));
        return Status::ok;
    });
}

STREAMTRACK_EXPORT int NvMOT_Init(void* config, void** handle, ConfigResponse* response) {
    const void* caller = __builtin_return_address(0);
    fill(response, ConfigStatus::error);
    if (config == nullptr || handle == nullptr) {
        return Status::error;
    }
    *handle = nullptr;  // hosts look at this, not at the status
    return guarded("NvMOT_Init", static_cast<int>(Status::error), [&]() -> int {
        const HostConfig told = abi_for_init().read_config(config);
        Config wished = load_config(text_of_path(told.path, told.path_size));
        const Host& host = find_host(caller, FirstCall::init, wished.resolve().deepstream_version);
        share_ids_with_process();
        *handle = new Context(host, told, std::move(wished));
        fill(response, ConfigStatus::ok);
        return Status::ok;
    });
}

STREAMTRACK_EXPORT void NvMOT_DeInit(void* handle) {
    guarded("NvMOT_DeInit", 0, [&] {
        Context* const context = LiveContext::find(handle);
        if (context == nullptr && handle != nullptr) {
            write_log(LogLevel::error, Place(), "NvMOT_DeInit: no such context; nothing is closed");
        }
        delete context;
        return 0;
    });
}

STREAMTRACK_EXPORT int NvMOT_Process(void* handle, ProcessParams* params, TrackedObjBatch* batch) {
    return guarded("NvMOT_Process", static_cast<int>(Status::ok), [&]() -> int {
        return handle == nullptr ? Status::error : context_of(handle)->process(params, batch);
    });
}

STREAMTRACK_EXPORT int NvMOT_RetrieveMiscData(void* handle, ProcessParams* params, void* misc) {
    return guarded("NvMOT_RetrieveMiscData", static_cast<int>(Status::ok), [&]() -> int {
        if (handle != nullptr) {
            context_of(handle)->retrieve_misc_data(params, misc);
        }
        return Status::ok;
    });
}

STREAMTRACK_EXPORT int NvMOT_ProcessPast(void* handle, ProcessParams* params, MiscDataBatch* past) {
    return guarded("NvMOT_ProcessPast", static_cast<int>(Status::ok), [&]() -> int {
        if (handle != nullptr) {
            context_of(handle)->process_past(params, past);
        }
        return Status::ok;
    });
}

STREAMTRACK_EXPORT int NvMOT_RemoveStreams(void* handle, std::uint64_t stream) {
    return guarded("NvMOT_RemoveStreams", static_cast<int>(Status::ok), [&]() -> int {
        if (handle != nullptr) {
            context_of(handle)->remove_streams(stream);
        }
        return Status::ok;
    });
}

STREAMTRACK_EXPORT int NvMOT_UpdateParams(void* handle, const HostString& yaml) {
    return guarded("NvMOT_UpdateParams", static_cast<int>(Status::error), [&]() -> int {
        if (handle == nullptr) {
            return Status::error;
        }
        context_of(handle)->change(std::string(yaml.text, yaml.size));
        return Status::ok;
    });
}
