// The pass as a row of stages: the embedding, each layer's attention and MLP, the end. A stage starts from nothing but
// the stream that the one before left, so a pass can begin at any of them.
#pragma once

#include "interface.hpp"

namespace {

using openwork::Inputs;
using openwork::Site;
using openwork::Spec;
using openwork::Tap;
using openwork::TapKind;

inline int attention_stage(int layer) {
  return 1 + 2 * layer;
}
inline int mlp_stage(int layer) {
  return 2 + 2 * layer;
}
inline int final_stage(const Spec& spec) {
  return 1 + 2 * spec.n_layers;
}
inline int stage_layer(int stage) {
  return (stage - 1) / 2;
}
// The stage that writes a layer's last stream.
inline int last_stage(const Spec& spec, int layer) {
  return spec.d_mlp ? mlp_stage(layer) : attention_stage(layer);
}

// A bit for each site of these taps.
inline uint32_t sites_of(const Tap* taps, int32_t n) {
  uint32_t sites = 0;
  for (int i = 0; i < n; i++) sites |= uint32_t(1) << int(taps[i].site);
  return sites;
}

// In which stage a site is tapped.
inline int stage_of(const Spec& spec, const Tap& tap) {
  if (tap.site <= Site::pos_embed) return 0;
  if (tap.site >= Site::final_scale) return final_stage(spec);
  if (tap.site == Site::resid_post) return last_stage(spec, tap.layer);
  return tap.site < Site::resid_mid ? attention_stage(tap.layer) : mlp_stage(tap.layer);
}

// In which stage a pass must begin that is edited there. A stream is written by the stage before the one that taps it.
inline int stage_to_redo(const Spec& spec, const Tap& tap) {
  if (tap.site == Site::resid_pre) return tap.layer ? last_stage(spec, tap.layer - 1) : 0;
  return tap.site == Site::resid_mid ? attention_stage(tap.layer) : stage_of(spec, tap);
}

inline int first_stage(const Spec& spec, const Inputs& inputs) {
  int first = final_stage(spec);
  for (int i = 0; i < inputs.n_taps; i++) {
    const int stage = stage_to_redo(spec, inputs.taps[i]);
    if (stage < first) first = stage;
  }
  return first;
}

// The last stage in which something is read; -1 where nothing is.
inline int last_stage_read(const Spec& spec, const Inputs& inputs) {
  int last = -1;
  for (int i = 0; i < inputs.n_taps; i++) {
    const int stage = stage_of(spec, inputs.taps[i]);
    if (inputs.taps[i].kind == TapKind::read && stage > last) last = stage;
  }
  return last;
}

// The last stage in which something is taken from this source; -1 where nothing is.
inline int last_stage_of_source(const Spec& spec, const Inputs& inputs, int32_t source) {
  int last = -1;
  for (int i = 0; i < inputs.n_taps; i++) {
    const Tap& tap = inputs.taps[i];
    if (tap.kind == TapKind::from_source && tap.source == source && stage_of(spec, tap) > last)
      last = stage_of(spec, tap);
  }
  return last;
}

}  // namespace
