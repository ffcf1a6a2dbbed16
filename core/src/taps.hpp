// Writes and reads at sites, for one block of inputs.
#pragma once

#include "block.hpp"
#include "rows.hpp"

namespace {

using openwork::Site;

// A site's value in the block: the site's number i lies at data[(i / row) * stride + i % row], and belongs to position
// (i / per_pos) % positions.
template <class R>
struct View {
  Vec<R>* data;
  int64_t n, row, stride;
  int64_t per_pos, positions;
  // Most sites lie in one piece, in the order of their positions: divisions would cost more than the copying.
  Vec<R>& at(int64_t i) const { return row == stride ? data[i] : data[i / row * stride + i % row]; }
  bool in_order() const { return row == stride && n == per_pos * positions; }
  bool before(int64_t i, int64_t pos) const {
    return n == per_pos * positions ? i < pos * per_pos : i / per_pos % positions < pos;
  }
};

// The views of a model's sites.
template <class R>
struct Views {
  const Spec& spec;
  int64_t positions;

  // A site with `width` numbers at each position, the next position's `stride` further.
  View<R> rows(Vec<R>* data, int64_t width, int64_t stride) const {
    return {data, positions * width, width, stride, width, positions};
  }
  View<R> rows(Vec<R>* data, int64_t width) const { return rows(data, width, width); }
  View<R> stream(Vec<R>* data) const { return rows(data, spec.d_model); }
  // [head][query][key]
  View<R> pairs(Vec<R>* data) const {
    const int64_t n = spec.n_heads * positions * positions;
    return {data, n, n, n, positions, positions};
  }
};

// Which pass is running: that over the inputs (source -1), or that over a source's inputs; each with its own writes.
// Positions before `fresh` are as the block before left them, in every lane: nothing is computed or written there, and
// what is read there is what was read for the block before.
template <class R>
struct Tapping {
  const Inputs* inputs;
  Vec<R>* const* saved;  // by tap: what a source pass found there
  const LaneRows<R>* rows;
  int32_t model;
  int32_t source;
  int32_t fresh;

  // Whether any tap is at this site, in some layer and pass.
  bool tapped(Site site) const { return inputs->sites >> int(site) & 1; }

  // Whether this pass has to do with a tap there.
  bool any(Site site, int layer) const {
    if (!tapped(site)) return false;
    for (int i = 0; i < inputs->n_taps; i++) {
      const Tap& tap = inputs->taps[i];
      if (tap.site == site && tap.layer == layer && (tap.world == source || taken(tap))) return true;
    }
    return false;
  }

  // Whether this pass writes there.
  bool writes(Site site, int layer) const {
    if (!tapped(site)) return false;
    for (int i = 0; i < inputs->n_taps; i++) {
      const Tap& tap = inputs->taps[i];
      if (tap.site == site && tap.layer == layer && tap.world == source && is_write(tap)) return true;
    }
    return false;
  }

  // Whether this pass replaces all `n` numbers of the site (`n_affine` positions, by an affine write) and nothing is
  // asked of the sites from `inner` to it, so that what leads from there to the site need not be computed.
  bool replaces(Site site, int layer, int64_t n, int64_t n_affine, Site inner) const {
    if (!tapped(site)) return false;
    bool whole = false;
    for (int i = 0; i < inputs->n_taps; i++) {
      const Tap& tap = inputs->taps[i];
      if (tap.layer != layer || tap.site < inner || tap.site > site) continue;
      if (tap.site < site && (taken(tap) || (source < 0 && !is_write(tap)))) return false;
      if (tap.site == site && tap.world == source)
        whole = whole || (tap.kind == TapKind::affine ? tap.n == n_affine : is_write(tap) && tap.n == n);
    }
    return whole;
  }

  // Whether this pass writes an affine map there, which reads what leads to the site.
  bool maps(Site site, int layer) const {
    if (!tapped(site)) return false;
    for (int i = 0; i < inputs->n_taps; i++) {
      const Tap& tap = inputs->taps[i];
      if (tap.site == site && tap.layer == layer && tap.world == source && tap.kind == TapKind::affine) return true;
    }
    return false;
  }

  // Applies this pass's writes at the site, in order. An affine write reads `from`, [pos][d].
  void write(Site site, int layer, View<R> view, const Vec<R>* from = nullptr, int d = 0) const {
    for (int i = 0; i < inputs->n_taps; i++) {
      const Tap& tap = inputs->taps[i];
      if (tap.site != site || tap.layer != layer || tap.world != source || !is_write(tap)) continue;
      const R* values = static_cast<const R*>(tap.values) + model * tap.values_stride;
      if (tap.kind == TapKind::constant) {
        for_fresh(tap, view, [&](Vec<R>& here, int64_t k) { here = splat<R>(values[k]); });
      } else if (tap.kind == TapKind::from_source) {
        for_fresh(tap, view, [&](Vec<R>& here, int64_t k) { here = saved[i][k]; });
      } else if (tap.kind == TapKind::given) {
        give(tap, values, view);
      } else {
        affine(tap, values, view, from, d);
      }
    }
  }

