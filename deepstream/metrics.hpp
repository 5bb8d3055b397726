// Health figures in Prometheus' text format, for node_exporter's textfile collector.
#pragma once

#include <string>

#include "core/settings.hpp"
#include "deepstream/figures.hpp"

namespace streamtrack::nvmot {

// A context's share in a metrics file while it lives. Contexts that name the same file share it.
class MetricsShare {
  public:
    // `context` tells the contexts of a process apart in the file.
    MetricsShare(const Settings& settings, unsigned context, const std::string& deepstream,
                 const Figures& figures);
    ~MetricsShare();
    MetricsShare(const MetricsShare&) = delete;
    MetricsShare& operator=(const MetricsShare&) = delete;

  private:
    const std::string path_;
    const unsigned context_;
};

}  // namespace streamtrack::nvmot
