// The kernels of one SIMD level: compiled once for each, with OPENWORK_LEVEL, OPENWORK_BYTES and OPENWORK_TILE set.
#include "backward.hpp"
#include "loss.hpp"

namespace {

using openwork::AdamW;
using openwork::Kernels;
using openwork::Partial;
using openwork::Team;
using openwork::Training;

constexpr int64_t kPart = 64, kMostParts = 8;  // inputs and parts of a batch: fixed, so that no sum depends on threads

// The inputs of a block; lanes past the end repeat the last one and count for nothing.
template <class R>
struct LaneRows {
  int64_t row[Lanes<R>::count];
  int64_t count;

  template <class RowOf>
  LaneRows(int64_t first, int64_t end, RowOf row_of) {
    const int64_t left = end - first;
    count = left < Lanes<R>::count ? left : Lanes<R>::count;
    for (int l = 0; l < Lanes<R>::count; l++) row[l] = row_of(first + (l < count ? l : count - 1));
  }

  // Columns 0 .. n-1 of these rows of a table, lanes side by side.
  void load(const int32_t* table, int n, Mask<R>* to) const {
    typedef typename Lanes<R>::Int Int;
    Int* out = reinterpret_cast<Int*>(to);
    for (int l = 0; l < Lanes<R>::count; l++) {
      const int32_t* from = table + row[l] * n;
      for (int t = 0; t < n; t++) out[t * Lanes<R>::count + l] = from[t];
    }
  }

  // The first column in which a lane is not what `load` left in `was`.
  int first_new(const int32_t* table, int n, const Mask<R>* was) const {
    typedef typename Lanes<R>::Int Int;
    const Int* old = reinterpret_cast<const Int*>(was);
    int first = n;
    for (int l = 0; l < Lanes<R>::count; l++) {
      const int32_t* from = table + row[l] * n;
      int same = 0;
      while (same < first && old[same * Lanes<R>::count + l] == from[same]) same++;
      first = same;
    }
    return first;
  }
};

// What a pass works with: packed weights, a block for the inputs and one for each source, and what sources gave.
template <class R>
struct PassMemory {
  R* packed;
  Vec<R>** saved;
  Mask<R>* right;
  void* blocks;
  int64_t block_bytes;

  PassMemory(const Spec& spec, const Inputs& inputs, const PackedLayout& at, const Needed& needed, Arena& arena) {
    packed = arena.take<R>(at.total), right = arena.take<Mask<R>>(inputs.n_graded);
    saved = arena.take<Vec<R>*>(inputs.n_taps);
    for (int i = 0; i < inputs.n_taps; i++) {
      const Tap& tap = inputs.taps[i];
      Vec<R>* found = arena.take<Vec<R>>(tap.kind == TapKind::from_source ? tap.n : 0);
      if (saved) saved[i] = found;
    }
    Arena counting(nullptr);
    Block<R> measured(spec, inputs, needed, counting);
    block_bytes = counting.used();
    blocks = arena.take<char>(block_bytes * (inputs.n_sources + 1));
  }

  Block<R> block(const Spec& spec, const Inputs& inputs, const Needed& needed, int number) const {
    Arena arena(static_cast<char*>(blocks) + number * block_bytes);
    return Block<R>(spec, inputs, needed, arena);
  }
};

template <class R>
int64_t pass_scratch(const Spec& spec, const Inputs& inputs) {
  Arena counting(nullptr);
  PassMemory<R>(spec, inputs, PackedLayout(spec), Needed(spec, inputs), counting);
  return counting.used();
}

// How right the logits of some blocks were, lane by lane.
template <class R>
struct Tally {
  double loss = 0;
  Vec<R> margin = all<R>(R(__builtin_inf()));
  Mask<R> sequences{};
  Mask<R>* right;  // [n_graded]

  void add(const Forward<R>& forward, int64_t count) {
    const Inputs& in = forward.inputs;
    const int n = forward.spec.d_vocab_out;
    Mask<R> there{}, whole;
    for (int64_t l = 0; l < count; l++) there[l] = -1;
    whole = there;
    Vec<R> sum{};
    for (int g = 0; g < in.n_graded; g++) {
      const Vec<R>* logits = forward.logits(in.graded[g]);
      const Mask<R> answer = forward.block.answers[g];
      sum += cross_entropy<R>(logits, n, answer, forward.block.odds);
      const Judged<R> judged = judge<R>(logits, n, answer);
      right[g] -= judged.right & there;  // a true lane is -1
      whole &= judged.right;
      margin = select<R>(there & (judged.margin < margin), judged.margin, margin);
    }
    sequences -= whole;
    for (int64_t l = 0; l < count; l++) loss += double(sum[l]);
  }

