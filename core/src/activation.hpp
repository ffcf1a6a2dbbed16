// The MLP's non-linearities, in place, and their derivatives.
#pragma once

#include "interface.hpp"
#include "lanes.hpp"

namespace {

using openwork::Activation;

constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr double kSqrt2OverPi = 0.79788456080286535588;
constexpr double kInvSqrt2Pi = 0.39894228040143267794;
constexpr double kGeluCubic = 0.044715;

template <class R>
inline Vec<R> sigmoid(Vec<R> x) {
  return splat<R>(1) / (splat<R>(1) + exponential(-x));
}

// tanh(x) = 2 sigmoid(2x) - 1: exact to rounding in the absolute sense that GELU needs.
template <class R>
inline Vec<R> hyperbolic_tangent(Vec<R> x) {
  return splat<R>(2) * sigmoid<R>(splat<R>(2) * x) - splat<R>(1);
}

template <class R>
inline Vec<R> normal_cdf(Vec<R> x) {
  const Vec<R> erf = per_lane<R>(x * splat<R>(R(kSqrtHalf)), [](R v) { return scalar_erf(v); });
  return splat<R>(R(0.5)) * (splat<R>(1) + erf);
}

template <class R>
inline Vec<R> activate(Activation act, Vec<R> x) {
  switch (act) {
    case Activation::relu:
      return select<R>(x < Vec<R>{}, Vec<R>{}, x);
    case Activation::gelu:
      return x * normal_cdf<R>(x);
    case Activation::gelu_new:
      return splat<R>(R(0.5)) * x *
             (splat<R>(1) +
              hyperbolic_tangent<R>(splat<R>(R(kSqrt2OverPi)) * (x + splat<R>(R(kGeluCubic)) * x * x * x)));
    case Activation::silu:
      return x * sigmoid<R>(x);
  }
  return x;
}

template <class R>
inline Vec<R> activation_slope(Activation act, Vec<R> x) {
  switch (act) {
    case Activation::relu:
      return select<R>(x > Vec<R>{}, splat<R>(1), Vec<R>{});
    case Activation::gelu:
      return normal_cdf<R>(x) + x * splat<R>(R(kInvSqrt2Pi)) * exponential(splat<R>(R(-0.5)) * x * x);
    case Activation::gelu_new: {
      const Vec<R> inner = splat<R>(R(kSqrt2OverPi)) * (x + splat<R>(R(kGeluCubic)) * x * x * x);
      const Vec<R> t = hyperbolic_tangent<R>(inner);
      const Vec<R> slope = splat<R>(R(kSqrt2OverPi)) * (splat<R>(1) + splat<R>(R(3 * kGeluCubic)) * x * x);
      return splat<R>(R(0.5)) * (splat<R>(1) + t) + splat<R>(R(0.5)) * x * (splat<R>(1) - t * t) * slope;
    }
    case Activation::silu: {
      const Vec<R> s = sigmoid<R>(x);
      return s * (splat<R>(1) + x * (splat<R>(1) - s));
    }
  }
  return x;
}

}  // namespace
