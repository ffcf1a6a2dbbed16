// Attention over one block: scores, softmax and mixing per head and query, and the gradient through them.
#pragma once

#include <cstddef>

#include "block.hpp"

namespace {

// One head's view of the packed queries, keys and values [pos][3 * heads] and of its pattern [query][key].
template <class R>
struct Head {
  const Spec& spec;
  int positions, index;
  const Vec<R>* qkv;
  Vec<R>* a;

  int heads() const { return spec.n_heads * spec.d_head; }
  int width() const { return 3 * heads(); }
  int keys(int query) const { return spec.causal ? query + 1 : positions; }
  Vec<R>* row(int query) const { return a + (int64_t(index) * positions + query) * positions; }
  const Vec<R>* q(int t) const { return qkv + int64_t(t) * width() + index * spec.d_head; }
  const Vec<R>* k(int t) const { return q(t) + heads(); }
  const Vec<R>* v(int t) const { return k(t) + heads(); }
};

template <class R>
inline void score_row(const Head<R>& head, int t) {
  const int e = head.spec.d_head, n = head.keys(t);
  const Vec<R> divisor = all<R>(R(1) / R(head.spec.score_divisor));
  const Vec<R>* q = head.q(t);
  Vec<R>* row = head.row(t);
  for (int u = 0; u < n; u++) {
    const Vec<R>* k = head.k(u);
    Vec<R> dot{};
    for (int j = 0; j < e; j++) dot += q[j] * k[j];
    row[u] = dot * divisor;
  }
}

// As softmax_row, for scores that an edit may have made minus infinite: such a key gets exactly 0, and a query that is
// left with no key attends to nothing.
template <class R>
inline void edited_softmax_row(const Head<R>& head, int t) {
  const int n = head.keys(t);
  const Vec<R> never = all<R>(R(-__builtin_inf()));
  Vec<R>* row = head.row(t);
  Vec<R> top = row[0], sum{};
  for (int u = 1; u < n; u++) top = larger<R>(top, row[u]);
  for (int u = 0; u < n; u++) {
    row[u] = select<R>(row[u] == never, Vec<R>{}, exponential(row[u] - top));
    sum += row[u];
  }
  const Vec<R> inverse = select<R>(sum == Vec<R>{}, Vec<R>{}, all<R>(1) / sum);
  for (int u = 0; u < n; u++) row[u] *= inverse;
}

template <class R>
inline void softmax_row(const Head<R>& head, int t) {
  const int n = head.keys(t);
  Vec<R>* row = head.row(t);
  Vec<R> top = row[0], sum{};
  for (int u = 1; u < n; u++) top = larger<R>(top, row[u]);
  for (int u = 0; u < n; u++) {
    row[u] = exponential(row[u] - top);
    sum += row[u];
  }
  const Vec<R> inverse = all<R>(1) / sum;
  for (int u = 0; u < n; u++) row[u] *= inverse;
}

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

// From dz to dqkv (which it adds to), for queries from `start`. `da` holds one row.
template <class R>
inline void attention_gradient(const Head<R>& head, int start, const Vec<R>* dz, Vec<R>* dqkv, Vec<R>* __restrict da) {
  const int e = head.spec.d_head, width = head.width(), heads = head.heads();
  const Vec<R> divisor = all<R>(R(1) / R(head.spec.score_divisor));
  for (int t = start; t < head.positions; t++) {
    const int n = head.keys(t);
    const Vec<R>*row = head.row(t), *q = head.q(t), *g = dz + int64_t(t) * heads + head.index * e;
    Vec<R>* dq = dqkv + int64_t(t) * width + head.index * e;
    Vec<R> along{};
    for (int u = 0; u < n; u++) {
      const Vec<R>* v = head.v(u);
      Vec<R>* dv = dqkv + int64_t(u) * width + 2 * heads + head.index * e;
      Vec<R> sum{};
      for (int j = 0; j < e; j++) {
        sum += g[j] * v[j];
        dv[j] += row[u] * g[j];
      }
      da[u] = sum;
      along += sum * row[u];
    }
    for (int u = 0; u < n; u++) {
      const Vec<R> ds = row[u] * (da[u] - along) * divisor;
      const Vec<R>* k = head.k(u);
      Vec<R>* dk = dqkv + int64_t(u) * width + heads + head.index * e;
      for (int j = 0; j < e; j++) {
        dq[j] += ds * k[j];
        dk[j] += ds * q[j];
      }
    }
  }
}

}  // namespace
