// What passes between the module and the kernels: plain structs and function pointers only.
//
// The kernels are compiled once for every SIMD level, each with its own compiler flags. Nothing here may have inline
// code with external linkage (no standard containers): the linker would merge the levels' copies and run AVX-512 code
// on a machine that has none.
#pragma once

#include <cstddef>
#include <cstdint>

#include "stop_flag.hpp"

namespace openwork {

enum class Activation : int32_t { relu, gelu, gelu_new, silu };
enum class Norm : int32_t { none, ln, ln_pre, rms, rms_pre };

struct Spec {
  int32_t n_layers, d_model, n_heads, d_head, d_mlp, d_vocab, d_vocab_out, n_ctx;
  Activation act;
  Norm norm;
  double eps, score_divisor;
  bool causal, positions;
  int32_t pad;  // the token whose positions no query sees; -1 where there is none
};

// Every place in the forward pass, in its order; openwork/models/sites.py has the list, and tests hold this one to it.
// `layer` is 0 outside the blocks.
enum class Site : int32_t {
  embed,
  pos_embed,
  resid_pre,
  ln1_scale,
  ln1_normalized,
  q,
  k,
  v,
  attn_scores,
  pattern,
  z,
  result,
  attn_out,
  resid_mid,
  ln2_scale,
  ln2_normalized,
  mlp_pre,
  mlp_post,
  mlp_out,
  resid_post,
  final_scale,
  final_normalized,
  count
};

constexpr const char* kSiteNames[] = {"embed",
                                      "pos_embed",
                                      "resid_pre",
                                      "ln1_scale",
                                      "ln1_normalized",
                                      "q",
                                      "k",
                                      "v",
                                      "attn_scores",
                                      "pattern",
                                      "z",
                                      "result",
                                      "attn_out",
                                      "resid_mid",
                                      "ln2_scale",
                                      "ln2_normalized",
                                      "mlp_pre",
                                      "mlp_post",
                                      "mlp_out",
                                      "resid_post",
                                      "final_scale",
                                      "final_normalized"};
static_assert(sizeof kSiteNames / sizeof *kSiteNames == size_t(Site::count), "a name for every site");

enum class TapKind : int32_t { constant, from_source, affine, given, read, gradient };

// One write or read at a site, of its value or of a metric's gradient with respect to it. Which members count depends
// on `kind`:
//   constant     index[n], values [model][n] (stride 0: the same for every model)
//   from_source  index[n], source: what the pass over that source's inputs has there, with that source's own writes
//   affine       index[n] are positions; values [model][d_model * d_model + d_model], matrix (in, out) then bias
//   given        index[n], values [model][input][n] (stride 0: the same for every model): each input's own numbers
//   read         out [model][input][n], n all numbers of the site; no index
//   gradient     the same
struct Tap {
  Site site;
  int32_t layer;
  TapKind kind;
  int32_t source;
  int64_t n;
  const int32_t* index;
  const void* values;
  int64_t values_stride;  // numbers from one model to the next
  void* out;
  int64_t out_stride;  // numbers from one model to the next
  int32_t world;       // in whose pass it writes: that of a source, or -1 for that of the inputs
  bool ordered;        // the index is 0, 1 .. n-1
};

// What an answer is: the id of a symbol; the same, or kUnasked where none is wanted; or a set of symbols, in which bit
// i stands for symbol i, or kUnasked. Training knows all three, scoring the first.
enum class AnswerKind : int32_t { symbol, symbol_or_none, set };
constexpr int32_t kUnasked = -1;

// The inputs of a pass. Row pointers are [input][n_pos]; answers are [input][n_graded] or null. A source takes only
// from sources before it. Once `cancel` is set a kernel returns after the block it is at, with results that nobody may
// use.
struct Inputs {
  int64_t n_inputs;
  int32_t n_pos, n_graded, n_sources, n_taps;
  const int32_t* tokens;
  const int32_t* answers;
  const int32_t* graded;
  const int32_t* const* sources;
  const Tap* taps;
  uint32_t sites;  // of all taps, a bit for each: most sites have none, and are passed without a look at the taps
  const StopFlag* cancel;
  AnswerKind answer_kind;
};

// What a pass over some inputs adds up to.
struct Partial {
  double loss;
  int64_t sequences;
  double margin;
  int64_t* right;  // [n_graded]
};

// The residual stream of an unedited pass over some inputs of one model, where stage `stage` (stages.hpp) begins: of
// every block of inputs in turn the number of its first position that was computed anew, in a vector of its own, and
// the positions from there on. A pass that is edited from that stage on begins with it. Without `memory` none is kept.
struct KeptStream {
  int32_t stage;
  void* memory;
};

struct AdamW {
  double beta1, beta2, eps, weight_decay, max_grad_norm;  // infinite where nothing is clipped
};

struct Training {
  Inputs inputs;
  const int64_t* order;  // [n_order], rows of the inputs
  int64_t n_order, batch_size;
  const double* rates;  // [steps]
  double attn_entropy;  // what attention's entropy counts in the loss; 0 for nothing
  AdamW optimiser;
};

// The kernels' plain form of a SpinTeam: those who share one model's batches. run(self, n, job, of) calls job(of, i,
// worker) for i from 0 to n - 1, each once, with workers 0 to size - 1 at work at the same time, and returns when all
// are done.
struct Workers {
  void* self;
  int32_t size;
  void (*run)(void* self, int64_t n, void (*job)(void* of, int64_t i, int32_t worker), void* of);
};

// The kernels of one SIMD level for one floating-point type. `scratch` is aligned to 64 bytes and as large as
// `pass_scratch` or `train_scratch` says.
struct Kernels {
  const char* level;
  int32_t lanes;
  // How many can work on a batch of so many inputs at once.
  int64_t (*parts)(int64_t batch_size);
  int64_t (*pass_scratch)(const Spec&, const Inputs&);
  int64_t (*train_scratch)(const Spec&, const Inputs&, int64_t batch_size, int32_t workers);
  // Inputs lo..hi of one model: writes `logits` [input][n_graded][d_vocab_out]; or null, then the pass ends where the
  // last tap has been read.
  void (*pass)(const Spec&, const void* weights, int32_t model, const Inputs&, int64_t lo, int64_t hi, void* logits,
               void* scratch);
  // Inputs lo..hi of one model under many plans: adds to `partials` [plan]. The taps are those of the sources, then
  // those of all plans, one plan after the other, `tap_counts` [plan] each; all are writes. A kept stream is that of
  // these inputs, and no plan has an edit in a stage before it.
  int64_t (*sweep_scratch)(const Spec&, const Inputs&, const int32_t* tap_counts, int32_t n_plans);
  void (*sweep)(const Spec&, const void* weights, int32_t model, const Inputs&, const int32_t* tap_counts,
                int32_t n_plans, int64_t lo, int64_t hi, KeptStream kept, Partial* partials, void* scratch);
  // Inputs lo..hi of one model: adds to `sums` the values that the taps take from source 0, which holds the inputs; one
  // tap after the other. A tap takes all numbers of its site, and every position is graded. Keeps the stream of a stage
  // that comes no later than the last tap.
  int64_t (*sums_scratch)(const Spec&, const Inputs&);
  void (*site_sums)(const Spec&, const void* weights, int32_t model, const Inputs&, int64_t lo, int64_t hi,
                    KeptStream kept, double* sums, void* scratch);
  // Inputs lo..hi of one model: their metric into `metric` [input], and its gradients at taps. The metric is the mean
  // loss over graded positions where an answer is wanted, or where `slopes` [input][n_graded][d_vocab_out] are given
  // the sum of slopes times logits.
  int64_t (*site_scratch)(const Spec&, const Inputs&);
  void (*site_gradients)(const Spec&, const void* weights, int32_t model, const Inputs&, int64_t lo, int64_t hi,
                         const void* slopes, void* metric, void* scratch);
  // Gradient of the mean loss over `rows` of the inputs, as long as the weights. Returns the mean loss.
  double (*gradient)(const Spec&, const void* weights, const Inputs&, const int64_t* rows, int64_t n, void* gradient,
                     const Workers&, void* scratch);
  // AdamW steps of one model in place. Returns the steps done: fewer than asked where a loss or gradient was not finite
  // (`losses` then holds NaN from there on).
  int64_t (*train)(const Spec&, void* weights, void* exp_avg, void* exp_avg_sq, int64_t first_step, const Training&,
                   double* losses, void* gradient, const Workers&, void* scratch);
};

int64_t n_params(const Spec&);

// Two of these for each level that was compiled in: the argument says which floating-point type, and nothing else.
#define OPENWORK_DECLARE_LEVEL(level) \
  namespace level {                   \
  const Kernels& kernels(float);      \
  const Kernels& kernels(double);     \
  }
OPENWORK_DECLARE_LEVEL(portable)
OPENWORK_DECLARE_LEVEL(avx2)
OPENWORK_DECLARE_LEVEL(avx512)
OPENWORK_DECLARE_LEVEL(neon)
#undef OPENWORK_DECLARE_LEVEL

}  // namespace openwork
