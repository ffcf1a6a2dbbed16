// A pass over balls, one input per SIMD lane: compiled for every level, with the same bits from each.
#include "enclosure.hpp"

#include "arena.hpp"
#include "enclosed_layers.hpp"
#include "layout.hpp"

namespace {

using openwork::AnswerKind;
using openwork::BallTap;
using openwork::BallTaps;
using openwork::Enclosed;
using openwork::Inputs;
using openwork::Site;
using openwork::Spec;

// Everything of as many inputs as there are lanes; per position unless said.
struct Block {
  double* sizes;                   // [param], every weight's distance from 0
  Ball *stream, *read, *z, *wide;  // [d_model], [d_model], [heads * d_head]; one position's widest layer
  Ball *q, *k, *v, *p;             // one head's, [d_head]; one query's pattern [key]
  Summed reads, keys, values;      // `reads` of the widest layer, one position
  Reals *low, *high;               // one query's e^score, [key]
  Longs* pads;

  Block(const Spec& s, const Inputs& in, Arena& room) {
    const int64_t n = in.n_pos, d = s.d_model, heads = int64_t(s.n_heads) * s.d_head;
    int64_t widest = d > heads ? d : heads;
    if (s.d_mlp > widest) widest = s.d_mlp;
    sizes = room.take<double>(Layout(s).total);
    stream = room.take<Ball>(n * d), read = room.take<Ball>(n * d), z = room.take<Ball>(n * heads);
    wide = room.take<Ball>(widest > s.d_vocab_out ? widest : s.d_vocab_out);
    q = room.take<Ball>(n * s.d_head), k = room.take<Ball>(n * s.d_head), v = room.take<Ball>(n * s.d_head);
    p = room.take<Ball>(n);
    reads = summed(room, n * widest), keys = summed(room, n * s.d_head), values = summed(room, n * s.d_head);
    low = room.take<Reals>(n), high = room.take<Reals>(n);
    pads = room.take<Longs>(n);
  }

 private:
  static Summed summed(Arena& room, int64_t n) {
    return {room.take<Reals>(n), room.take<Reals>(n), room.take<Reals>(n)};
  }
};

inline Summed at(const Summed& all, int64_t i) {
  return {all.mid + i, all.wide + i, all.size + i};
}

struct Ends {
  Reals least, most;
};

// How far the right answer's logit lies above another one.
inline Ends lead(const Ball& right, const Ball& other) {
  return {low(right) - high(other), high(right) - low(other)};
}

// How far the logit of a symbol lies above 0 where it is in the set, and below 0 where it is not.
inline Ends beyond_zero(const Ball& logit, const Longs& inside) {
  return {pick(inside, low(logit), -high(logit)), pick(inside, high(logit), -low(logit))};
}

class Pass {
 public:
  Pass(const Spec& spec, const double* weights, const Inputs& inputs, BallTaps taps, void* scratch)
      : s(spec), in(inputs), w(weights), tapped(taps), layout(spec), room(scratch), b(spec, inputs, room) {
    for (int64_t i = 0; i < layout.total; i++) b.sizes[i] = __builtin_fabs(w[i]);
    lo = in.graded[0], hi = in.graded[in.n_graded - 1] + 1, end = s.causal ? hi : in.n_pos;
  }

  // Inputs first .. first + n - 1; the last one stands in for those that there are not.
  void run(int64_t first, int64_t n, const Enclosed& out) {
    for (int l = 0; l < kLanes; l++) row[l] = first + (l < n ? l : n - 1);
    embed();
    for (layer = 0; layer < s.n_layers; layer++) {
      const bool last = layer == s.n_layers - 1;
      streams(Site::resid_pre, 0, end);
      from = last ? lo : 0, to = last ? hi : end;
      attend(layout.layer[layer]);
      streams(Site::resid_mid, from, to);
      if (s.d_mlp) think(layout.layer[layer]);
      streams(Site::resid_post, from, to);
    }
    judge(first, n, out);
  }

 private:
  const Spec& s;
  const Inputs& in;
  const double* w;
  const BallTaps tapped;
  const Layout layout;
  Arena room;
  Block b;
  int lo, hi, end, from = 0, to = 0, layer = 0;
  int64_t row[kLanes];

  int32_t token(int lane, int t) const { return in.tokens[row[lane] * in.n_pos + t]; }

