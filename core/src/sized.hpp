// Sizes as compile-time constants, so that loops over them unroll and their sums stay in registers.
#pragma once

namespace {

template <int N>
struct Size {
  constexpr operator int() const { return N; }
};

// f of `n`, as a constant where it is a common size.
template <class F>
inline void sized(int n, F f) {
  switch (n) {
    case 1:
      return f(Size<1>{});
    case 2:
      return f(Size<2>{});
    case 4:
      return f(Size<4>{});
    case 8:
      return f(Size<8>{});
    case 16:
      return f(Size<16>{});
    default:
      return f(n);
  }
}

// f of 0 .. N-1, each a constant. Arrays indexed so are registers from the start; a loop that the compiler unrolls
// later leaves them in memory.
template <int N, int I = 0, class F>
inline __attribute__((always_inline)) void each(F&& f) {
  if constexpr (I < N) {
    f(Size<I>{});
    each<N, I + 1>(f);
  }
}

}  // namespace
