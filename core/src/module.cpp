// The Python module: takes arrays whose shapes and ranges openwork/engines/native/engine.py has checked, releases the
// GIL, shares the work among threads.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>
#include <pthread.h>

#include <limits>
#include <stdexcept>

#include "streams.hpp"
#include "workload.hpp"

using namespace nanobind::literals;
using namespace openwork;

namespace {

constexpr int64_t kMostSums = 64;  // jobs that one model's sums over inputs are shared out to, and added up in order

Core make_core(const std::string& level, bool wide, const std::vector<int32_t>& sizes, const std::string& act,
               const std::string& norm, double eps, double score_divisor, bool causal, bool positions, int32_t pad) {
  if (sizes.size() != 8) throw std::invalid_argument("a spec has eight sizes");
  Core core{};
  core.spec = {sizes[0],         sizes[1],   sizes[2], sizes[3],      sizes[4], sizes[5],  sizes[6], sizes[7],
               Activation::relu, Norm::none, eps,      score_divisor, causal,   positions, pad};
  const std::vector<std::string> acts = {"relu", "gelu", "gelu_new", "silu"};
  const std::vector<std::string> norms = {"none", "LN", "LNPre", "RMS", "RMSPre"};
  size_t i = 0, j = 0;
  while (i < acts.size() && acts[i] != act) i++;
  while (j < norms.size() && norms[j] != norm) j++;
  if (i == acts.size() || j == norms.size()) throw std::invalid_argument("unknown activation or norm");
  core.spec.act = Activation(i);
  core.spec.norm = Norm(j);
  core.wide = wide;
  core.kernels = &kernels_of(level, wide);
  core.params = n_params(core.spec);
  return core;
}

HeldTap make_tap(Site site, int32_t layer, TapKind kind, int32_t source, int64_t n, nb::object index, nb::object values,
                 nb::object out, int32_t world) {
  HeldTap held{{}, index, values, out};
  held.tap = {site, layer, kind, source, n, nullptr, nullptr, 0, nullptr, 0, world, false};
  if (!index.is_none()) {
    held.tap.index = nb::cast<Ints>(index).data();
    held.tap.ordered = true;
    for (int64_t k = 0; k < n; k++) held.tap.ordered = held.tap.ordered && held.tap.index[k] == k;
  }
  if (!values.is_none()) {
    const Weights array = nb::cast<Weights>(values);
    held.tap.values = array.data();
    held.tap.values_stride = array.shape(0) == 1 ? 0 : int64_t(array.size() / array.shape(0));
  }
  if (!out.is_none()) {
    const Numbers array = nb::cast<Numbers>(out);
    held.tap.out = array.data();
    held.tap.out_stride = int64_t(array.shape(1)) * n;
  }
  return held;
}

// `logits` [model][input][graded][d_vocab_out]; empty where only what is tapped is wanted.
void run(Workload& work, const Numbers& logits) {
  const Core& core = work.core;
  const int64_t of_model = int64_t(logits.nbytes()) / work.models;
  char* out = logits.size() ? static_cast<char*>(logits.data()) : nullptr;
  work.share_chunks(core.kernels->pass_scratch(core.spec, work.inputs), [&](const Chunk& c, void* scratch) {
    core.kernels->pass(core.spec, work.weights(c.model), int32_t(c.model), work.inputs, c.lo, c.hi,
                       out ? out + c.model * of_model : nullptr, scratch);
  });
}

// How right every model is under every plan: `loss`, `sequences`, `margin` are [plan][model], `right`
// [plan][model][graded].
struct HeldScores {
  Doubles loss;
  Counts right, sequences;
  Doubles margin;
};

// The workload's taps are those of its sources, then those of every plan, `tap_counts` [plan] each. Begins with
// `below`, of which there is one or none.
void sweep(Workload& work, const std::vector<int32_t>& tap_counts, const std::vector<Streams*>& below,
           const HeldScores& scores) {
  const Core& core = work.core;
  const Inputs& in = work.inputs;
  const int64_t n = in.n_graded, n_plans = int64_t(tap_counts.size());
  int64_t of_plans = 0;
  for (const int32_t count : tap_counts) of_plans += count;
  const int32_t first = stage_to_begin(core, in.taps + in.n_taps - of_plans, of_plans);
  const Streams* streams = !below.empty() && below.front()->serve(work, first) ? below.front() : nullptr;
  std::vector<Partial> parts(size_t(work.models * work.chunks * n_plans));
  std::vector<int64_t> rights(parts.size() * size_t(n), 0);
  const int64_t bytes = core.kernels->sweep_scratch(core.spec, in, tap_counts.data(), int32_t(n_plans));
  work.share_chunks(bytes, [&](const Chunk& c, void* scratch) {
    Partial* mine = parts.data() + c.number * n_plans;
    for (int64_t p = 0; p < n_plans; p++)
      mine[p] = {0, 0, std::numeric_limits<double>::infinity(), rights.data() + (c.number * n_plans + p) * n};
    core.kernels->sweep(core.spec, work.weights(c.model), int32_t(c.model), in, tap_counts.data(), int32_t(n_plans),
                        c.lo, c.hi, streams ? streams->of_chunk(work, c.number) : KeptStream{}, mine, scratch);
  });
  for (int64_t i = 0; i < n_plans * work.models; i++) {
    double total = 0, least = std::numeric_limits<double>::infinity();
    for (int64_t c = 0; c < work.chunks; c++) {
      const Partial& part = parts[size_t(((i % work.models) * work.chunks + c) * n_plans + i / work.models)];
      total += part.loss;
      least = std::min(least, part.margin);
      scores.sequences.data()[i] += part.sequences;
      for (int64_t g = 0; g < n; g++) scores.right.data()[i * n + g] += part.right[g];
    }
    scores.loss.data()[i] = total / double(in.n_inputs * n);
    scores.margin.data()[i] = least;
  }
}

// Sums over all inputs of the values that the taps take from source 0, which holds the inputs: `sums` [model][numbers
// of all taps]; every position is graded. Keeps the stream for passes over the same inputs with edits at the sites of
// `edited`, where they can begin with it, unless it is more than `most_bytes`.
std::unique_ptr<Streams> site_sums(Workload& work, const std::vector<HeldTap*>& edited, int64_t most_bytes,
                                   const Doubles& sums) {
  const Core& core = work.core;
  std::unique_ptr<Streams> streams = Streams::made_for(work, edited, most_bytes);
  const int64_t n = int64_t(sums.shape(1)), each = (work.chunks + kMostSums - 1) / kMostSums;
  const int64_t jobs = (work.chunks + each - 1) / each;
  std::vector<double> parts(size_t(work.models * jobs * n), 0.0);
  work.share(work.models * jobs, core.kernels->sums_scratch(core.spec, work.inputs), [&](int64_t job, void* scratch) {
    const int64_t first = job % jobs * each, end = std::min(first + each, work.chunks);
    for (int64_t of_model = first; of_model < end; of_model++) {
      const Chunk c = work.chunk(job / jobs, of_model);
      core.kernels->site_sums(core.spec, work.weights(c.model), int32_t(c.model), work.inputs, c.lo, c.hi,
                              streams ? streams->of_chunk(work, c.number) : KeptStream{}, parts.data() + job * n,
                              scratch);
    }
  });
  for (int64_t job = 0; job < work.models * jobs; job++)
    for (int64_t k = 0; k < n; k++) sums.data()[job / jobs * n + k] += parts[size_t(job * n + k)];
  return streams;
}

// `metric` [model][input]; `slopes` [model or 1][input][graded][d_vocab_out], empty where the metric is the loss.
void site_gradients(Workload& work, const Weights& slopes, const Numbers& metric) {
  const Core& core = work.core;
  const char* slope = slopes.size() ? static_cast<const char*>(slopes.data()) : nullptr;
  const int64_t of_model = !slope || slopes.shape(0) == 1 ? 0 : int64_t(slopes.nbytes()) / work.models;
  const int64_t metric_bytes = int64_t(metric.nbytes()) / work.models;
  work.share_chunks(core.kernels->site_scratch(core.spec, work.inputs), [&](const Chunk& c, void* scratch) {
    core.kernels->site_gradients(core.spec, work.weights(c.model), int32_t(c.model), work.inputs, c.lo, c.hi,
                                 slope ? slope + c.model * of_model : nullptr,
                                 static_cast<char*>(metric.data()) + c.model * metric_bytes, scratch);
  });
}

// A BallTap and the arrays that it points into: `mask` [pos, width], `mid` and `rad` [input or 1, pos, width]; to be
// read, `out_mid` and `out_rad` [input, pos, width].
struct HeldBallTap {
  BallTap tap;
  nb::object mask, mid, rad, out_mid, out_rad;
};

HeldBallTap make_ball_tap(Site site, int32_t layer, int64_t width, nb::object mask, nb::object mid, nb::object rad,
                          nb::object out_mid, nb::object out_rad) {
  HeldBallTap held{{}, mask, mid, rad, out_mid, out_rad};
  held.tap = {site, layer, width, nullptr, nullptr, nullptr, 0, nullptr, nullptr};
  if (!mask.is_none()) {
    const Reals middle = nb::cast<Reals>(mid);
    held.tap.mask = nb::cast<Bytes>(mask).data();
    held.tap.mid = middle.data();
    held.tap.rad = nb::cast<Reals>(rad).data();
    held.tap.stride = middle.shape(0) == 1 ? 0 : int64_t(middle.size() / middle.shape(0));
  }
  if (!out_mid.is_none()) {
    held.tap.out_mid = nb::cast<Doubles>(out_mid).data();
    held.tap.out_rad = nb::cast<Doubles>(out_rad).data();
  }
  return held;
}

// What surely holds the exact function of one model's weights: `lower`, `upper` and `radius` [input], see Enclosed.
void enclose(Workload& work, const Doubles& lower, const Doubles& upper, const Doubles& radius,
             const std::vector<HeldBallTap*>& held) {
  const Core& core = work.core;
  std::vector<BallTap> taps;
  for (const HeldBallTap* one : held) taps.push_back(one->tap);
  const BallTaps tapped{taps.data(), int64_t(taps.size())};
  const Enclosures& enclosures = enclosures_of(core.kernels->level);
  const Enclosed out{lower.data(), upper.data(), radius.data()};
  work.share_chunks(enclosures.scratch(core.spec, work.inputs), [&](const Chunk& c, void* scratch) {
    const double* weights = reinterpret_cast<const double*>(work.weights(c.model));
    if (!enclosures.enclose(core.spec, weights, work.inputs, tapped, c.lo, c.hi, out, scratch))
      throw std::runtime_error("this thread does not round to nearest, or loses tiny numbers: nothing is proved here");
  });
}

// Of the mean loss of all inputs: `loss` [model], `out` [model][param].
void gradients(Workload& work, const Doubles& loss, const Numbers& out) {
  const Core& core = work.core;
  std::vector<int64_t> rows(size_t(work.inputs.n_inputs));
  for (size_t i = 0; i < rows.size(); i++) rows[i] = int64_t(i);
  const int64_t n = int64_t(rows.size()), of_model = core.params * int64_t(core.width());
  work.share_models(n, 0, [&](int64_t model, void* scratch, const Workers& workers) {
    loss.data()[model] = core.kernels->gradient(core.spec, work.weights(model), work.inputs, rows.data(), n,
                                                static_cast<char*>(out.data()) + model * of_model, workers, scratch);
  });
}

// What training changes in place: weights and AdamW's memory [model][param], and the steps done [model].
struct HeldState {
  Numbers weights, exp_avg, exp_avg_sq;
  Counts steps;
};

// `order` [model][n], cut into batches; `rates` [model][step]; `attn_entropy` [model], or none.
struct HeldBatches {
  Longs order;
  int64_t batch_size;
  Reals rates, attn_entropy;
};

// `losses` [model][step].
void train(Workload& work, const HeldState& state, const HeldBatches& batches, const AdamW& optimiser,
           const Doubles& losses) {
  const Core& core = work.core;
  const int64_t n_order = int64_t(batches.order.shape(1)), n_steps = int64_t(batches.rates.shape(1));
  const int64_t of_model = core.params * int64_t(core.width()), gradient_bytes = (of_model + 63) / 64 * 64;
  const double* sharp = batches.attn_entropy.is_valid() ? batches.attn_entropy.data() : nullptr;
  work.share_models(batches.batch_size, gradient_bytes, [&](int64_t model, void* scratch, const Workers& workers) {
    const Training t{work.inputs,        batches.order.data() + model * n_order, n_order,
                     batches.batch_size, batches.rates.data() + model * n_steps, sharp ? sharp[model] : 0,
                     optimiser};
    const auto of = [&](const Numbers& all) { return static_cast<char*>(all.data()) + model * of_model; };
    int64_t& steps = state.steps.data()[model];
    steps += core.kernels->train(core.spec, of(state.weights), of(state.exp_avg), of(state.exp_avg_sq), steps, t,
                                 losses.data() + model * n_steps, scratch, workers,
                                 static_cast<char*>(scratch) + gradient_bytes);
  });
}

// Names as interface.hpp has them.
void add_enums(nb::module_& m) {
  nb::enum_<TapKind>(m, "TapKind")
      .value("constant", TapKind::constant)
      .value("from_source", TapKind::from_source)
      .value("affine", TapKind::affine)
      .value("given", TapKind::given)
      .value("read", TapKind::read)
      .value("gradient", TapKind::gradient);
  nb::enum_<AnswerKind>(m, "AnswerKind")
      .value("symbol", AnswerKind::symbol)
      .value("symbol_or_none", AnswerKind::symbol_or_none)
      .value("set", AnswerKind::set);
  nb::enum_<Site> sites(m, "Site");
  for (int site = 0; site < int(Site::count); site++) sites.value(kSiteNames[site], Site(site));
}

// What a call takes and gives, each as one value.
void add_values(nb::module_& m) {
  nb::class_<Core>(m, "Core").def_ro("params", &Core::params).def_prop_ro("lanes", [](const Core& c) {
    return c.kernels->lanes;
  });
  nb::class_<HeldTap>(m, "Tap");
  nb::class_<HeldBallTap>(m, "BallTap");
  nb::class_<Streams>(m, "Streams");
  nb::class_<ThreadPool>(m, "ThreadPool")
      .def(nb::init<int>(), "threads"_a)
      .def_prop_ro("size", &ThreadPool::size)
      .def_prop_ro("is_here", &ThreadPool::is_here);
  nb::class_<Workload>(m, "Workload")
      .def(nb::init<const Core&, ThreadPool&, const Weights&, const Ints&, const Ints&, const nb::object&,
                    const std::vector<Ints>&, const std::vector<HeldTap*>&, AnswerKind>(),
           nb::keep_alive<1, 2>(), nb::keep_alive<1, 3>(), "core"_a, "pool"_a, "stack"_a, "tokens"_a, "graded"_a,
           "answers"_a.none() = nb::none(), "sources"_a = std::vector<Ints>(), "taps"_a = std::vector<HeldTap*>(),
           "answer_kind"_a = AnswerKind::symbol);
  const auto scores = [](HeldScores* self, Doubles loss, Counts right, Counts sequences, Doubles margin) {
    new (self) HeldScores{loss, right, sequences, margin};
  };
  nb::class_<HeldScores>(m, "Scores").def("__init__", scores, "loss"_a, "right"_a, "sequences"_a, "margin"_a);
  const auto state = [](HeldState* self, Numbers weights, Numbers exp_avg, Numbers exp_avg_sq, Counts steps) {
    new (self) HeldState{weights, exp_avg, exp_avg_sq, steps};
  };
  nb::class_<HeldState>(m, "State").def("__init__", state, "weights"_a, "exp_avg"_a, "exp_avg_sq"_a, "steps"_a);
  const auto batches = [](HeldBatches* self, Longs order, int64_t batch_size, Reals rates, Reals attn_entropy) {
    new (self) HeldBatches{order, batch_size, rates, attn_entropy};
  };
  nb::class_<HeldBatches>(m, "Batches")
      .def("__init__", batches, "order"_a, "batch_size"_a, "rates"_a, "attn_entropy"_a.none() = nb::none());
  const auto adamw = [](AdamW* self, double beta1, double beta2, double eps, double weight_decay, double most) {
    new (self) AdamW{beta1, beta2, eps, weight_decay, most};
  };
  nb::class_<AdamW>(m, "AdamW")
      .def("__init__", adamw, "beta1"_a, "beta2"_a, "eps"_a, "weight_decay"_a, "max_grad_norm"_a);
}

}  // namespace

