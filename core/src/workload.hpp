// What one call from Python is about, in arrays that are held until it ends.
#pragma once

#include <nanobind/ndarray.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "levels.hpp"
#include "spin_team.hpp"
#include "stages.hpp"
#include "thread_pool.hpp"
#include "without_gil.hpp"

namespace openwork {

using Numbers = nb::ndarray<nb::c_contig, nb::device::cpu>;  // of the spec's dtype
using Weights = nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>;
using Ints = nb::ndarray<const int32_t, nb::c_contig, nb::device::cpu>;
using Bytes = nb::ndarray<const uint8_t, nb::c_contig, nb::device::cpu>;
using Longs = nb::ndarray<const int64_t, nb::c_contig, nb::device::cpu>;
using Reals = nb::ndarray<const double, nb::c_contig, nb::device::cpu>;
using Doubles = nb::ndarray<double, nb::c_contig, nb::device::cpu>;
using Counts = nb::ndarray<int64_t, nb::c_contig, nb::device::cpu>;

constexpr int64_t kChunk = 1024;  // inputs in one job: fixed, so that sums do not depend on the number of threads

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
};

// Inputs lo .. hi of one model: piece `number` of all models' inputs.
struct Chunk {
  int64_t number, model, lo, hi;
};

// Models and the inputs that they run on, what is tapped on the way, and the threads that share the work.
class Workload {
 public:
  Workload(const Core& core, ThreadPool& pool, const Weights& stack, const Ints& tokens, const Ints& graded,
           const nb::object& answers, const std::vector<Ints>& sources, const std::vector<HeldTap*>& taps,
           AnswerKind answer_kind)
      : core(core),
        models(int64_t(stack.shape(0))),
        chunks((int64_t(tokens.shape(0)) + kChunk - 1) / kChunk),
        pool_(pool),
        stack_(stack),
        tokens_(tokens),
        graded_(graded),
        sources_(sources) {
    if (!answers.is_none()) answers_ = nb::cast<Ints>(answers);
    for (const Ints& source : sources_) rows_.push_back(source.data());
    for (const HeldTap* tap : taps) held_.push_back(*tap), taps_.push_back(tap->tap);
    inputs = {int64_t(tokens_.shape(0)),
              int32_t(tokens_.shape(1)),
              int32_t(graded_.shape(0)),
              int32_t(rows_.size()),
              int32_t(taps_.size()),
              tokens_.data(),
              answers_.is_valid() ? answers_.data() : nullptr,
              graded_.data(),
              rows_.data(),
              taps_.data(),
              sites_of(taps_.data(), int32_t(taps_.size())),
              &cancel_,
              answer_kind};
  }
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;

  const Core& core;
  const int64_t models, chunks;  // chunks of each model
  Inputs inputs;

  const char* weights(int64_t model) const {
    return static_cast<const char*>(stack_.data()) + model * core.params * int64_t(core.width());
  }
  Chunk chunk(int64_t model, int64_t of_model) const {
    const int64_t lo = of_model * kChunk;
    return {model * chunks + of_model, model, lo, std::min(lo + kChunk, inputs.n_inputs)};
  }

  // Calls job(i, scratch) for i from 0 to n - 1; see ThreadPool::share.
  template <class Job>
  void share(int64_t n, int64_t scratch_bytes, Job job) {
    without_gil([&](const auto& interrupted) { return pool_.share(n, scratch_bytes, cancel_, job, interrupted); });
  }

  // Calls job(chunk, scratch) for every chunk of every model.
  template <class Job>
  void share_chunks(int64_t scratch_bytes, Job job) {
    share(models * chunks, scratch_bytes,
          [&](int64_t number, void* scratch) { job(chunk(number / chunks, number % chunks), scratch); });
  }

  // Calls job(model, scratch, workers) for every model and its batches, which then has workers of its own: where there
  // are more threads than models, several share one.
  template <class Job>
  void share_models(int64_t batch, int64_t extra_bytes, Job job) {
    const int64_t parts = core.kernels->parts(batch), spare = pool_.size() / models;
    const int each = int(std::max<int64_t>(1, std::min(spare, parts)));
    const int64_t bytes = core.kernels->train_scratch(core.spec, inputs, batch, each) + extra_bytes;
    if (each == 1)
      return share(models, bytes, [&](int64_t model, void* scratch) {
        SpinTeam alone(1);
        job(model, scratch, alone.workers());
      });
    std::vector<std::unique_ptr<SpinTeam>> teams;
    for (int64_t model = 0; model < models; model++) teams.push_back(std::make_unique<SpinTeam>(each));
    const auto work = [&](int worker) {
      SpinTeam& team = *teams[size_t(worker / each)];
      if (worker % each) return team.serve(worker % each);
      try {
        const Scratch scratch(bytes);
        job(worker / each, scratch.get(), team.workers());
      } catch (...) {
        team.finish();
        throw;
      }
      team.finish();
    };
    without_gil(
        [&](const auto& interrupted) { return pool_.all_at_once(int(models) * each, cancel_, work, interrupted); });
  }

 private:
  ThreadPool& pool_;
  const Weights stack_;
  const Ints tokens_, graded_;
  Ints answers_;
  const std::vector<Ints> sources_;
  std::vector<const int32_t*> rows_;
  std::vector<HeldTap> held_;
  std::vector<Tap> taps_;
  StopFlag cancel_;
};

}  // namespace openwork
