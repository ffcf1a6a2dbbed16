// Sizes as compile-time constants, so that loops over them unroll and their sums stay in registers.
#pragma once

// For what must not become a function, whatever the compiler thinks of its size.
#define OPENWORK_INLINE inline __attribute__((always_inline))

namespace {

template <int N>
struct Size {
  constexpr operator int() const { return N; }
};

// f of `n`, as a constant where it is one of these sizes and the numbers are float32: float64 serves oracles and tests,
// and every constant is another copy of what `f` calls to compile. By reference and inlined: a closure that is copied
// is written field by field and read back whole, and that read waits for the writes.
template <class R, int... COMMON, class F>
OPENWORK_INLINE void sized_among(int n, F&& f) {
  if constexpr (sizeof(R) == 4) {
    if (((n == COMMON && (f(Size<COMMON>{}), true)) || ...)) return;
  }
  f(n);
}

// f of a width; of a vocabulary.
template <class R, class F>
OPENWORK_INLINE void sized(int n, F&& f) {
  sized_among<R, 2, 4, 8, 16>(n, f);
}

// f of a linear layer's number of inputs, where they are so few that weights stay in registers; returns whether they
// are.
template <class R, class F>
OPENWORK_INLINE bool few(int n, F&& f) {
  if constexpr (sizeof(R) == 4) {
    if (n == 2) return f(Size<2>{}), true;
    if (n == 4) return f(Size<4>{}), true;
  }
  return false;
}

template <class R, class F>
OPENWORK_INLINE void sized_vocabulary(int n, F&& f) {
  sized_among<R, 2, 5, 10, 11>(n, f);
}

// f of 0 .. N-1, each a constant. Arrays indexed so are registers from the start; a loop that the compiler unrolls
// later leaves them in memory.
template <int N, int I = 0, class F>
OPENWORK_INLINE void each(F&& f) {
  if constexpr (I < N) {
    f(Size<I>{});
    each<N, I + 1>(f);
  }
}

}  // namespace