  void add_to(Partial& partial, int n_graded) const {
    partial.loss += loss;
    for (int l = 0; l < Lanes<R>::count; l++) {
      partial.sequences += sequences[l];
      if (double(margin[l]) < partial.margin) partial.margin = double(margin[l]);
      for (int g = 0; g < n_graded; g++) partial.right[g] += right[g][l];
    }
  }
};

template <class R>
void copy_logits(const Vec<R>* logits, int n, R* out, int64_t stride, int64_t count) {
  for (int64_t l = 0; l < count; l++)
    for (int j = 0; j < n; j++) out[l * stride + j] = logits[j][l];
}

template <class R>
void pass(const Spec& spec, const void* weights, int32_t model, const Inputs& inputs, int64_t lo, int64_t hi,
          void* logits, Partial* partial, void* scratch) {
  const PackedLayout at(spec);
  const Needed needed(spec, inputs);
  Arena arena(scratch);
  const PassMemory<R> memory(spec, inputs, at, needed, arena);
  pack(spec, Layout(spec), at, static_cast<const R*>(weights), memory.packed);
  Block<R> block = memory.block(spec, inputs, needed, inputs.n_sources);
  const int n = spec.d_vocab_out;
  Tally<R> tally;
  tally.right = memory.right;
  for (int g = 0; g < inputs.n_graded; g++) tally.right[g] = Mask<R>{};
  for (int64_t first = lo; first < hi && !*inputs.cancel; first += Lanes<R>::count) {
    const LaneRows<R> rows(first, hi, [](int64_t i) { return i; });
    const bool reuse = first > lo && spec.causal;
    int fresh = reuse ? rows.first_new(inputs.tokens, inputs.n_pos, block.tokens) : 0;
    rows.load(inputs.tokens, inputs.n_pos, block.tokens);
    for (int32_t s = 0; s < inputs.n_sources; s++) {
      Block<R> source = memory.block(spec, inputs, needed, s);
      const int of_source = reuse ? rows.first_new(inputs.sources[s], inputs.n_pos, source.tokens) : 0;
      rows.load(inputs.sources[s], inputs.n_pos, source.tokens);
      Forward<R>{spec, at, memory.packed, inputs, needed, source}.run(
          {&inputs, memory.saved, model, s, first, rows.count, of_source});
      if (of_source < fresh) fresh = of_source;
    }
    const Forward<R> forward{spec, at, memory.packed, inputs, needed, block};
    forward.run({&inputs, memory.saved, model, -1, first, rows.count, fresh});
    if (logits)
      for (int g = 0; g < inputs.n_graded; g++)
        copy_logits<R>(forward.logits(inputs.graded[g]), n, static_cast<R*>(logits) + (first * inputs.n_graded + g) * n,
                       inputs.n_graded * n, rows.count);
    if (partial) {
      rows.load(inputs.answers, inputs.n_graded, block.answers);
      tally.add(forward, rows.count);
    }
  }
  if (partial) tally.add_to(*partial, inputs.n_graded);
}

// A model in training and the memory of those who work on it.
template <class R>
struct Trainer {
  const Spec& spec;
  const Inputs& inputs;
  const Layout layout;
  const PackedLayout at;
  const Needed needed;
  int64_t parts;
  R *packed, *packed_gradient, *unfolded;
  R* part_gradients;  // [part][packed]
  double* losses;     // [part]
  char* workers;
  int64_t worker_bytes;
  const int64_t* rows = nullptr;
  int64_t n = 0;

