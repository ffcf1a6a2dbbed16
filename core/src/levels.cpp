#include "levels.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "layout.hpp"

namespace openwork {

std::vector<std::string> usable_levels() {
  std::vector<std::string> found = {"portable"};
#if defined(OPENWORK_HAS_AVX2)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found.push_back("avx2");
#endif
#if defined(OPENWORK_HAS_AVX512)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    found.push_back("avx512");
#endif
#if defined(OPENWORK_HAS_NEON)
  found.push_back("neon");  // which every 64-bit ARM machine has
#endif
  return found;
}

namespace {

// One for each level that is usable at all.
struct Level {
  const char* name;
  const Kernels& (*narrow)(float);
  const Kernels& (*wide)(double);
  const Enclosures& (*enclosures)();
};

#define OPENWORK_OF(level)                                    \
  Level {                                                     \
    #level, level::kernels, level::kernels, level::enclosures \
  }

constexpr Level kLevels[] = {
    OPENWORK_OF(portable),
#if defined(OPENWORK_HAS_AVX2)
    OPENWORK_OF(avx2),
#endif
#if defined(OPENWORK_HAS_AVX512)
    OPENWORK_OF(avx512),
#endif
#if defined(OPENWORK_HAS_NEON)
    OPENWORK_OF(neon),
#endif
};

const Level& level_of(const std::string& name) {
  const std::vector<std::string> usable = usable_levels();
  if (std::find(usable.begin(), usable.end(), name) == usable.end())
    throw std::invalid_argument("this machine cannot run the SIMD level " + name);
  return *std::find_if(std::begin(kLevels), std::end(kLevels), [&](const Level& level) { return level.name == name; });
}

}  // namespace

const Kernels& kernels_of(const std::string& level, bool wide) {
  return wide ? level_of(level).wide(double()) : level_of(level).narrow(float());
}

const Enclosures& enclosures_of(const std::string& level) {
  return level_of(level).enclosures();
}

int64_t n_params(const Spec& spec) {
  return Layout(spec).total;
}

}  // namespace openwork