  void embed() {
    const int d = s.d_model;
    for (int t = 0; t < end; t++) {
      for (int l = 0; l < kLanes; l++) b.pads[t][l] = token(l, t) == s.pad ? -1 : 0;
      for (int i = 0; i < d; i++) {
        Reals x;
        for (int l = 0; l < kLanes; l++) x[l] = w[layout.W_E + int64_t(token(l, t)) * d + i];
        b.stream[t * d + i] = exact(x);
        if (s.positions) b.stream[t * d + i] = exact(x) + exact(all(w[layout.W_pos + int64_t(t) * d + i]));
      }
    }
  }

  // What is written and read at a site of this layer, at one position.
  void tap(Site site, int t, Ball* x) {
    for (int64_t k = 0; k < tapped.n; k++) {
      const BallTap& here = tapped.taps[k];
      if (here.site != site || here.layer != layer) continue;
      const int64_t start = t * here.width, whole = in.n_pos * here.width;
      for (int64_t i = start; i < start + here.width; i++) {
        Ball& own = x[i - start];
        if (here.mask && here.mask[i])
          for (int l = 0; l < kLanes; l++) {
            own.mid[l] = here.mid[row[l] * here.stride + i];
            own.rad[l] = here.rad[row[l] * here.stride + i];
          }
        if (here.out_mid)
          for (int l = 0; l < kLanes; l++) {
            here.out_mid[row[l] * whole + i] = own.mid[l];
            here.out_rad[row[l] * whole + i] = own.rad[l];
          }
      }
    }
  }

  void streams(Site site, int first, int behind) {
    for (int t = first; t < behind && tapped.n; t++) tap(site, t, b.stream + t * s.d_model);
  }

  // What a layer reads at a position.
  void norm(const NormAt& weights, const Ball* x, Ball* out) {
    const int d = s.d_model;
    if (s.norm == Norm::none) {
      for (int i = 0; i < d; i++) out[i] = x[i];
      return;
    }
    normalise(x, d, s.norm == Norm::ln || s.norm == Norm::ln_pre, s.eps, out);
    scale_and_shift(out, d, weights.w < 0 ? nullptr : w + weights.w, weights.b < 0 ? nullptr : w + weights.b);
  }

  void project(const Summed& x, int n_in, int64_t W, int64_t bias, int n_out, Ball* out) {
    linear(x, n_in, w + W, b.sizes + W, bias < 0 ? nullptr : w + bias, n_out, out);
  }

  void attend(const LayerAt& at_layer) {
    const int d = s.d_model, e = s.d_head;
    for (int t = 0; t < end; t++) {
      norm(at_layer.ln1, b.stream + t * d, b.read + t * d);
      prepare(b.read + t * d, d, d, at(b.reads, int64_t(t) * d));
    }
    for (int h = 0; h < s.n_heads; h++) {
      const int64_t W = int64_t(h) * d * e, bias = int64_t(h) * e;
      for (int t = 0; t < end; t++) {
        const Summed x = at(b.reads, int64_t(t) * d);
        project(x, d, at_layer.W_K + W, at_layer.b_K + bias, e, b.k + t * e);
        project(x, d, at_layer.W_V + W, at_layer.b_V + bias, e, b.v + t * e);
        prepare(b.k + t * e, e, e, at(b.keys, int64_t(t) * e));
        prepare(b.v + t * e, e, in.n_pos, at(b.values, int64_t(t) * e));
        if (t >= from && t < to) project(x, d, at_layer.W_Q + W, at_layer.b_Q + bias, e, b.q + t * e);
      }
      for (int t = from; t < to; t++) look(t, h);
    }
    const int heads = s.n_heads * e;
    for (int t = from; t < to; t++) {
      tap(Site::z, t, b.z + t * heads);
      prepare(b.z + t * heads, heads, heads, b.reads);
      project(b.reads, heads, at_layer.W_O, at_layer.b_O, d, b.wide);
      tap(Site::attn_out, t, b.wide);
      for (int i = 0; i < d; i++) b.stream[t * d + i] = b.stream[t * d + i] + b.wide[i];
    }
  }