NB_MODULE(_core, m) {
  m.doc() = "openwork's native core: passes and training of tiny transformers, one input per SIMD lane.";
  nb::set_leak_warnings(false);  // the engine keeps its cores until the process ends
  add_enums(m);
  add_values(m);
  pthread_atfork(nullptr, nullptr, [] { calls_aside = 0; });  // those threads are the parent's
  nb::module_::import_("atexit").attr("register")(nb::cpp_function(&end_calls_aside));
  m.def("usable_levels", &usable_levels);
  m.def("make_core", &make_core, "level"_a, "wide"_a, "sizes"_a, "act"_a, "norm"_a, "eps"_a, "score_divisor"_a,
        "causal"_a, "positions"_a, "pad"_a = -1);
  m.def("make_tap", &make_tap, "site"_a, "layer"_a, "kind"_a, "source"_a = 0, "n"_a = 0, "index"_a.none() = nb::none(),
        "values"_a.none() = nb::none(), "out"_a.none() = nb::none(), "world"_a = -1);
  m.def("run", &run);
  m.def("sweep", &sweep);
  m.def("site_sums", &site_sums);
  m.def("site_gradients", &site_gradients);
  m.def("make_ball_tap", &make_ball_tap, "site"_a, "layer"_a, "width"_a, "mask"_a.none() = nb::none(),
        "mid"_a.none() = nb::none(), "rad"_a.none() = nb::none(), "out_mid"_a.none() = nb::none(),
        "out_rad"_a.none() = nb::none());
  m.def("enclose", &enclose, "work"_a, "lower"_a, "upper"_a, "radius"_a, "taps"_a = std::vector<HeldBallTap*>());
  m.def("gradients", &gradients);
  m.def("train", &train);
}
