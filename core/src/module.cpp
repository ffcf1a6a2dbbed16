// The Python module: takes arrays whose shapes and ranges openwork/engines/native/engine.py has checked, releases the
// GIL, shares the work among threads.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <limits>
#include <memory>
#include <stdexcept>
#include <thread>

#include "crew.hpp"
#include "gang.hpp"
#include "levels.hpp"
#include "stages.hpp"

namespace nb = nanobind;
using namespace nb::literals;
using namespace openwork;

namespace {

using Numbers = nb::ndarray<nb::c_contig, nb::device::cpu>;  // of the spec's dtype
using Weights = nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>;
using Ints = nb::ndarray<const int32_t, nb::c_contig, nb::device::cpu>;
using Longs = nb::ndarray<const int64_t, nb::c_contig, nb::device::cpu>;
using Reals = nb::ndarray<const double, nb::c_contig, nb::device::cpu>;
using Doubles = nb::ndarray<double, nb::c_contig, nb::device::cpu>;
using Counts = nb::ndarray<int64_t, nb::c_contig, nb::device::cpu>;

constexpr int64_t kChunk = 1024;  // inputs in one job: fixed, so that sums do not depend on the number of threads

constexpr int64_t kMostSums = 64;  // jobs that one model's sums over inputs are shared out to, and added up in order

// A tap and the arrays that it points into.
struct HeldTap {
  Tap tap;
  nb::object index, values, out;
};

// What runs: a spec at one SIMD level and dtype.
struct Core {
  Spec spec;
  bool wide;
  const Kernels* kernels;
  int64_t params;

  size_t width() const { return wide ? sizeof(double) : sizeof(float); }
  const char* weights_of(const Weights& stack, int64_t model) const {
    return static_cast<const char*>(stack.data()) + model * params * int64_t(width());
  }
};

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

HeldTap make_tap(int32_t site, int32_t layer, int32_t kind, int32_t source, int64_t n, nb::object index,
                 nb::object values, nb::object out, int32_t world) {
  HeldTap held{{}, index, values, out};
  held.tap = {Site(site), layer, TapKind(kind), source, n, nullptr, nullptr, 0, nullptr, 0, world, false};
  if (!index.is_none()) {
    held.tap.index = nb::cast<Ints>(index).data();
    held.tap.ordered = true;
    for (int64_t k = 0; k < n; k++) held.tap.ordered = held.tap.ordered && held.tap.index[k] == k;
  }
  if (!values.is_none()) {
    const Weights array = nb::cast<Weights>(values);
    held.tap.values = array.data();
    held.tap.values_stride = array.shape(0) == 1 ? 0 : int64_t(array.shape(1));
  }
  if (!out.is_none()) {
    const Numbers array = nb::cast<Numbers>(out);
    held.tap.out = array.data();
    held.tap.out_stride = int64_t(array.shape(1)) * n;
  }
  return held;
}

struct HeldInputs {
  Inputs inputs;
  std::vector<const int32_t*> sources;
  std::vector<Tap> taps;
  volatile bool cancel = false;

  HeldInputs(const Ints& tokens, const nb::object& answers, const Ints& graded, const std::vector<Ints>& source_tokens,
             const std::vector<HeldTap*>& held) {
    for (const Ints& s : source_tokens) sources.push_back(s.data());
    for (const HeldTap* h : held) taps.push_back(h->tap);
    const int32_t* right = answers.is_none() ? nullptr : nb::cast<Ints>(answers).data();
    inputs = {int64_t(tokens.shape(0)),
              int32_t(tokens.shape(1)),
              int32_t(graded.shape(0)),
              int32_t(sources.size()),
              int32_t(taps.size()),
              tokens.data(),
              right,
              graded.data(),
              sources.data(),
              taps.data(),
              sites_of(taps.data(), int32_t(taps.size())),
              &cancel};
  }
  HeldInputs(const HeldInputs&) = delete;
  HeldInputs& operator=(const HeldInputs&) = delete;
};

int64_t chunks_of(const Inputs& in) {
  return (in.n_inputs + kChunk - 1) / kChunk;
}

std::vector<Tap> taps_of(const std::vector<HeldTap*>& held) {
  std::vector<Tap> taps;
  for (const HeldTap* h : held) taps.push_back(h->tap);
  return taps;
}

// The streams that a pass over inputs kept on its way to a sum, for passes over the same inputs that are edited above:
// in chunks of kChunk inputs, models one after the other.
class Streams {
 public:
  Streams(const Core& core, int64_t models, const Inputs& in, int32_t stage)
      : stage_(stage), bytes_(bytes_of(core, models, in)), memory_(bytes_) {}

