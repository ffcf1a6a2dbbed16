// Which inputs a block holds, and how their tokens come into lanes.
#pragma once

#include "lanes.hpp"

namespace {

// The inputs of a block, one a lane; lanes from `count` on repeat the last input and count for nothing.
template <class R>
struct LaneRows {
  int64_t row[Lanes<R>::count];
  int64_t count;

  // Rows first, first + 1 .. of a list.
  static LaneRows listed(const int64_t* list, int64_t first, int64_t end) {
    LaneRows rows;
    rows.count = end - first < Lanes<R>::count ? end - first : Lanes<R>::count;
    for (int l = 0; l < Lanes<R>::count; l++) rows.row[l] = list[first + (l < rows.count ? l : rows.count - 1)];
    return rows;
  }

  // Step number `step` through rows lo .. hi, of which every lane walks a piece of its own. Neighbours in a
  // lexicographic domain differ in their last tokens, so that a step changes little in any lane.
  static LaneRows walking(int64_t lo, int64_t hi, int64_t step) {
    LaneRows rows;
    const int64_t each = steps(lo, hi);
    rows.count = 0;
    for (int l = 0; l < Lanes<R>::count; l++) {
      const int64_t here = lo + l * each + step;
      rows.row[l] = here < hi ? here : hi - 1;
      rows.count += here < hi;
    }
    return rows;
  }
  static int64_t steps(int64_t lo, int64_t hi) { return (hi - lo + Lanes<R>::count - 1) / Lanes<R>::count; }

  // Columns 0 .. n-1 of these rows of a table, lanes side by side.
  void load(const int32_t* table, int n, Mask<R>* to) const {
    typedef typename Lanes<R>::Int Int;
    Int* out = reinterpret_cast<Int*>(to);
    for (int l = 0; l < Lanes<R>::count; l++) {
      const int32_t* from = table + row[l] * n;
      for (int t = 0; t < n; t++) out[t * Lanes<R>::count + l] = from[t];
    }
  }

  // The same over what was loaded before. Returns the first column in which a lane changed.
  int load_changes(const int32_t* table, int n, Mask<R>* to) const {
    typedef typename Lanes<R>::Int Int;
    Int* out = reinterpret_cast<Int*>(to);
    int first = n;
    for (int l = 0; l < Lanes<R>::count; l++) {
      const int32_t* from = table + row[l] * n;
      int t = 0;
      while (t < n && out[t * Lanes<R>::count + l] == from[t]) t++;
      if (t < first) first = t;
      for (; t < n; t++) out[t * Lanes<R>::count + l] = from[t];
    }
    return first;
  }
};

}  // namespace
