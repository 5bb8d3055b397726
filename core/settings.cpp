#include "core/settings.hpp"

#include <algorithm>

namespace streamtrack {

const ClassSettings& Settings::override_or_own(std::int32_t class_id) const {
    const auto found = std::lower_bound(
        class_overrides.begin(), class_overrides.end(), class_id,
        [](const ClassOverride& entry, std::int32_t id) { return entry.class_id < id; });
    return found != class_overrides.end() && found->class_id == class_id ? found->settings : *this;
}

double Settings::highest(double ClassSettings::* field) const {
    double highest = this->*field;
    for (const ClassOverride& entry : class_overrides) {
        highest = std::max(highest, entry.settings.*field);
    }
    return highest;
}

std::int64_t Settings::buffer_frames() const {
    return static_cast<std::int64_t>(frame_rate / 30 * static_cast<double>(track_buffer));
}

}  // namespace streamtrack