  static int64_t chunk_bytes(const Core& core, const Inputs& in) {
    return kChunk * (in.n_pos * core.spec.d_model + 1) * int64_t(core.width());
  }
  static int64_t bytes_of(const Core& core, int64_t models, const Inputs& in) {
    return models * chunks_of(in) * chunk_bytes(core, in);
  }
  // Whether they are those of so many models and such inputs, first edited in stage `first` or later.
  bool serve(const Core& core, int64_t models, const Inputs& in, int32_t first) const {
    return first >= stage_ && bytes_ == bytes_of(core, models, in);
  }
  KeptStream of_chunk(const Core& core, const Inputs& in, int64_t number) const {
    return {stage_, static_cast<char*>(memory_.get()) + number * chunk_bytes(core, in)};
  }

 private:
  const int32_t stage_;
  const int64_t bytes_;
  const Scratch memory_;
};

// In which stage the first of these taps asks for other values.
int32_t stage_to_begin(const Core& core, std::vector<Tap> taps) {
  Inputs of_taps{};
  of_taps.taps = taps.data(), of_taps.n_taps = int32_t(taps.size());
  return first_stage(core.spec, of_taps);
}

// What the end of the interpreter waits for: calls on other threads than the main one, from before they let go of the
// GIL until they have it again. After it, taking the GIL would end such a thread within this code, and with it the
// process.
std::atomic<int64_t> calls_aside{0};
std::atomic<bool> at_end{false};

bool on_main_thread() {
  const nb::module_ threading = nb::module_::import_("threading");
  return threading.attr("main_thread")().attr("ident").equal(threading.attr("get_ident")());
}

// Python runs signal handlers on the main thread only.
bool signalled() {
  const nb::gil_scoped_acquire gil;
  return PyErr_CheckSignals() != 0;
}

// Called at exit, before Python ends: stops the calls on other threads, which never return, and waits for that.
void end_calls_aside() {
  at_end = true;
  const nb::gil_scoped_release release;
  while (calls_aside > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

// A call on another thread than the main one.
struct CallAside {
  CallAside() {
    if (at_end) throw std::runtime_error("Python is ending: no other thread can run a model any more");
    calls_aside++;
  }
  ~CallAside() { calls_aside--; }
  CallAside(const CallAside&) = delete;
  CallAside& operator=(const CallAside&) = delete;
  static bool interrupted() { return at_end; }
  [[noreturn]] static void never_return() {
    for (calls_aside--;;) std::this_thread::sleep_for(std::chrono::hours(1));
  }
};

// Calls work(interrupted), which uses a crew, without the GIL; what a signal handler raised is raised here.
template <class Work>
void without_gil(Work work) {
  if (on_main_thread()) {
    bool done;
    {
      const nb::gil_scoped_release release;
      done = work(signalled);
    }
    if (!done) throw nb::python_error();
    return;
  }
  const CallAside aside;
  const nb::gil_scoped_release release;
  if (!work(CallAside::interrupted)) CallAside::never_return();
}

// Calls job(model, scratch, team) for every model, which then has a team of its own: where there are more threads than
// models, several share one.
template <class Job>
void share_models(Crew& crew, const Core& core, const Inputs& in, int64_t models, int64_t batch, int64_t extra_bytes,
                  volatile bool& cancel, Job job) {
  const int64_t parts = core.kernels->parts(batch), spare = crew.size() / models;
  const int each = int(std::max<int64_t>(1, std::min(spare, parts)));
  const int64_t bytes = core.kernels->train_scratch(core.spec, in, batch, each) + extra_bytes;
  if (each == 1) {
    without_gil([&](const auto& interrupted) {
      const auto alone = [&](int64_t model, void* scratch) {
        Gang gang(1);
        job(model, scratch, gang.team());
      };
      return crew.share(models, bytes, cancel, alone, interrupted);
    });
    return;
  }
  std::vector<std::unique_ptr<Gang>> gangs;
  for (int64_t model = 0; model < models; model++) gangs.push_back(std::make_unique<Gang>(each));
  without_gil([&](const auto& interrupted) {
    const auto work = [&](int worker) {
      Gang& gang = *gangs[size_t(worker / each)];
      if (worker % each) return gang.serve(worker % each);
      try {
        const Scratch scratch(bytes);
        job(worker / each, scratch.get(), gang.team());
      } catch (...) {
        gang.finish();
        throw;
      }
      gang.finish();
    };
    return crew.all_at_once(int(models) * each, cancel, work, interrupted);
  });
}

void run(const Core& core, const Weights& stack, const Ints& tokens, const Ints& graded,
         const std::vector<Ints>& sources, const std::vector<HeldTap*>& taps, const Numbers& logits, Crew& crew) {
  HeldInputs held(tokens, nb::none(), graded, sources, taps);
  const Inputs& in = held.inputs;
  const int64_t models = int64_t(stack.shape(0)), chunks = (in.n_inputs + kChunk - 1) / kChunk;
  const int64_t out_size = in.n_inputs * in.n_graded * core.spec.d_vocab_out * int64_t(core.width());
  char* out = static_cast<char*>(logits.data());
  const auto job = [&](int64_t number, void* scratch) {
    const int64_t model = number / chunks, lo = number % chunks * kChunk, hi = std::min(lo + kChunk, in.n_inputs);
    core.kernels->pass(core.spec, core.weights_of(stack, model), int32_t(model), in, lo, hi, out + model * out_size,
                       scratch);
  };
  const int64_t bytes = core.kernels->pass_scratch(core.spec, in);
  without_gil(
      [&](const auto& interrupted) { return crew.share(models * chunks, bytes, held.cancel, job, interrupted); });
}

// How right every model is under every plan; `of_sources` are the sources' own writes. `loss`, `sequences`, `margin`
// are [plan][model], `right` [plan][model][graded].
void sweep(const Core& core, const Weights& stack, const Ints& tokens, const Ints& answers, const Ints& graded,
           const std::vector<Ints>& sources, const std::vector<HeldTap*>& of_sources,
           const std::vector<std::vector<HeldTap*>>& plans, const Doubles& loss, const Counts& right,
           const Counts& sequences, const Doubles& margin, const std::vector<Streams*>& below, Crew& crew) {
  std::vector<HeldTap*> taps = of_sources;
  std::vector<int32_t> counts;
  for (const std::vector<HeldTap*>& of_plan : plans) {
    taps.insert(taps.end(), of_plan.begin(), of_plan.end());
    counts.push_back(int32_t(of_plan.size()));
  }
  HeldInputs held(tokens, nb::cast(answers), graded, sources, taps);
  const Inputs& in = held.inputs;
  const int64_t models = int64_t(stack.shape(0)), n = in.n_graded, n_plans = int64_t(plans.size());
  const int64_t chunks = (in.n_inputs + kChunk - 1) / kChunk;
  std::vector<Partial> parts(size_t(models * chunks * n_plans));
  std::vector<int64_t> rights(parts.size() * size_t(n), 0);
  const int32_t first = stage_to_begin(core, {held.taps.begin() + int64_t(of_sources.size()), held.taps.end()});
  const Streams* streams = below.empty() ? nullptr : below.front();
  const bool begins = streams && streams->serve(core, models, in, first);
  const auto job = [&](int64_t number, void* scratch) {
    const int64_t model = number / chunks, lo = number % chunks * kChunk, hi = std::min(lo + kChunk, in.n_inputs);
    Partial* mine = parts.data() + number * n_plans;
    for (int64_t p = 0; p < n_plans; p++)
      mine[p] = {0, 0, std::numeric_limits<double>::infinity(), rights.data() + (number * n_plans + p) * n};
    core.kernels->sweep(core.spec, core.weights_of(stack, model), int32_t(model), in, counts.data(), int32_t(n_plans),
                        lo, hi, begins ? streams->of_chunk(core, in, number) : KeptStream{}, mine, scratch);
  };
  const int64_t bytes = core.kernels->sweep_scratch(core.spec, in, counts.data(), int32_t(n_plans));
  without_gil(
      [&](const auto& interrupted) { return crew.share(models * chunks, bytes, held.cancel, job, interrupted); });
  for (int64_t i = 0; i < n_plans * models; i++) {
    double total = 0, least = std::numeric_limits<double>::infinity();
    for (int64_t c = 0; c < chunks; c++) {
      const Partial& part = parts[size_t(((i % models) * chunks + c) * n_plans + i / models)];
      total += part.loss;
      least = std::min(least, part.margin);
      sequences.data()[i] += part.sequences;
      for (int64_t g = 0; g < n; g++) right.data()[i * n + g] += part.right[g];
    }
    loss.data()[i] = total / double(in.n_inputs * n);
    margin.data()[i] = least;
  }
}

// Room for the streams where a pass that is edited there begins; none where that is the embedding or its first reader,
// where the pass that ends at the last of the inputs' taps does not get there, or where there are more than
// `most_bytes`.
std::unique_ptr<Streams> streams_for(const Core& core, int64_t models, const Inputs& in,
                                     const std::vector<HeldTap*>& edited, int64_t most_bytes) {
  const int32_t stage = stage_to_begin(core, taps_of(edited));
  const bool gets_there = stage > attention_stage(0) && stage <= last_stage_of_source(core.spec, in, 0);
  if (!gets_there || Streams::bytes_of(core, models, in) > most_bytes) return nullptr;
  return std::make_unique<Streams>(core, models, in, stage);
}

// Sums over all inputs of the values at the taps' sites: `sums` [model][numbers of all taps]; `graded` is every
// position. Where passes over the same inputs with edits at the sites of `edited` can begin above the embedding, keeps
// the stream for them, unless it is more than `most_bytes`.
std::unique_ptr<Streams> site_sums(const Core& core, const Weights& stack, const Ints& tokens, const Ints& graded,
                                   const std::vector<HeldTap*>& taps, const std::vector<HeldTap*>& edited,
                                   int64_t most_bytes, const Doubles& sums, Crew& crew) {
  HeldInputs held(tokens, nb::none(), graded, {tokens}, taps);
  const Inputs& in = held.inputs;
  const int64_t models = int64_t(stack.shape(0)), n = int64_t(sums.shape(1));
  const int64_t chunks = (in.n_inputs + kChunk - 1) / kChunk, each = (chunks + kMostSums - 1) / kMostSums;
  const int64_t jobs = (chunks + each - 1) / each;
  std::vector<double> parts(size_t(models * jobs * n), 0.0);
  std::unique_ptr<Streams> streams = streams_for(core, models, in, edited, most_bytes);
  const auto job = [&](int64_t number, void* scratch) {
    const int64_t model = number / jobs, first = number % jobs * each, end = std::min(first + each, chunks);
    for (int64_t chunk = first; chunk < end; chunk++) {
      const int64_t lo = chunk * kChunk, hi = std::min(lo + kChunk, in.n_inputs);
      core.kernels->site_sums(core.spec, core.weights_of(stack, model), int32_t(model), in, lo, hi,
                              streams ? streams->of_chunk(core, in, model * chunks + chunk) : KeptStream{},
                              parts.data() + number * n, scratch);
    }
  };
  const int64_t bytes = core.kernels->sums_scratch(core.spec, in);
  without_gil([&](const auto& interrupted) { return crew.share(models * jobs, bytes, held.cancel, job, interrupted); });
  for (int64_t number = 0; number < models * jobs; number++)
    for (int64_t k = 0; k < n; k++) sums.data()[number / jobs * n + k] += parts[size_t(number * n + k)];
  return streams;
}

// `slopes` [model or 1][input][graded][d_vocab_out], empty where the metric is the loss.
void site_gradients(const Core& core, const Weights& stack, const Ints& tokens, const Ints& answers, const Ints& graded,
                    const std::vector<Ints>& sources, const std::vector<HeldTap*>& taps, const Weights& slopes,
                    const Numbers& metric, Crew& crew) {
  HeldInputs held(tokens, nb::cast(answers), graded, sources, taps);
  const Inputs& in = held.inputs;
  const int64_t models = int64_t(stack.shape(0)), chunks = (in.n_inputs + kChunk - 1) / kChunk;
  const char* slope = slopes.size() ? static_cast<const char*>(slopes.data()) : nullptr;
  const int64_t slope_stride = !slope || slopes.shape(0) == 1 ? 0 : int64_t(slopes.nbytes()) / models;
  const auto job = [&](int64_t number, void* scratch) {
    const int64_t model = number / chunks, lo = number % chunks * kChunk, hi = std::min(lo + kChunk, in.n_inputs);
    core.kernels->site_gradients(core.spec, core.weights_of(stack, model), int32_t(model), in, lo, hi,
                                 slope ? slope + model * slope_stride : nullptr,
                                 static_cast<char*>(metric.data()) + model * in.n_inputs * int64_t(core.width()),
                                 scratch);
  };
  const int64_t bytes = core.kernels->site_scratch(core.spec, in);
  without_gil(
      [&](const auto& interrupted) { return crew.share(models * chunks, bytes, held.cancel, job, interrupted); });
}

void gradients(const Core& core, const Weights& stack, const Ints& tokens, const Ints& answers, const Ints& graded,
               const Doubles& loss, const Numbers& out, Crew& crew) {
  HeldInputs held(tokens, nb::cast(answers), graded, {}, {});
  std::vector<int64_t> rows(tokens.shape(0));
  for (size_t i = 0; i < rows.size(); i++) rows[i] = int64_t(i);
  const int64_t n = int64_t(rows.size());
  const auto job = [&](int64_t model, void* scratch, const Team& team) {
    char* to = static_cast<char*>(out.data()) + model * core.params * int64_t(core.width());
    loss.data()[model] = core.kernels->gradient(core.spec, core.weights_of(stack, model), held.inputs, rows.data(), n,
                                                to, team, scratch);
  };
  share_models(crew, core, held.inputs, int64_t(stack.shape(0)), n, 0, held.cancel, job);
}

// In place in `stack`, `exp_avg`, `exp_avg_sq`; `steps` [model] is the steps done before and becomes those done after.
void train(const Core& core, const Numbers& stack, const Numbers& exp_avg, const Numbers& exp_avg_sq,
           const Counts& steps, const Ints& tokens, const Ints& answers, const Ints& graded, const Longs& order,
           int64_t batch_size, const Reals& rates, const std::vector<double>& optimiser, const Doubles& losses,
           Crew& crew) {
  HeldInputs held(tokens, nb::cast(answers), graded, {}, {});
  const int64_t n_order = int64_t(order.shape(1)), n_steps = int64_t(rates.shape(1));
  const AdamW constants = {optimiser.at(0), optimiser.at(1), optimiser.at(2), optimiser.at(3), optimiser.at(4)};
  const int64_t gradient_bytes = (core.params * int64_t(core.width()) + 63) / 64 * 64;
  const auto job = [&](int64_t model, void* scratch, const Team& team) {
    const Training t{held.inputs, order.data() + model * n_order, n_order,
                     batch_size,  rates.data() + model * n_steps, constants};
    const int64_t at = model * core.params * int64_t(core.width());
    char* w = static_cast<char*>(stack.data()) + at;
    char* m = static_cast<char*>(exp_avg.data()) + at;
    char* v = static_cast<char*>(exp_avg_sq.data()) + at;
    char* rest = static_cast<char*>(scratch) + gradient_bytes;
    steps.data()[model] += core.kernels->train(core.spec, w, m, v, steps.data()[model], t,
                                               losses.data() + model * n_steps, scratch, team, rest);
  };
  share_models(crew, core, held.inputs, int64_t(stack.shape(0)), batch_size, gradient_bytes, held.cancel, job);
}

}  // namespace

NB_MODULE(_core, m) {
  m.doc() = "openwork's native core: passes and training of tiny transformers, one input per SIMD lane.";
  nb::set_leak_warnings(false);  // the engine keeps its cores until the process ends
  nb::class_<Core>(m, "Core").def_ro("params", &Core::params).def_prop_ro("lanes", [](const Core& c) {
    return c.kernels->lanes;
  });
  nb::class_<HeldTap>(m, "Tap");
  nb::class_<Streams>(m, "Streams");
  nb::class_<Crew>(m, "Crew")
      .def(nb::init<int>(), "threads"_a)
      .def_prop_ro("size", &Crew::size)
      .def_prop_ro("is_here", &Crew::is_here);
  pthread_atfork(nullptr, nullptr, [] { calls_aside = 0; });  // those threads are the parent's
  nb::module_::import_("atexit").attr("register")(nb::cpp_function(&end_calls_aside));
  m.def("usable_levels", &usable_levels);
  m.def("make_core", &make_core, "level"_a, "wide"_a, "sizes"_a, "act"_a, "norm"_a, "eps"_a, "score_divisor"_a,
        "causal"_a, "positions"_a, "pad"_a = -1);
  m.def("make_tap", &make_tap, "site"_a, "layer"_a, "kind"_a, "source"_a, "n"_a, "index"_a.none(), "values"_a.none(),
        "out"_a.none(), "world"_a = -1);
  m.def("run", &run);
  m.def("sweep", &sweep);
  m.def("site_sums", &site_sums);
  m.def("site_gradients", &site_gradients);
  m.def("gradients", &gradients);
  m.def("train", &train);
}