  // Copies the site's value out, [model][input][n], where it is read; or its gradient, where that is asked for. Of a
  // source, keeps what other passes take.
  void read(Site site, int layer, View<R> view, TapKind kind = TapKind::read) const {
    if (source >= 0) return keep(site, layer, view);
    for (int i = 0; i < inputs->n_taps; i++) {
      const Tap& tap = inputs->taps[i];
      if (tap.site != site || tap.layer != layer || tap.kind != kind) continue;
      R* out = static_cast<R*>(tap.out) + model * tap.out_stride;
      const int64_t span = view.per_pos * view.positions, kept = fresh * view.per_pos;
      for (int64_t at = 0; at < tap.n; at += span) {
        for (int64_t l = 0; kept && l < rows->count; l++) {  // the row before is what this lane held before
          R* here = out + rows->row[l] * tap.n + at;
          __builtin_memcpy(here, here - tap.n, size_t(kept) * sizeof(R));
          __builtin_prefetch(here + tap.n, 1);
        }
        rows->store(out, tap.n, at + kept, at + span, [&](int64_t k) { return view.at(k); });
      }
    }
  }

  void both(Site site, int layer, View<R> view) const {
    if (!tapped(site)) return;
    write(site, layer, view);
    read(site, layer, view);
  }

  // On the way back: copies the gradient out, then stops it where the value was replaced. What an affine write read
  // gets its share in `from`, [pos][d].
  void back(Site site, int layer, View<R> view, Vec<R>* from = nullptr, int d = 0) const {
    read(site, layer, view, TapKind::gradient);
    for (int i = inputs->n_taps - 1; i >= 0; i--) {
      const Tap& tap = inputs->taps[i];
      if (tap.site != site || tap.layer != layer || tap.world >= 0 || !is_write(tap)) continue;
      if (tap.kind == TapKind::affine)
        affine_back(tap, static_cast<const R*>(tap.values) + model * tap.values_stride, view, from, d);
      else
        for (int64_t k = 0; k < tap.n; k++) view.at(tap.index[k]) = Vec<R>{};
    }
  }

 private:
  static bool is_write(const Tap& tap) { return tap.kind < TapKind::read; }

  // Whether another pass takes this from the one that is running.
  bool taken(const Tap& tap) const { return source >= 0 && tap.kind == TapKind::from_source && tap.source == source; }

  void keep(Site site, int layer, const View<R>& view) const {
    for (int i = 0; i < inputs->n_taps; i++) {
      const Tap& tap = inputs->taps[i];
      if (tap.site == site && tap.layer == layer && taken(tap))
        for_fresh(tap, view, [&](Vec<R>& here, int64_t k) { saved[i][k] = here; });
    }
  }

  // Each input's own numbers, [input][n]; where they are given, every position is fresh.
  void give(const Tap& tap, const R* values, const View<R>& view) const {
    rows->read(values, tap.n, [&](int64_t k, Vec<R> x) { view.at(tap.index[k]) = x; });
  }

  // f(number of the site, k) for the tap's numbers k that belong to fresh positions.
  template <class F>
  void for_fresh(const Tap& tap, const View<R>& view, F f) const {
    if (tap.ordered && view.in_order()) {
      for (int64_t k = fresh * view.per_pos; k < tap.n; k++) f(view.data[k], k);
      return;
    }
    for (int64_t k = 0; k < tap.n; k++)
      if (!view.before(tap.index[k], fresh)) f(view.at(tap.index[k]), k);
  }

  void affine(const Tap& tap, const R* values, const View<R>& view, const Vec<R>* from, int d) const {
    for (int64_t k = 0; k < tap.n; k++) {
      if (tap.index[k] < fresh) continue;
      const Vec<R>* x = from + int64_t(tap.index[k]) * d;
      for (int o = 0; o < d; o++) {
        Vec<R> y = splat<R>(values[int64_t(d) * d + o]);
        for (int j = 0; j < d; j++) y += x[j] * values[int64_t(j) * d + o];
        view.at(int64_t(tap.index[k]) * d + o) = y;
      }
    }
  }

  void affine_back(const Tap& tap, const R* values, const View<R>& view, Vec<R>* from, int d) const {
    for (int64_t k = 0; k < tap.n; k++) {
      Vec<R>* dx = from + int64_t(tap.index[k]) * d;
      for (int o = 0; o < d; o++) {
        Vec<R>& dy = view.at(int64_t(tap.index[k]) * d + o);
        for (int j = 0; j < d; j++) dx[j] += dy * values[int64_t(j) * d + o];
        dy = Vec<R>{};
      }
    }
  }
};

}  // namespace
