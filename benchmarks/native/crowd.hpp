// A crowd as a detector sees it: people who walk, are missed, score low, come and go. Seeded, and
// the same on every machine, so that every program of a comparison gets the same frames.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/box.hpp"

namespace crowd {

class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed * 2 + 1) {}
    double uniform() {  // [0, 1), the generator is Steele and Vigna's splitmix64
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
        return static_cast<double>((z ^ z >> 31) >> 11) * 0x1p-53;
    }
    double between(double low, double high) { return low + (high - low) * uniform(); }

  private:
    std::uint64_t state_;
};

struct Person {
    double x, y, vx, vy, height;
    int frames_left;
};

// `objects` people in 1920x1080, so sized that they overlap as in a street scene at any number.
inline std::vector<std::vector<streamtrack::Detection>> frames_of(int objects, int frames,
                                                                  std::uint64_t seed) {
    constexpr double kWidth = 1920, kHeight = 1080;
    Random random(seed);
    const double size = std::fmin(220, 1100 / std::sqrt(static_cast<double>(objects)));
    const auto born = [&] {
        return Person{random.between(0, kWidth),        random.between(0, kHeight),
                      random.between(-.04, .04) * size, random.between(-.02, .02) * size,
                      random.between(.6, 1.4) * size,   static_cast<int>(random.between(50, 400))};
    };
    std::vector<Person> people;
    for (int k = 0; k < objects; ++k) {
        people.push_back(born());
    }
    std::vector<std::vector<streamtrack::Detection>> result(frames);
    for (auto& detections : result) {
        for (Person& person : people) {
            person.x += person.vx;
            person.y += person.vy;
            if (--person.frames_left < 0 || person.x < 0 || person.x > kWidth || person.y < 0 ||
                person.y > kHeight) {
                person = born();
            }
            if (random.uniform() < .05) {
                continue;  // missed
            }
            const double score =
                random.uniform() < .15 ? random.between(.1, .5) : random.between(.6, .99);
            const auto jitter = [&] { return 1 + random.between(-.02, .02); };
            const double height = person.height * jitter();
            const double width = person.height * .41 * jitter();
            detections.push_back({{static_cast<float>(person.x - width / 2 * jitter()),
                                   static_cast<float>(person.y - height / 2 * jitter()),
                                   static_cast<float>(width), static_cast<float>(height)},
                                  static_cast<float>(score),
                                  0});
        }
    }
    return result;
}

}  // namespace crowd
