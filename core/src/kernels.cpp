// The kernels of one SIMD level: compiled once for each, with OPENWORK_LEVEL, OPENWORK_BYTES and OPENWORK_TILE set.
#include "backward.hpp"
#include "loss.hpp"

namespace {

using openwork::AdamW;
using openwork::Kernels;
using openwork::Partial;
using openwork::Training;

// Row pointers for the lanes of a block; lanes past the end repeat the last input and count for nothing.
template <class R>
struct LaneRows {
  const int32_t* tokens[Lanes<R>::count];
  int64_t row[Lanes<R>::count];
  int64_t count;

  template <class RowOf>
  LaneRows(const int32_t* all_tokens, int n_pos, int64_t first, int64_t end, RowOf row_of) {
    const int64_t left = end - first;
    count = left < Lanes<R>::count ? left : Lanes<R>::count;
    for (int l = 0; l < Lanes<R>::count; l++) {
      row[l] = row_of(first + (l < count ? l : count - 1));
      tokens[l] = all_tokens + row[l] * n_pos;
    }
  }

  Mask<R> answers(const Inputs& in, int g) const {
    Mask<R> out;
    for (int l = 0; l < Lanes<R>::count; l++) out[l] = in.answers[row[l] * in.n_graded + g];
    return out;
  }
};

template <class R>
int64_t scratch_bytes(const Spec& spec, const Inputs& inputs) {
  Arena counting(nullptr);
  Block<R> block(spec, inputs, true, counting);
  return counting.used();
}

template <class R>
void add_to(Partial& partial, const Judged<R>& judged, int g, int64_t count, bool* whole) {
  for (int64_t l = 0; l < count; l++) {
    partial.loss += double(judged.loss[l]);
    partial.right[g] += judged.right[l] != 0;
    whole[l] = whole[l] && judged.right[l] != 0;
    if (double(judged.margin[l]) < partial.margin) partial.margin = double(judged.margin[l]);
  }
}

template <class R>
void pass(const Spec& spec, const void* weights, int32_t model, const Inputs& inputs, int64_t lo, int64_t hi,
          void* logits, Partial* partial, void* scratch) {
  const Layout at(spec);
  Arena arena(scratch);
  Block<R> block(spec, inputs, false, arena);
  const Forward<R> forward{spec, at, static_cast<const R*>(weights), inputs, block, first_needed(spec, inputs)};
  forward.pack();
  const auto same = [](int64_t i) { return i; };
  for (int64_t first = lo; first < hi && !*inputs.cancel; first += Lanes<R>::count) {
    for (int32_t s = 0; s < inputs.n_sources; s++) {
      const LaneRows<R> rows(inputs.sources[s], inputs.n_pos, first, hi, same);
      forward.run(rows.tokens, Tapping<R>{&inputs, &block, model, s, first, rows.count});
    }
    const LaneRows<R> rows(inputs.tokens, inputs.n_pos, first, hi, same);
    forward.run(rows.tokens, Tapping<R>{&inputs, &block, model, -1, first, rows.count});
    bool whole[Lanes<R>::count];
    for (bool& w : whole) w = true;
    for (int g = 0; g < inputs.n_graded; g++) {
      forward.logits(inputs.graded[g], block.logits);
      if (logits) {
        const int n = spec.d_vocab_out;
        R* out = static_cast<R*>(logits) + (first * inputs.n_graded + g) * n;
        for (int64_t l = 0; l < rows.count; l++)
          for (int j = 0; j < n; j++) out[l * inputs.n_graded * n + j] = block.logits[j][l];
      }
      if (partial) {
        const Judged<R> judged = judge<R>(block.logits, spec.d_vocab_out, rows.answers(inputs, g), block.logits);
        add_to<R>(*partial, judged, g, rows.count, whole);
      }
    }
    if (partial)
      for (int64_t l = 0; l < rows.count; l++) partial->sequences += whole[l];
  }
}

// One batch: the gradient of its mean loss, and that loss.
template <class R>
double batch_gradient(const Forward<R>& forward, const Backward<R>& backward, const int64_t* chosen, int64_t n,
                      R* gradient) {
  const Inputs& in = forward.inputs;
  const Spec& spec = forward.spec;
  Block<R>& block = forward.block;
  const R share = R(1) / R(n * in.n_graded);
  double loss = 0;
  forward.pack();
  backward.begin_batch();
  for (int64_t first = 0; first < n && !*in.cancel; first += Lanes<R>::count) {
    const LaneRows<R> rows(in.tokens, in.n_pos, first, n, [chosen](int64_t i) { return chosen[i]; });
    forward.run(rows.tokens, Tapping<R>{&in, &block, 0, -1, first, rows.count});
    Vec<R> weight{};
    for (int64_t l = 0; l < rows.count; l++) weight[l] = share;
    backward.begin_block();
    for (int g = 0; g < in.n_graded; g++) {
      forward.logits(in.graded[g], block.logits);
      const Mask<R> answer = rows.answers(in, g);
      const Judged<R> judged = judge<R>(block.logits, spec.d_vocab_out, answer, block.dlogits);
      for (int64_t l = 0; l < rows.count; l++) loss += double(judged.loss[l]);
      for (int j = 0; j < spec.d_vocab_out; j++) {
        const Mask<R> own = answer == (Mask<R>{} + typename Lanes<R>::Int(j));
        block.dlogits[j] = (block.dlogits[j] - select<R>(own, all<R>(1), Vec<R>{})) * weight;
      }
      backward.unembed(in.graded[g]);
    }
    backward.layers(rows.tokens);
  }
  backward.finish_batch(gradient);
  return loss / double(n * in.n_graded);
}

template <class R>
double gradient(const Spec& spec, const void* weights, const Inputs& inputs, const int64_t* rows, int64_t n, void* out,
                void* scratch) {
  const Layout at(spec);
  Arena arena(scratch);
  Block<R> block(spec, inputs, true, arena);
  const R* w = static_cast<const R*>(weights);
  const int start = inputs.graded[0];
  return batch_gradient<R>({spec, at, w, inputs, block, start}, {spec, at, w, inputs, block, start}, rows, n,
                           static_cast<R*>(out));
}

// Decoupled weight decay, then Adam: torch.optim.AdamW (Loshchilov and Hutter 2019, algorithm 2).
template <class R>
void adamw_step(const AdamW& o, double rate, int64_t step, double clip, int64_t n, R* __restrict w,
                const R* __restrict g, R* __restrict m, R* __restrict v) {
  const double correction1 = 1 - __builtin_pow(o.beta1, double(step)),
               correction2 = 1 - __builtin_pow(o.beta2, double(step));
  const R decay = R(1 - rate * o.weight_decay), scale = R(clip), size = R(rate / correction1);
  const R b1 = R(o.beta1), b2 = R(o.beta2), rest1 = R(1 - o.beta1), rest2 = R(1 - o.beta2), eps = R(o.eps);
  const R root2 = R(__builtin_sqrt(correction2));
  for (int64_t i = 0; i < n; i++) {
    const R gradient = g[i] * scale;
    m[i] = b1 * m[i] + rest1 * gradient;
    v[i] = b2 * v[i] + rest2 * gradient * gradient;
    const R root = sizeof(R) == 4 ? R(__builtin_sqrtf(float(v[i]))) : R(__builtin_sqrt(double(v[i])));
    w[i] = w[i] * decay - size * m[i] / (root / root2 + eps);
  }
}

template <class R>
int64_t train(const Spec& spec, void* weights, void* exp_avg, void* exp_avg_sq, int64_t first_step, const Training& t,
              double* losses, void* gradient_memory, void* scratch) {
  const Layout at(spec);
  Arena arena(scratch);
  Block<R> block(spec, t.inputs, true, arena);
  R *w = static_cast<R*>(weights), *g = static_cast<R*>(gradient_memory);
  const int start = t.inputs.graded[0];
  const Forward<R> forward{spec, at, w, t.inputs, block, start};
  const Backward<R> backward{spec, at, w, t.inputs, block, start};
  const int64_t steps = (t.n_order + t.batch_size - 1) / t.batch_size;
  for (int64_t step = 0; step < steps; step++) {
    const int64_t from = step * t.batch_size, left = t.n_order - from;
    const double loss =
        batch_gradient<R>(forward, backward, t.order + from, left < t.batch_size ? left : t.batch_size, g);
    double square = 0;
    for (int64_t i = 0; i < at.total; i++) square += double(g[i]) * double(g[i]);
    if (*t.inputs.cancel) return step;
    if (!__builtin_isfinite(loss) || !__builtin_isfinite(square)) {
      for (int64_t s = step; s < steps; s++) losses[s] = __builtin_nan("");
      return step;
    }
    losses[step] = loss;
    const double norm = __builtin_sqrt(square) + 1e-6, most = t.optimiser.max_grad_norm;
    const double clip = norm > most ? most / norm : 1;
    adamw_step<R>(t.optimiser, t.rates[step], first_step + step + 1, clip, at.total, w, g, static_cast<R*>(exp_avg),
                  static_cast<R*>(exp_avg_sq));
  }
  return steps;
}

#define OPENWORK_NAME_(x) #x
#define OPENWORK_NAME(x) OPENWORK_NAME_(x)

template <class R>
constexpr Kernels kTable = {
    OPENWORK_NAME(OPENWORK_LEVEL), Lanes<R>::count, scratch_bytes<R>, pass<R>, gradient<R>, train<R>};

}  // namespace

const openwork::Kernels& openwork::OPENWORK_LEVEL::kernels(bool wide) {
  return wide ? kTable<double> : kTable<float>;
}