  Trainer(const Spec& s, const Inputs& in, int64_t batch_size, int workers_count, Arena& arena)
      : spec(s), inputs(in), layout(s), at(s), needed(s, in), parts(parts_of(batch_size)) {
    packed = arena.take<R>(at.total), packed_gradient = arena.take<R>(at.total), unfolded = arena.take<R>(at.total);
    part_gradients = arena.take<R>(at.total * parts);
    losses = arena.take<double>(parts);
    Arena counting(nullptr);
    Block<R> block(spec, inputs, needed, counting);
    Slopes<R> slopes(spec, inputs, needed, counting);
    counting.take<Vec<R>>(at.total);
    worker_bytes = counting.used();
    workers = arena.take<char>(worker_bytes * workers_count);
  }

  static int64_t part_size(int64_t n) {
    const int64_t least = (n + kMostParts - 1) / kMostParts;
    return least <= kPart ? kPart : (least + kPart - 1) / kPart * kPart;
  }
  static int64_t parts_of(int64_t n) { return (n + part_size(n) - 1) / part_size(n); }

  // Of the mean loss over these rows of the inputs. Returns that loss.
  double gradient(const R* weights, const int64_t* chosen, int64_t count, R* out, const Team& team) {
    rows = chosen, n = count;
    pack(spec, layout, at, weights, packed);
    const int64_t used = parts_of(n);
    team.run(
        team.self, used, [](void* self, int64_t part, int worker) { static_cast<Trainer*>(self)->work(part, worker); },
        this);
    double loss = 0;
    for (int64_t p = 0; p < used; p++) loss += losses[p];
    for (int64_t i = 0; i < at.total; i++) packed_gradient[i] = part_gradients[i];
    for (int64_t p = 1; p < used; p++)
      for (int64_t i = 0; i < at.total; i++) packed_gradient[i] += part_gradients[p * at.total + i];
    unpack_gradient(spec, layout, at, weights, packed_gradient, unfolded, out);
    return loss / double(n * inputs.n_graded);
  }

 private:
  void work(int64_t part, int worker) {
    Arena arena(workers + worker * worker_bytes);
    Block<R> block(spec, inputs, needed, arena);
    const Slopes<R> slopes(spec, inputs, needed, arena);
    Vec<R>* gathered = arena.take<Vec<R>>(at.total);
    for (int64_t i = 0; i < at.total; i++) gathered[i] = Vec<R>{};
    const Forward<R> forward{spec, at, packed, inputs, needed, block};
    const Backward<R> backward{spec, at, packed, inputs, needed, block, slopes, gathered};
    const int64_t size = part_size(n), from = part * size, to = from + size < n ? from + size : n;
    double loss = 0;
    const auto row_of = [this](int64_t i) { return rows[i]; };
    LaneRows<R> lanes(from, to, row_of);
    load(lanes, from + Lanes<R>::count, block);
    for (int64_t first = from; first < to && !*inputs.cancel; first += Lanes<R>::count) {
      const LaneRows<R> here = lanes;
      swap(block.tokens, block.next_tokens), swap(block.answers, block.next_answers);
      const int64_t next = first + Lanes<R>::count;
      if (next < to) load(lanes = LaneRows<R>(next, to, row_of), next + Lanes<R>::count, block);
      forward.run({&inputs, nullptr, 0, -1, first, here.count, 0});
      loss += logit_slopes(forward, here.count, slopes.dlogits);
      backward.run();
    }
    lane_sums<R>(gathered, at.total, part_gradients + part * at.total);
    losses[part] = loss;
  }

  // The next block's tokens and answers: long before they are needed, for a vector that is read right after its lanes
  // were written one by one has to wait for them. The rows lie anywhere, so those of the block after are called for.
  void load(const LaneRows<R>& lanes, int64_t after, Block<R>& block) const {
    for (int64_t i = after; i < after + Lanes<R>::count && i < n; i++) {
      const int32_t *tokens = inputs.tokens + rows[i] * inputs.n_pos,
                    *answers = inputs.answers + rows[i] * inputs.n_graded;
      __builtin_prefetch(tokens), __builtin_prefetch(tokens + inputs.n_pos - 1);
      __builtin_prefetch(answers), __builtin_prefetch(answers + inputs.n_graded - 1);
    }
    lanes.load(inputs.tokens, inputs.n_pos, block.next_tokens);
    lanes.load(inputs.answers, inputs.n_graded, block.next_answers);
  }

  static void swap(Mask<R>*& a, Mask<R>*& b) {
    Mask<R>* kept = a;
    a = b, b = kept;
  }

