// The streams that a pass over inputs kept on its way to a sum, for passes over the same inputs that are edited above.
#pragma once

#include <memory>
#include <vector>

#include "workload.hpp"

namespace openwork {

// In which stage the first of these taps asks for other values.
inline int32_t stage_to_begin(const Core& core, const Tap* taps, int64_t n) {
  Inputs of_taps{};
  of_taps.taps = taps, of_taps.n_taps = int32_t(n);
  return first_stage(core.spec, of_taps);
}

class Streams {
 public:
  // Room for where a pass with edits at the sites of `edited` begins; none where that is the embedding or its first
  // reader, where a pass that ends at the last of the workload's taps does not get there, or where it is more than
  // `most_bytes`.
  static std::unique_ptr<Streams> made_for(const Workload& work, const std::vector<HeldTap*>& edited,
                                           int64_t most_bytes) {
    std::vector<Tap> taps;
    for (const HeldTap* tap : edited) taps.push_back(tap->tap);
    const int32_t stage = stage_to_begin(work.core, taps.data(), int64_t(taps.size()));
    const bool gets_there = stage <= last_stage_of_source(work.core.spec, work.inputs, 0);
    if (stage <= attention_stage(0) || !gets_there || bytes_of(work) > most_bytes) return nullptr;
    return std::make_unique<Streams>(work, stage);
  }

  Streams(const Workload& work, int32_t stage) : stage_(stage), bytes_(bytes_of(work)), memory_(bytes_) {}

  // Whether they are of so many models and such inputs, first edited in stage `first` or later.
  bool serve(const Workload& work, int32_t first) const { return first >= stage_ && bytes_ == bytes_of(work); }
  KeptStream of_chunk(const Workload& work, int64_t number) const {
    return {stage_, static_cast<char*>(memory_.get()) + number * chunk_bytes(work)};
  }

 private:
  // Every step's positions, and a vector that says how many.
  static int64_t chunk_bytes(const Workload& work) {
    return kChunk * (work.inputs.n_pos * int64_t(work.core.spec.d_model) + 1) * int64_t(work.core.width());
  }
  static int64_t bytes_of(const Workload& work) { return work.models * work.chunks * chunk_bytes(work); }

  const int32_t stage_;
  const int64_t bytes_;
  const Scratch memory_;
};

}  // namespace openwork
