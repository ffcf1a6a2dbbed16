// What surely holds the exact function of a model's weights, input by input: plain structs and function pointers.
#pragma once

#include "interface.hpp"

namespace openwork {

// By how much the right answer leads at the output where it leads least, or, where answers are sets of symbols, how far
// the logit that is nearest to 0 lies on its right side: between `lower` and `upper`; and the largest radius of a
// logit. Outputs at which a question wants no answer are left out. Each [input].
struct Enclosed {
  double *lower, *upper, *radius;
};

struct Enclosures {
  int64_t (*scratch)(const Spec&, const Inputs&);
  // Inputs lo .. hi, whose answers are given; weights are float64. False where this thread's arithmetic is not the one
  // that a proof rests on.
  bool (*enclose)(const Spec&, const double* weights, const Inputs&, int64_t lo, int64_t hi, const Enclosed&,
                  void* scratch);
};

// One for each level that was compiled in.
#define OPENWORK_DECLARE_LEVEL(level) \
  namespace level {                   \
  const Enclosures& enclosures();     \
  }
OPENWORK_DECLARE_LEVEL(portable)
OPENWORK_DECLARE_LEVEL(avx2)
OPENWORK_DECLARE_LEVEL(avx512)
OPENWORK_DECLARE_LEVEL(neon)
#undef OPENWORK_DECLARE_LEVEL

}  // namespace openwork
