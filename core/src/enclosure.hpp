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

// One read or write at a place of the pass, on balls: at `site` (z, attn_out, mlp_out, or the stream before, between
// and behind a block's layers) of a layer, whose numbers are [pos][width]. Written is where `mask` [pos][width] is not
// 0, and first; where nothing is read `out_mid` is null. What no logit follows from is neither.
struct BallTap {
  Site site;
  int32_t layer;
  int64_t width;
  const uint8_t* mask;
  const double *mid, *rad;    // [input][pos][width]
  int64_t stride;             // numbers from one input to the next; 0 where all have the same
  double *out_mid, *out_rad;  // [input][pos][width]
};

struct BallTaps {
  const BallTap* taps;
  int64_t n;
};

struct Enclosures {
  int64_t (*scratch)(const Spec&, const Inputs&);
  // Inputs lo .. hi, whose answers are given; weights are float64. False where this thread's arithmetic is not the one
  // that a proof rests on.
  bool (*enclose)(const Spec&, const double* weights, const Inputs&, BallTaps, int64_t lo, int64_t hi, const Enclosed&,
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
