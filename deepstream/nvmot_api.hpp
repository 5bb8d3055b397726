// The functions that DeepStream looks up in ll-lib-file. Nothing else is exported.
#pragma once

#include <cstddef>
#include <cstdint>

#include "deepstream/layout/every_version.hpp"

namespace streamtrack::nvmot {

// How a std::string of the host's C++ library (libstdc++) begins. Ours may be another one, so the
// type itself is never named.
struct HostString {
    const char* text;
    std::size_t size;
};

}  // namespace streamtrack::nvmot

extern "C" {

int NvMOT_Query(std::uint16_t path_size, char* path, void* query);
int NvMOT_Init(void* config, void** handle, streamtrack::nvmot::ConfigResponse* response);
void NvMOT_DeInit(void* handle);
int NvMOT_Process(void* handle, streamtrack::nvmot::ProcessParams* params,
                  streamtrack::nvmot::TrackedObjBatch* batch);
int NvMOT_RetrieveMiscData(void* handle, streamtrack::nvmot::ProcessParams* params, void* misc);
int NvMOT_ProcessPast(void* handle, streamtrack::nvmot::ProcessParams* params,
                      streamtrack::nvmot::MiscDataBatch* past);
int NvMOT_RemoveStreams(void* handle, std::uint64_t stream);
int NvMOT_UpdateParams(void* handle, const streamtrack::nvmot::HostString& yaml);
}
