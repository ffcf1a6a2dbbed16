#include "levels.hpp"

#include <algorithm>
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

// Of a level's two tables.
#define OPENWORK_OF(level) (wide ? level::kernels(double()) : level::kernels(float()))

const Kernels& kernels_of(const std::string& level, bool wide) {
  const std::vector<std::string> usable = usable_levels();
  if (std::find(usable.begin(), usable.end(), level) == usable.end())
    throw std::invalid_argument("this machine cannot run the SIMD level " + level);
#if defined(OPENWORK_HAS_AVX512)
  if (level == "avx512") return OPENWORK_OF(avx512);
#endif
#if defined(OPENWORK_HAS_AVX2)
  if (level == "avx2") return OPENWORK_OF(avx2);
#endif
#if defined(OPENWORK_HAS_NEON)
  if (level == "neon") return OPENWORK_OF(neon);
#endif
  return OPENWORK_OF(portable);
}

int64_t n_params(const Spec& spec) {
  return Layout(spec).total;
}

}  // namespace openwork
