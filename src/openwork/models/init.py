"""Initial weights by TransformerLens' rule for `init_mode="gpt2"`.

Every matrix (a name with `W_`) is normal with mean 0 and standard deviation `initializer_range`, which is
0.8 / sqrt(d_model) unless a recipe says otherwise; every bias is 0, every norm weight 1. A seed gives the same bits on
every machine: normals come from raw random words through an inverse normal distribution made of IEEE additions,
multiplications, divisions and square roots only, which no compiler or mathematical library rounds in its own way.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from openwork.data.randomness import bits, uniform
from openwork.models.spec import ModelSpec
from openwork.models.weights import Stack, n_params, named_views


def initial_stack(spec: ModelSpec, seeds: Sequence[int], initializer_range: float | None = None) -> Stack:
    """One freshly drawn model for each seed.

    Args:
        spec: of all of them.
        seeds: one of each.
        initializer_range: the matrices' standard deviation; None for 0.8 / sqrt(d_model).
    """
    flat = np.zeros((len(seeds), n_params(spec)), np.float64)
    views = named_views(spec, flat)
    scale = 0.8 / np.sqrt(spec.d_model) if initializer_range is None else initializer_range
    for row, seed in enumerate(seeds):
        stream = bits("initial weights", seed)
        for name, view in views.items():
            short = name.rsplit(".", 1)[1]
            if short.startswith("W_"):
                view[row] = scale * inverse_normal(uniform(stream, view[row].size)).reshape(view[row].shape)
            elif short == "w":
                view[row] = 1
    return Stack(spec, flat.astype(spec.dtype))


def _polynomial(x: NDArray[np.float64], coefficients: Sequence[float]) -> NDArray[np.float64]:
    """Horner's rule, highest power first."""
    total = np.full_like(x, coefficients[0])
    for c in coefficients[1:]:
        total = total * x + c
    return total


def natural_log(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """ln(x) for x > 0 to about 1e-15, from exact operations: ln(m 2^e) = e ln 2 + 2 artanh((m - 1) / (m + 1))."""
    mantissa, exponent = np.frexp(x)
    low = mantissa < np.sqrt(0.5)
    mantissa, exponent = np.where(low, 2 * mantissa, mantissa), exponent - low
    t = (mantissa - 1) / (mantissa + 1)
    series = _polynomial(t * t, [1 / (2 * k + 1) for k in range(11, -1, -1)])
    log: NDArray[np.float64] = exponent * 0.6931471805599453 + 2 * t * series
    return log


def inverse_normal(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """The standard normal's quantile, to about 1e-16: Wichura's AS 241 (Applied Statistics 37, 1988), PPND16."""
    q = p - 0.5
    r = 0.180625 - q * q
    # fmt: off
    centre = q * _polynomial(
        r, (2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
        1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0),
    ) / _polynomial(
        r, (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
        5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0),
    )
    r = np.sqrt(-natural_log(np.minimum(p, 1 - p)))
    middle = _polynomial(
        r - 1.6, (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
        1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0,
        1.42343711074968357734e0),
    ) / _polynomial(
        r - 1.6, (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
        1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0),
    )
    tail = _polynomial(
        r - 5, (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
        2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0,
        6.65790464350110377720e0),
    ) / _polynomial(
        r - 5, (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
        7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1,
        1.0),
    )
    # fmt: on
    outer = np.copysign(np.where(r <= 5, middle, tail), q)
    return np.where(np.abs(q) <= 0.425, centre, outer)
