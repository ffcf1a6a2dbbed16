// Attention over one block: scores, softmax and mixing per head and query, and the gradient through them.
#pragma once

#include <cstddef>

#include "block.hpp"
#include "sized.hpp"

namespace {

// One head's view of the packed queries, keys and values [pos][3 * heads], of its pattern [query][key] and of its rows'
// factors.
template <class R>
struct Head {
  const Spec& spec;
  int positions, index, end;
  const Vec<R>* qkv;
  Vec<R>*pattern, *factors;
  const Mask<R>* pads;  // [pos], true in the lanes where no query sees this key; null where the spec has no pad

  int heads() const { return spec.n_heads * spec.d_head; }
  int width() const { return 3 * heads(); }
  int keys(int query) const { return spec.causal ? query + 1 : end; }
  int first_query(int key) const { return spec.causal ? key : 0; }
  Vec<R>* row(int query) const { return pattern + (int64_t(index) * positions + query) * positions; }
  Vec<R>& rest(int query) const { return factors[index * positions + query]; }
  const Vec<R>* q(int t) const { return qkv + int64_t(t) * width() + index * spec.d_head; }
  const Vec<R>* k(int t) const { return q(t) + heads(); }
  const Vec<R>* v(int t) const { return k(t) + heads(); }
  R divisor() const { return R(1) / R(spec.score_divisor); }
};

// Sums of one number for each dimension of a head: in registers where the dimensions are known, else in place.
template <class R, class E>
struct Sums {
  Vec<R>* to;
  Sums() = default;
  Sums(Vec<R>* place, int e) { start(place, e); }
  void start(Vec<R>* place, int e) {
    to = place, n = e;
    for (int j = 0; j < n; j++) to[j] = Vec<R>{};
  }
  void add(Vec<R> factor, const Vec<R>* x) {
    for (int j = 0; j < n; j++) to[j] += factor * x[j];
  }
  void finish(Vec<R> factor) {
    for (int j = 0; j < n; j++) to[j] *= factor;
  }
  void finish() {}

