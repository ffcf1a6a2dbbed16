// Gradients of a batch by those who work on it, and the optimiser.
#pragma once

#include "backward.hpp"
#include "loss.hpp"
#include "rows.hpp"

namespace {

using openwork::AdamW;
using openwork::Workers;

constexpr int64_t kPart = 64, kMostParts = 8;  // inputs and parts of a batch: fixed, so that no sum depends on threads

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
  int64_t n = 0, asked = 0;  // how many of them, and the answers that they want
  double attn_entropy = 0;   // the weight of attention's entropy in the loss

  Trainer(const Spec& s, const Inputs& in, int64_t batch_size, int workers_count, Arena& arena)
      : spec(s), inputs(in), layout(s), at(s), needed(s, in), parts(parts_of(batch_size)) {
    packed = arena.take<R>(at.room), packed_gradient = arena.take<R>(at.total), unfolded = arena.take<R>(at.total);
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
  double gradient(const R* weights, const int64_t* chosen, int64_t count, R* out, const Workers& workers,
                  double sharp = 0) {
    rows = chosen, n = count, asked = wanted(), attn_entropy = sharp;
    pack(spec, layout, at, weights, packed);
    const int64_t used = parts_of(n);
    workers.run(
        workers.self, used,
        [](void* self, int64_t part, int worker) { static_cast<Trainer*>(self)->work(part, worker); }, this);
    double loss = 0;
    for (int64_t p = 0; p < used; p++) loss += losses[p];
    for (int64_t i = 0; i < at.total; i++) packed_gradient[i] = part_gradients[i];
    for (int64_t p = 1; p < used; p++)
      for (int64_t i = 0; i < at.total; i++) packed_gradient[i] += part_gradients[p * at.total + i];
    unpack_gradient(spec, layout, at, weights, packed_gradient, unfolded, out);
    return loss / double(asked);
  }

 private:
  int64_t wanted() const {
    if (inputs.answer_kind == AnswerKind::symbol) return n * inputs.n_graded;
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++)
      for (int g = 0; g < inputs.n_graded; g++) count += inputs.answers[rows[i] * inputs.n_graded + g] != kUnasked;
    return count;
  }

  void work(int64_t part, int worker) {
    Arena arena(workers + worker * worker_bytes);
    Block<R> block(spec, inputs, needed, arena);
    const Slopes<R> slopes(spec, inputs, needed, arena);
    Vec<R>* gathered = arena.take<Vec<R>>(at.total);
    for (int64_t i = 0; i < at.total; i++) gathered[i] = Vec<R>{};
    const Forward<R> forward{spec, at, packed, inputs, needed, block, true};
    Vec<R> entropies{};
    Backward<R> backward{spec, at, packed, inputs, needed, block, slopes, gathered, nullptr};
    if (attn_entropy != 0) backward.entropies = &entropies;
    const int64_t size = part_size(n), from = part * size, to = from + size < n ? from + size : n;
    LaneTotals<R> loss;
    LaneRows<R> lanes = LaneRows<R>::listed(rows, from, to);
    load(lanes, block);
    for (int64_t first = from; first < to && !inputs.cancel->is_set(); first += Lanes<R>::count) {
      const LaneRows<R> here = lanes;
      swap(block.tokens, block.next_tokens), swap(block.answers, block.next_answers);
      const int64_t next = first + Lanes<R>::count;
      if (next < to) load(lanes = LaneRows<R>::listed(rows, next, to), block);
      call_for(inputs.tokens, inputs.n_pos, next + Lanes<R>::count);
      forward.run({&inputs, nullptr, &here, 0, -1, 0});
      call_for(inputs.answers, inputs.n_graded, next + Lanes<R>::count);
      loss.add(logit_slopes(forward, here.count, slopes.dlogits));
      if (backward.entropies) {
        const double each = attn_entropy * inputs.n_graded / double(asked);
        backward.sharpness = select<R>(first_lanes<R>(here.count), splat<R>(R(each)), Vec<R>{});
        entropies = Vec<R>{};
      }
      backward.run();
      if (backward.entropies) loss.add(entropies * splat<R>(R(asked)));
    }
    lane_sums<R>(gathered, at.total, part_gradients + part * at.total);
    losses[part] = loss.total();
  }

  // The next block's tokens and answers: long before they are needed, for a vector that is read right after its lanes
  // were written one by one has to wait for them.
  void load(const LaneRows<R>& lanes, Block<R>& block) const {
    lanes.load(inputs.tokens, inputs.n_pos, block.next_tokens);
    lanes.load(inputs.answers, inputs.n_graded, block.next_answers);
  }

  // A block's rows of a table lie anywhere, so they are called for one block ahead; one table at a time, for only about
  // a dozen reads can be on their way.
  void call_for(const int32_t* table, int width, int64_t first) const {
    for (int64_t i = first; i < first + Lanes<R>::count && i < n; i++) {
      const int32_t* row = table + rows[i] * width;
      __builtin_prefetch(row), __builtin_prefetch(row + width - 1);
    }
  }

  static void swap(Mask<R>*& a, Mask<R>*& b) {
    Mask<R>* kept = a;
    a = b, b = kept;
  }

  // Loss of a block, lane by lane, and the gradient of the batch's mean loss with respect to its logits.
  Vec<R> logit_slopes(const Forward<R>& forward, int64_t count, Vec<R>* dlogits) const {
    const int v = spec.d_vocab_out;
    const Mask<R> there = first_lanes<R>(count);
    const Vec<R> weight = select<R>(there, splat<R>(R(1) / R(asked)), Vec<R>{});
    if (needed.hi - needed.lo > inputs.n_graded)
      for (int j = 0; j < (needed.hi - needed.lo) * v; j++) dlogits[j] = Vec<R>{};
    if (inputs.answer_kind != AnswerKind::symbol)
      return select<R>(there, other_slopes(forward, weight, dlogits - needed.lo * v), Vec<R>{});
    Vec<R> sum{};
    sized_vocabulary<R>(v, [&](auto v) {
      for (int g = 0; g < inputs.n_graded; g++) {
        const int t = inputs.graded[g];
        Vec<R>* slope = dlogits + (t - needed.lo) * v;
        sum += cross_entropy_slope<R>(forward.logits(t), v, forward.block.answers[g], weight, slope);
      }
    });
    return select<R>(there, sum, Vec<R>{});
  }

  // The same where answers are sets, or not all of them wanted; `dlogits` [pos][d_vocab_out].
  Vec<R> other_slopes(const Forward<R>& forward, Vec<R> weight, Vec<R>* dlogits) const {
    const int v = spec.d_vocab_out;
    Vec<R> sum{};
    for (int g = 0; g < inputs.n_graded; g++) {
      const int t = inputs.graded[g];
      sum += answer_slope<R>(inputs.answer_kind, forward.logits(t), v, forward.block.answers[g], weight,
                             dlogits + int64_t(t) * v);
    }
    return sum;
  }
};

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

}  // namespace
