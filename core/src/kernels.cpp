// The kernels of one SIMD level for one floating-point type: compiled once for each, with OPENWORK_LEVEL,
// OPENWORK_BYTES, OPENWORK_TILE and OPENWORK_REAL set.
#include "site_gradients.hpp"
#include "site_sums.hpp"
#include "sweep.hpp"
#include "trainer.hpp"

namespace {

using openwork::Kernels;
using openwork::Training;

template <class R>
int64_t train_scratch(const Spec& spec, const Inputs& inputs, int64_t batch_size, int workers) {
  Arena counting(nullptr);
  Trainer<R>(spec, inputs, batch_size, workers, counting);
  return counting.used();
}

template <class R>
double gradient(const Spec& spec, const void* weights, const Inputs& inputs, const int64_t* rows, int64_t n, void* out,
                const Workers& workers, void* scratch) {
  Arena arena(scratch);
  Trainer<R> trainer(spec, inputs, n, workers.size, arena);
  return trainer.gradient(static_cast<const R*>(weights), rows, n, static_cast<R*>(out), workers);
}

template <class R>
int64_t train(const Spec& spec, void* weights, void* exp_avg, void* exp_avg_sq, int64_t first_step, const Training& t,
              double* losses, void* gradient_memory, const Workers& workers, void* scratch) {
  Arena arena(scratch);
  Trainer<R> trainer(spec, t.inputs, t.batch_size, workers.size, arena);
  const int64_t n_params = trainer.layout.total;
  R *w = static_cast<R*>(weights), *g = static_cast<R*>(gradient_memory);
  const int64_t steps = (t.n_order + t.batch_size - 1) / t.batch_size;
  for (int64_t step = 0; step < steps; step++) {
    const int64_t from = step * t.batch_size, left = t.n_order - from;
    const int64_t size = left < t.batch_size ? left : t.batch_size;
    const double loss = trainer.gradient(w, t.order + from, size, g, workers, t.attn_entropy);
    if (t.inputs.cancel->is_set()) return step;
    const double square = square_norm(g, n_params);
    if (!__builtin_isfinite(loss) || !__builtin_isfinite(square)) {
      for (int64_t s = step; s < steps; s++) losses[s] = __builtin_nan("");
      return step;
    }
    losses[step] = loss;
    const double norm = __builtin_sqrt(square) + 1e-6, most = t.optimiser.max_grad_norm;
    const double clip = norm > most ? most / norm : 1;
    adamw_step<R>(t.optimiser, t.rates[step], first_step + step + 1, clip, n_params, w, g, static_cast<R*>(exp_avg),
                  static_cast<R*>(exp_avg_sq));
  }
  return steps;
}

#define OPENWORK_NAME_(x) #x
#define OPENWORK_NAME(x) OPENWORK_NAME_(x)

using Real = OPENWORK_REAL;

constexpr Kernels kTable = {OPENWORK_NAME(OPENWORK_LEVEL),
                            Lanes<Real>::count,
                            Trainer<Real>::parts_of,
                            pass_scratch<Real>,
                            train_scratch<Real>,
                            pass<Real>,
                            sweep_scratch<Real>,
                            sweep<Real>,
                            sums_scratch<Real>,
                            site_sums<Real>,
                            site_scratch<Real>,
                            site_gradients<Real>,
                            gradient<Real>,
                            train<Real>};

}  // namespace

const openwork::Kernels& openwork::OPENWORK_LEVEL::kernels(Real) {
  return kTable;
}