 private:
  int n;
};

template <class R, int N>
struct Sums<R, Size<N>> {
  Vec<R>* to;
  Vec<R> sum[N];
  Sums() = default;
  Sums(Vec<R>* place, Size<N> e) { start(place, e); }
  void start(Vec<R>* place, Size<N>) {
    to = place;
    each<N>([&](auto j) { sum[j] = Vec<R>{}; });
  }
  void add(Vec<R> factor, const Vec<R>* x) {
    each<N>([&](auto j) { sum[j] += factor * x[j]; });
  }
  void finish(Vec<R> factor) {
    each<N>([&](auto j) { to[j] = sum[j] * factor; });
  }
  void finish() {
    each<N>([&](auto j) { to[j] = sum[j]; });
  }
};

// A query times a factor: in registers where its dimensions are known, else the factor comes last.
template <class R, class E>
struct Query {
  const Vec<R>* q;
  Vec<R> factor;
  int n;
  Query(const Vec<R>* from, R by, int e) : q(from), factor(splat<R>(by)), n(e) {}
  Vec<R> dot(const Vec<R>* k, Vec<R> start = Vec<R>{}) const {
    Vec<R> sum{};
    for (int j = 0; j < n; j++) sum += q[j] * k[j];
    return start + sum * factor;
  }
};

template <class R, int N>
struct Query<R, Size<N>> {
  Vec<R> q[N];
  Query(const Vec<R>* from, R by, Size<N>) {
    each<N>([&](auto j) { q[j] = from[j] * splat<R>(by); });
  }
  Vec<R> dot(const Vec<R>* k, Vec<R> start = Vec<R>{}) const {
    each<N>([&](auto j) { start += q[j] * k[j]; });
    return start;
  }
};

// Scores of one query times `unit`; returns the largest.
template <class R, class E>
inline Vec<R> score_row(const Head<R>& head, int t, E e, R unit = 1) {
  const int n = head.keys(t), width = head.width();
  const Query<R, E> query(head.q(t), head.divisor() * unit, e);
  const Vec<R>* __restrict k = head.k(0);
  Vec<R>* __restrict row = head.row(t);
  Vec<R> top = splat<R>(R(-__builtin_inf()));
  for (int u = 0; u < n; u++, k += width) {
    row[u] = query.dot(k);
    top = max<R>(row[u], top);
  }
  return top;
}

// Gives pads no chance in a row of scores. Returns the largest that is left, or 0 where none is.
template <class R>
inline Vec<R> hide_pads(const Head<R>& head, int t) {
  const Vec<R> never = splat<R>(R(-__builtin_inf()));
  Vec<R>* row = head.row(t);
  Vec<R> top = never;
  for (int u = 0; u < head.keys(t); u++) {
    row[u] = select<R>(head.pads[u], never, row[u]);
    top = max<R>(row[u], top);
  }
  return select<R>(top == never, Vec<R>{}, top);
}

// The softmax of a row of scores, in units of ln 2, times the values. With KEEP the row becomes exponentials; the
// factor that they lack is in head.rest. With PADS a score of minus infinity gets exactly 0, and so does a row of them.
template <bool KEEP, bool PADS, class R, class E>
inline void mix_scores(const Head<R>& head, int t, Vec<R> top, Vec<R>* z, E e) {
  const int n = head.keys(t), width = head.width();
  const Vec<R>* __restrict v = head.v(0);
  Vec<R>* __restrict row = head.row(t);
  Sums<R, E> out(z + int64_t(t) * head.heads() + head.index * e, e);
  Vec<R> sum{};
  for (int u = 0; u < n; u++, v += width) {
    Vec<R> p = power_of_two(row[u] - top);
    if constexpr (PADS) p = select<R>(row[u] == splat<R>(R(-__builtin_inf())), Vec<R>{}, p);
    if constexpr (KEEP) row[u] = p;
    sum += p;
    out.add(p, v);
  }
  Vec<R> rest = inverse_of(sum);
  if constexpr (PADS) rest = select<R>(sum == Vec<R>{}, Vec<R>{}, rest);
  out.finish(rest);
  if constexpr (KEEP) head.rest(t) = rest;
}

// Queries from .. to of one head; with `keep`, what its gradient needs is kept. All scores come first: the largest of a
// row is known late, and the processor fills the time with the next rows.
template <class R>
inline void attend(const Head<R>& head, int from, int to, Vec<R>* z, bool keep) {
  sized<R>(head.spec.d_head, [&](auto e) {
    for (int t = from; t < to; t++) head.rest(t) = score_row(head, t, e, R(kLog2E));
    for (int t = from; t < to; t++) {
      if (head.pads) {
        const Vec<R> top = hide_pads(head, t);
        keep ? mix_scores<true, true>(head, t, top, z, e) : mix_scores<false, true>(head, t, top, z, e);
      } else {
        const Vec<R> top = head.rest(t);
        keep ? mix_scores<true, false>(head, t, top, z, e) : mix_scores<false, false>(head, t, top, z, e);
      }
    }
  });
}

// Scores as an edit may have made them, to weights: a key at minus infinity gets exactly 0, and a query that is left
// with no key attends to nothing.
template <class R>
inline void softmax_row(const Head<R>& head, int t) {
  const int n = head.keys(t);
  const Vec<R> never = splat<R>(R(-__builtin_inf()));
  Vec<R>* row = head.row(t);
  Vec<R> top = row[0], sum{};
  for (int u = 1; u < n; u++) top = max<R>(top, row[u]);
  for (int u = 0; u < n; u++) {
    row[u] = select<R>(row[u] == never, Vec<R>{}, exponential(row[u] - top));
    sum += row[u];
  }
  const Vec<R> inverse = select<R>(sum == Vec<R>{}, Vec<R>{}, splat<R>(1) / sum);
  for (int u = 0; u < n; u++) row[u] *= inverse;
}

// Weights times the values.
template <class R>
inline void mix_row(const Head<R>& head, int t, Vec<R>* z) {
  const int e = head.spec.d_head, n = head.keys(t);
  const Vec<R>* row = head.row(t);
  Vec<R>* out = z + int64_t(t) * head.heads() + head.index * e;
  for (int j = 0; j < e; j++) {
    Vec<R> sum{};
    for (int u = 0; u < n; u++) sum += row[u] * head.v(u)[j];
    out[j] = sum;
  }
}

// Of one query, from `g`, which is dz times the query's factor: the gradient of its scores into `ds` [key]; dq. What
// the softmax takes off the gradient of each weight is their mean under the weights, and that is dz times z.
template <class R, class E>
inline void query_gradient(const Head<R>& head, int t, const Vec<R>* __restrict g, const Vec<R>* __restrict z,
                           Vec<R>* __restrict dq, Vec<R>* __restrict ds, E e) {
  const int n = head.keys(t), width = head.width();
  const Vec<R>* __restrict row = head.row(t);
  const Vec<R>* __restrict k = head.k(0), * __restrict v = head.v(0);
  const Query<R, E> mixed(g, head.divisor(), e);
  const Vec<R> less_mean = -mixed.dot(z);
  Sums<R, E> to_query(dq, e);
  for (int u = 0; u < n; u++, k += width, v += width) {
    const Vec<R> slope = row[u] * mixed.dot(v, less_mean);
    ds[u] = slope;
    to_query.add(slope, k);
  }
  to_query.finish();
}

// Of K keys from u on: dk and dv from the queries from .. to that see them; `g` [query][d_head] is dz times the query's
// factor.
template <int K, class R, class E>
inline void key_gradient(const Head<R>& head, int u, int from, int to, const Vec<R>* g, const Vec<R>* ds, Vec<R>* dk,
                         Vec<R>* dv, E e) {
  const int width = head.width();
  Sums<R, E> to_key[K], to_value[K];
  each<K>([&](auto k) { to_key[k].start(dk + k * width, e), to_value[k].start(dv + k * width, e); });
  const auto add = [&](auto k, int t) {
    const int64_t at = int64_t(t) * head.positions + u + k;
    to_key[k].add(ds[at], head.q(t));
    to_value[k].add(head.row(0)[at], g + t * e);
  };
  const auto first = [&](int k) { return from < head.first_query(u + k) ? head.first_query(u + k) : from; };
  each<K - 1>([&](auto k) {
    for (int t = first(k); t < first(K - 1); t++) add(k, t);
  });
  for (int t = first(K - 1); t < to; t++) each<K>([&](auto k) { add(k, t); });
  each<K>([&](auto k) { to_key[k].finish(), to_value[k].finish(); });
}

// How many keys' gradients fit in registers.
template <class E>
constexpr int kKeys = 1;
template <int N>
constexpr int kKeys<Size<N>> = 2 * OPENWORK_TILE / N > 1 ? 2 * OPENWORK_TILE / N : 1;

// A term of the loss that makes attention sharp: for each row `weight` times H + kWorst H^2, of its entropy H in nats.
template <class R>
struct Sharpening {
  static constexpr R kWorst = 10;       // the worst rows decide what can be proved
  static constexpr R kLeast = R(1e-9);  // beside a weight of 0, so that it has a logarithm