  // Loss of a block, and the gradient of the batch's mean loss with respect to its logits.
  double logit_slopes(const Forward<R>& forward, int64_t count, Vec<R>* dlogits) const {
    const int v = spec.d_vocab_out;
    Vec<R> weight{};
    for (int64_t l = 0; l < count; l++) weight[l] = R(1) / R(n * inputs.n_graded);
    if (needed.hi - needed.lo > inputs.n_graded)
      for (int j = 0; j < (needed.hi - needed.lo) * v; j++) dlogits[j] = Vec<R>{};
    Vec<R> sum{};
    for (int g = 0; g < inputs.n_graded; g++) {
      const Mask<R> answer = forward.block.answers[g];
      Vec<R>* slope = dlogits + (inputs.graded[g] - needed.lo) * v;
      sum += cross_entropy<R>(forward.logits(inputs.graded[g]), v, answer, slope);
      for (int j = 0; j < v; j++)
        slope[j] = (slope[j] - select<R>(answer == every<R>(j), all<R>(1), Vec<R>{})) * weight;
    }
    double loss = 0;
    for (int64_t l = 0; l < count; l++) loss += double(sum[l]);
    return loss;
  }
};

template <class R>
int64_t train_scratch(const Spec& spec, const Inputs& inputs, int64_t batch_size, int workers) {
  Arena counting(nullptr);
  Trainer<R>(spec, inputs, batch_size, workers, counting);
  return counting.used();
}

template <class R>
double gradient(const Spec& spec, const void* weights, const Inputs& inputs, const int64_t* rows, int64_t n, void* out,
                const Team& team, void* scratch) {
  Arena arena(scratch);
  Trainer<R> trainer(spec, inputs, n, team.size, arena);
  return trainer.gradient(static_cast<const R*>(weights), rows, n, static_cast<R*>(out), team);
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
double square_norm(const R* x, int64_t n) {
  double part[8] = {};
  for (int64_t i = 0; i + 8 <= n; i += 8)
    for (int j = 0; j < 8; j++) part[j] += double(x[i + j]) * double(x[i + j]);
  for (int64_t i = n / 8 * 8; i < n; i++) part[0] += double(x[i]) * double(x[i]);
  return ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
}

template <class R>
int64_t train(const Spec& spec, void* weights, void* exp_avg, void* exp_avg_sq, int64_t first_step, const Training& t,
              double* losses, void* gradient_memory, const Team& team, void* scratch) {
  Arena arena(scratch);
  Trainer<R> trainer(spec, t.inputs, t.batch_size, team.size, arena);
  const int64_t n_params = trainer.layout.total;
  R *w = static_cast<R*>(weights), *g = static_cast<R*>(gradient_memory);
  const int64_t steps = (t.n_order + t.batch_size - 1) / t.batch_size;
  for (int64_t step = 0; step < steps; step++) {
    const int64_t from = step * t.batch_size, left = t.n_order - from;
    const double loss = trainer.gradient(w, t.order + from, left < t.batch_size ? left : t.batch_size, g, team);
    if (*t.inputs.cancel) return step;
    const double square = square_norm(g, n_params);
    if (!__builtin_isfinite(loss) || !__builtin_isfinite(square)) {
      for (int64_t s = step; s < steps; s++) losses[s] = __builtin_nan("");
      return step;
    }
    losses[step] = loss;
    const double norm = __builtin_sqrt(square) + 1e-6, most = t.optimiser.max_grad_norm;
    const double clip = norm > most ? most / norm : 1;
    adamw_step<R>(t.optimiser, t.rates[step], first_step + step + 1, clip, n_params, w, g, static_cast<R*>(exp_avg),
                  static_cast<R*>(exp_avg_sq));
  }
  return steps;
}

#define OPENWORK_NAME_(x) #x
#define OPENWORK_NAME(x) OPENWORK_NAME_(x)

template <class R>
constexpr Kernels kTable = {OPENWORK_NAME(OPENWORK_LEVEL),
                            Lanes<R>::count,
                            Trainer<R>::parts_of,
                            pass_scratch<R>,
                            train_scratch<R>,
                            pass<R>,
                            gradient<R>,
                            train<R>};

}  // namespace

const openwork::Kernels& openwork::OPENWORK_LEVEL::kernels(bool wide) {
  return wide ? kTable<double> : kTable<float>;
}
