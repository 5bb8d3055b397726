// Plays scripted calls to a tracker library, for what valgrind and sanitizers must see.
//
//     nvmot_driver LIBRARY VERSION [SCENARIO...]
#include <cstdio>
#include <cstring>
#include <exception>

#include "scenarios.hpp"

int main(int count, char** arguments) {
    if (count < 3) {
        std::fprintf(stderr, "usage: %s LIBRARY VERSION [SCENARIO...]\n", arguments[0]);
        return 2;
    }
    int played = 0;
    for (const native::Scenario& scenario : native::scenarios()) {
        bool wanted = count == 3;
        for (int k = 3; k < count; ++k) {
            wanted = wanted || std::strcmp(arguments[k], scenario.name) == 0;
        }
        if (!wanted) {
            continue;
        }
        ++played;
        try {
            native::present_version(arguments[2]);
            const std::string self = arguments[0];
            scenario.play({arguments[1], arguments[2], self.substr(0, self.rfind('/'))});
            std::printf("ok %s\n", scenario.name);
        } catch (const std::exception& error) {
            std::printf("FAILED %s: %s\n", scenario.name, error.what());
            return 1;
        }
    }
    return played > 0 ? 0 : 2;
}