  // One head's query: where it looks, and what comes of it.
  void look(int t, int head) {
    const int e = s.d_head, keys = s.causal ? t + 1 : end, heads = s.n_heads * e;
    const Ball* q = b.q + t * e;
    Reals top = all(-__builtin_inf());
    for (int u = 0; u < keys; u++) {
      const Summed k = at(b.keys, int64_t(u) * e);
      Reals mid = {}, rad = {};
      for (int i = 0; i < e; i++) {
        mid += q[i].mid * k.mid[i];
        rad += abs(q[i].mid) * k.wide[i] + q[i].rad * k.size[i];
      }
      // the divisor is a root that rounds
      const Reals score = mid / s.score_divisor;
      b.p[u] = {score, up(up(rad, 2 * e + 4) / s.score_divisor + 4 * U * abs(score), 5)};
      top = max(top, pick(b.pads[u], top, score));
    }
    for (int u = 0; u < keys; u++) {
      const Reals below = b.p[u].mid - top, rad = up(b.p[u].rad + 2 * U * abs(below), 3);
      b.low[u] = pick(b.pads[u], Reals{}, exp_low(below - rad - 4 * U * (abs(below) + rad)));
      b.high[u] = pick(b.pads[u], Reals{}, exp_high(below + rad + 4 * U * (abs(below) + rad)));
    }
    pattern(b.low, b.high, keys, b.p);
    for (int i = 0; i < e; i++) {
      Reals mid = {}, rad = {};
      for (int u = 0; u < keys; u++) {
        const int64_t v = int64_t(u) * e + i;
        mid += b.p[u].mid * b.values.mid[v];
        rad += b.p[u].mid * b.values.wide[v] + b.p[u].rad * b.values.size[v];
      }
      b.z[t * heads + head * e + i] = {mid, up(rad, 2 * keys + 4)};
    }
  }

  void think(const LayerAt& at_layer) {
    const int d = s.d_model;
    for (int t = from; t < to; t++) {
      norm(at_layer.ln2, b.stream + t * d, b.read);
      prepare(b.read, d, d, b.reads);
      project(b.reads, d, at_layer.W_in, at_layer.b_in, s.d_mlp, b.wide);
      activate(s.act, b.wide, s.d_mlp);
      prepare(b.wide, s.d_mlp, s.d_mlp, b.reads);
      project(b.reads, s.d_mlp, at_layer.W_out, at_layer.b_out, d, b.wide);
      tap(Site::mlp_out, t, b.wide);
      for (int i = 0; i < d; i++) b.stream[t * d + i] = b.stream[t * d + i] + b.wide[i];
    }
  }

  void judge(int64_t first, int64_t n, const Enclosed& out) {
    const int d = s.d_model;
    Reals lower = all(__builtin_inf()), upper = lower, radius = {};
    for (int g = 0; g < in.n_graded; g++) {
      norm(layout.ln_final, b.stream + in.graded[g] * d, b.read);
      prepare(b.read, d, d, b.reads);
      project(b.reads, d, layout.W_U, layout.b_U, s.d_vocab_out, b.wide);
      Longs answer;
      for (int l = 0; l < kLanes; l++) answer[l] = in.answers[row[l] * in.n_graded + g];
      // a set's own answer is never negative
      const Longs unasked = in.answer_kind == AnswerKind::symbol ? Longs{} : answer == int64_t(openwork::kUnasked);
      const bool sets = in.answer_kind == AnswerKind::set;
      Ball right = exact(Reals{});
      for (int o = 0; o < s.d_vocab_out; o++) {
        const Longs is = answer == o;
        right = {pick(is, b.wide[o].mid, right.mid), pick(is, b.wide[o].rad, right.rad)};
        radius = pick(unasked, radius, max(radius, b.wide[o].rad));
      }
      for (int o = 0; o < s.d_vocab_out; o++) {
        const Longs left_out = sets ? unasked : unasked | (answer == o);
        const auto [least, most] = sets ? beyond_zero(b.wide[o], (answer >> o & 1) != 0) : lead(right, b.wide[o]);
        lower = min(lower, pick(left_out, lower, least - (2 * U * abs(least) + kTiny)));
        upper = min(upper, pick(left_out, upper, most + (2 * U * abs(most) + kTiny)));
      }
    }
    for (int l = 0; l < n; l++) {
      out.lower[first + l] = lower[l];
      out.upper[first + l] = upper[l];
      out.radius[first + l] = radius[l];
    }
  }
};

int64_t scratch_bytes(const Spec& spec, const Inputs& inputs) {
  Arena counting(nullptr);
  Block(spec, inputs, counting);
  return counting.used();
}

bool enclose(const Spec& spec, const double* weights, const Inputs& inputs, BallTaps taps, int64_t lo, int64_t hi,
             const Enclosed& out, void* scratch) {
  if (!rounds_as_assumed()) return false;
  Pass pass(spec, weights, inputs, taps, scratch);
  for (int64_t first = lo; first < hi && !inputs.cancel->is_set(); first += kLanes)
    pass.run(first, hi - first < kLanes ? hi - first : kLanes, out);
  return true;
}

constexpr openwork::Enclosures kTable = {scratch_bytes, enclose};

}  // namespace

const openwork::Enclosures& openwork::OPENWORK_LEVEL::enclosures() {
  return kTable;
}