  Vec<R> weight;
  const int32_t* queries;  // whose rows count; null for the first n
  int n;
  Vec<R>* sum;  // of the term

  int query(int i) const { return queries ? queries[i] : i; }
};

// Of one query: adds the term's gradient to `ds` [key] and dq, and the term to its sum.
template <class R, class E>
inline void sharpen_query(const Head<R>& head, int t, const Sharpening<R>& term, Vec<R>* __restrict dq,
                          Vec<R>* __restrict ds, E e) {
  const int n = head.keys(t), width = head.width();
  const Vec<R>* row = head.row(t);
  const auto weight = [&](int u) { return row[u] * head.rest(t); };
  const auto nats = [&](int u) { return logarithm(weight(u) + splat<R>(Sharpening<R>::kLeast)); };
  Vec<R> entropy{};
  for (int u = 0; u < n; u++) entropy -= weight(u) * nats(u);
  *term.sum += term.weight * entropy * (splat<R>(1) + splat<R>(Sharpening<R>::kWorst) * entropy);
  const Vec<R> slope = term.weight * (splat<R>(1) + splat<R>(2 * Sharpening<R>::kWorst) * entropy);
  const Vec<R> of_score = slope * splat<R>(R(head.divisor()));
  const Vec<R>* __restrict k = head.k(0);
  for (int u = 0; u < n; u++, k += width) {
    const Vec<R> of_key = -of_score * weight(u) * (nats(u) + entropy);
    ds[u] += of_key;
    for (int j = 0; j < e; j++) dq[j] += of_key * k[j];
  }
}

// From dz of queries from .. to, all of dqkv that one head has. `ds` is [query][key], `g` [query][d_head]; `sharp` may
// be null.
template <class R>
inline void attend_gradient(const Head<R>& head, int from, int to, const Vec<R>* dz, const Vec<R>* z, Vec<R>* dqkv,
                            Vec<R>* ds, Vec<R>* g, const Sharpening<R>* sharp) {
  sized<R>(head.spec.d_head, [&](auto e) {
    const int width = head.width(), heads = head.heads(), at = head.index * e;
    for (int t = 0; t < head.end; t++)
      if (t < from || t >= to)
        for (int j = 0; j < e; j++) dqkv[t * width + at + j] = Vec<R>{};
    for (int t = from; t < to; t++) {
      const int64_t here = int64_t(t) * heads + at;
      for (int j = 0; j < e; j++) g[t * e + j] = dz[here + j] * head.rest(t);
      query_gradient(head, t, g + t * e, z + here, dqkv + t * width + at, ds + int64_t(t) * head.positions, e);
    }
    for (int i = 0; sharp && i < sharp->n; i++) {
      const int t = sharp->query(i);
      sharpen_query(head, t, *sharp, dqkv + t * width + at, ds + int64_t(t) * head.positions, e);
    }
    Vec<R>*const dk = dqkv + heads + at, *const dv = dk + heads;
    constexpr int K = kKeys<decltype(e)>;
    int u = 0;
    for (; u + K <= head.end; u += K) key_gradient<K>(head, u, from, to, g, ds, dk + u * width, dv + u * width, e);
    for (; u < head.end; u++) key_gradient<1>(head, u, from, to, g, ds, dk + u * width, dv + u * width, e);
  });
}

// Of one query's weights, from that of what they mix; 0 where the mask hides.
template <class R>
inline void weights_gradient(const Head<R>& head, int t, const Vec<R>* dz, Vec<R>* dp) {
  const int e = head.spec.d_head, n = head.keys(t);
  for (int u = 0; u < head.positions; u++) dp[u] = Vec<R>{};
  for (int u = 0; u < n; u++) {
    for (int j = 0; j < e; j++) dp[u] += dz[j] * head.v(u)[j];
    if (head.pads) dp[u] = select<R>(head.pads[u], Vec<R>{}, dp[u]);
  }
}

// In place, from the gradient of `n` weights to that of their scores.
template <class R>
inline void softmax_gradient(const Vec<R>* soft, Vec<R>* dp, int n) {
  Vec<R> along{};
  for (int u = 0; u < n; u++) along += soft[u] * dp[u];
  for (int u = 0; u < n; u++) dp[u] = soft[u] * (dp[u] - along);
}

// Of one query's scores and weights: adds to dqkv [pos][3 * heads].
template <class R>
inline void scores_gradient(const Head<R>& head, int t, const Vec<R>* ds, const Vec<R>* dz, Vec<R>* dqkv) {
  const int e = head.spec.d_head, n = head.keys(t);
  dqkv += head.index * e;
  Vec<R>* dq = dqkv + int64_t(t) * head.width();
  for (int u = 0; u < n; u++) {
    Vec<R>*dk = dqkv + int64_t(u) * head.width() + head.heads(), *dv = dk + head.heads();
    const Vec<R> slope = ds[u] * splat<R>(head.divisor()), weight = head.row(t)[u];
    for (int j = 0; j < e; j++) {
      dq[j] += slope * head.k(u)[j];
      dk[j] += slope * head.q(t)[j];
      dv[j] += weight * dz[j];
    }
  }
}

}  // namespace
