// Numbers as programs write them, whatever locale the host has set: for one scope of one thread.
#pragma once

#include <locale.h>

namespace streamtrack::nvmot {

class PlainLocale {
  public:
    PlainLocale()
        : plain_(newlocale(LC_ALL_MASK, "C", static_cast<locale_t>(nullptr))),
          before_(uselocale(plain_)) {}
    ~PlainLocale() {
        uselocale(before_);
        freelocale(plain_);
    }
    PlainLocale(const PlainLocale&) = delete;
    PlainLocale& operator=(const PlainLocale&) = delete;

  private:
    const locale_t plain_;
    const locale_t before_;
};

}  // namespace streamtrack::nvmot
