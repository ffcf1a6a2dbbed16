// Writes and reads at sites, for one block of inputs.
#pragma once

#include "block.hpp"

namespace {

using openwork::Site;

// A site's value in the block: the site's number i lies at data[(i / row) * stride + i % row], and belongs to position
// (i / per_pos) % positions.
template <class R>
struct View {
  Vec<R>* data;
  int64_t n, row, stride;
  int64_t per_pos, positions;
  Vec<R>& at(int64_t i) const { return data[i / row * stride + i % row]; }
  int64_t pos(int64_t i) const { return i / per_pos % positions; }
};

// Which pass is running: the edited one over the inputs (source -1), or an unedited one over a source's inputs.
// Positions before `fresh` are as the block before left them, in every lane: nothing is computed or written there, and
// what is read there is what was read for the block before.
template <class R>
struct Tapping {
  const Inputs* inputs;
  Vec<R>* const* saved;  // by tap: what a source pass found there
  int32_t model;
  int32_t source;
  int64_t first;  // number of the input in lane 0
  int64_t count;  // inputs in the block
  int32_t fresh;

  bool any(Site site, int layer) const {
    for (int i = 0; i < inputs->n_taps; i++)
      if (inputs->taps[i].site == site && inputs->taps[i].layer == layer) return true;
    return false;
  }

  // Whether this pass writes there.
  bool writes(Site site, int layer) const {
    if (source >= 0) return false;
    for (int i = 0; i < inputs->n_taps; i++) {
      const Tap& tap = inputs->taps[i];
      if (tap.site == site && tap.layer == layer && tap.kind != TapKind::read) return true;
    }
    return false;
  }

  // Applies the writes at this site, in order. An affine write reads `from`, [pos][d].
  void write(Site site, int layer, View<R> view, const Vec<R>* from = nullptr, int d = 0) const {
    for (int i = 0; i < inputs->n_taps; i++) {
      const Tap& tap = inputs->taps[i];
      if (tap.site != site || tap.layer != layer || tap.kind == TapKind::read) continue;
      const R* values = static_cast<const R*>(tap.values) + model * tap.values_stride;
      if (source >= 0) {
        if (tap.kind == TapKind::from_source && tap.source == source)
          for_fresh(tap, view, [&](int64_t k) { saved[i][k] = view.at(tap.index[k]); });
      } else if (tap.kind == TapKind::constant) {
        for_fresh(tap, view, [&](int64_t k) { view.at(tap.index[k]) = all<R>(values[k]); });
      } else if (tap.kind == TapKind::from_source) {
        for_fresh(tap, view, [&](int64_t k) { view.at(tap.index[k]) = saved[i][k]; });
      } else {
        affine(tap, values, view, from, d);
      }
    }
  }

  // Copies the site's value out, [model][input][n], where it is read.
  void read(Site site, int layer, View<R> view) const {
    if (source >= 0) return;
    for (int i = 0; i < inputs->n_taps; i++) {
      const Tap& tap = inputs->taps[i];
      if (tap.site != site || tap.layer != layer || tap.kind != TapKind::read) continue;
      R* out = static_cast<R*>(tap.out) + model * tap.out_stride + first * tap.n;
      const R* before = out - Lanes<R>::count * tap.n;
      for (int64_t k = 0; k < tap.n; k++) {
        if (view.pos(k) < fresh) {
          for (int64_t l = 0; l < count; l++) out[l * tap.n + k] = before[l * tap.n + k];
        } else {
          const Vec<R> value = view.at(k);
          for (int64_t l = 0; l < count; l++) out[l * tap.n + k] = value[l];
        }
      }
    }
  }

  void both(Site site, int layer, View<R> view) const {
    if (!inputs->n_taps) return;
    write(site, layer, view);
    read(site, layer, view);
  }

 private:
  template <class F>
  void for_fresh(const Tap& tap, const View<R>& view, F f) const {
    for (int64_t k = 0; k < tap.n; k++)
      if (view.pos(tap.index[k]) >= fresh) f(k);
  }

  void affine(const Tap& tap, const R* values, const View<R>& view, const Vec<R>* from, int d) const {
    for (int64_t k = 0; k < tap.n; k++) {
      if (tap.index[k] < fresh) continue;
      const Vec<R>* x = from + int64_t(tap.index[k]) * d;
      for (int o = 0; o < d; o++) {
        Vec<R> y = all<R>(values[int64_t(d) * d + o]);
        for (int j = 0; j < d; j++) y += x[j] * values[int64_t(j) * d + o];
        view.at(int64_t(tap.index[k]) * d + o) = y;
      }
    }
  }
};

}  // namespace
