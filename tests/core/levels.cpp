// Prints what every SIMD level that this machine runs computes for a few models, one number a line, so that
// scripts/compilers can hold compilers and machines to one another.
#include "../../core/src/levels.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "../../core/src/stages.hpp"

using namespace openwork;

namespace {

constexpr int kInputs = 70;

// The same numbers everywhere: a linear congruential generator (Knuth's MMIX).
struct Draw {
  uint64_t state = 1;
  double real() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return double(state >> 11) / double(uint64_t(1) << 53);
  }
  int below(int n) { return int(real() * n); }
};

// Memory as aligned as the kernels want it.
struct Aligned {
  void* at;
  explicit Aligned(int64_t bytes) : at(std::aligned_alloc(64, size_t(bytes + 127) / 64 * 64)) {}
  ~Aligned() { std::free(at); }
  Aligned(const Aligned&) = delete;
  Aligned& operator=(const Aligned&) = delete;
};

void run_alone(void*, int64_t n, void (*job)(void*, int64_t, int32_t), void* of) {
  for (int64_t i = 0; i < n; i++) job(of, i, 0);
}

const Workers kAlone = {nullptr, 1, run_alone};

template <class R>
struct Model {
  const Kernels& kernels;
  const Spec& spec;
  std::string name;
  std::vector<R> weights;
  std::vector<int32_t> tokens, answers, graded;
  std::vector<int64_t> rows;
  StopFlag cancel;

  Model(const Kernels& k, const Spec& s, const std::string& title) : kernels(k), spec(s), name(title) {
    Draw draw;
    for (int64_t i = 0; i < n_params(spec); i++) weights.push_back(R(draw.real() - 0.5));
    graded = {1, spec.n_ctx - 2};
    for (int i = 0; i < kInputs * spec.n_ctx; i++) tokens.push_back(draw.below(spec.d_vocab));
    for (int i = 0; i < kInputs * 2; i++) answers.push_back(draw.below(spec.d_vocab_out));
    for (int i = 0; i < kInputs; i++) rows.push_back((i * 29) % kInputs);
  }

  Inputs inputs(const std::vector<Tap>& taps) {
    return {kInputs,
            spec.n_ctx,
            2,
            0,
            int32_t(taps.size()),
            tokens.data(),
            answers.data(),
            graded.data(),
            nullptr,
            taps.data(),
            sites_of(taps.data(), int32_t(taps.size())),
            &cancel,
            AnswerKind::symbol};
  }

  void print(const char* what, const std::vector<R>& numbers) const {
    std::printf("%s %s %zu\n", name.c_str(), what, numbers.size());
    for (const R number : numbers) std::printf("%.17g\n", double(number));
  }

  void pass() {
    std::vector<R> pattern(size_t(kInputs * spec.n_heads * spec.n_ctx * spec.n_ctx));
    std::vector<R> plain(size_t(kInputs * 2 * spec.d_vocab_out)), tapped = plain;
    const int64_t n = int64_t(pattern.size()) / kInputs;
    const std::vector<Tap> taps = {{Site::pattern, 0, TapKind::read, 0, n, nullptr, nullptr, 0, pattern.data(), 0, -1}};
    for (const bool with : {false, true}) {
      const Inputs in = inputs(with ? taps : std::vector<Tap>());
      const Aligned scratch(kernels.pass_scratch(spec, in));
      kernels.pass(spec, weights.data(), 0, in, 0, kInputs, with ? tapped.data() : plain.data(), scratch.at);
    }
    print("logits", plain), print("logits of a tapped pass", tapped), print("pattern", pattern);
  }

  void score() {
    const Inputs in = inputs({});
    const int32_t no_taps = 0;
    int64_t right[2] = {};
    Partial partial = {0, 0, std::numeric_limits<double>::infinity(), right};
    const Aligned scratch(kernels.sweep_scratch(spec, in, &no_taps, 1));
    kernels.sweep(spec, weights.data(), 0, in, &no_taps, 1, 0, kInputs, {0, nullptr}, &partial, scratch.at);
    print("scores", {R(partial.loss), R(partial.sequences), R(partial.margin), R(right[0]), R(right[1])});
  }

  // A pass where every input is given numbers of its own for what the first attention writes; the pass ends at the
  // stream above it, without logits.
  void given() {
    const int32_t n = spec.n_ctx * spec.d_model;
    Draw draw;
    std::vector<R> values, resid(size_t(kInputs * n));
    for (int i = 0; i < kInputs * n; i++) values.push_back(R(draw.real() - 0.5));
    std::vector<int32_t> index;
    for (int32_t i = 0; i < n; i++) index.push_back(i);
    const std::vector<Tap> taps = {
        {Site::attn_out, 0, TapKind::given, 0, n, index.data(), values.data(), 0, nullptr, 0, -1},
        {Site::resid_post, 0, TapKind::read, 0, n, nullptr, nullptr, 0, resid.data(), 0, -1}};
    const Inputs in = inputs(taps);
    const Aligned scratch(kernels.pass_scratch(spec, in));
    kernels.pass(spec, weights.data(), 0, in, 0, kInputs, nullptr, scratch.at);
    print("stream after what was given", resid);
  }

  void gradients(const char* of, AnswerKind kind, const std::vector<int32_t>& right) {
    Inputs in = inputs({});
    in.answer_kind = kind, in.answers = right.data();
    std::vector<R> found(weights.size());
    const Aligned scratch(kernels.train_scratch(spec, in, kInputs, 1));
    const double loss =
        kernels.gradient(spec, weights.data(), in, rows.data(), kInputs, found.data(), kAlone, scratch.at);
    const std::string said = std::string(" of ") + of;
    print(("loss" + said).c_str(), {R(loss)}), print(("gradient" + said).c_str(), found);
  }

  // Of every kind of answer; some are not wanted where that may be.
  void gradients() {
    Draw draw;
    std::vector<int32_t> some = answers, sets;
    for (size_t i = 0; i < answers.size(); i++) {
      const bool idle = draw.below(4) == 0;
      if (idle) some[i] = kUnasked;
      sets.push_back(idle ? kUnasked : draw.below(1 << spec.d_vocab_out));
    }
    gradients("symbols", AnswerKind::symbol, answers);
    gradients("some symbols", AnswerKind::symbol_or_none, some);
    gradients("sets", AnswerKind::set, sets);
  }

  void site_gradients() {
    const int64_t n = spec.n_ctx * spec.d_model;
    std::vector<R> found(size_t(kInputs * n)), metric(kInputs);
    const std::vector<Tap> taps = {{Site::embed, 0, TapKind::gradient, 0, n, nullptr, nullptr, 0, found.data(), 0, -1}};
    const Inputs in = inputs(taps);
    const Aligned scratch(kernels.site_scratch(spec, in));
    kernels.site_gradients(spec, weights.data(), 0, in, 0, kInputs, nullptr, metric.data(), scratch.at);
    print("metric", metric), print("gradient at the embedding", found);
  }

  void train() {
    const double rates[4] = {1e-3, 2e-3, 1e-3, 5e-4};
    const Training t = {inputs({}), rows.data(), kInputs, 20, rates, {0.9, 0.999, 1e-3, 0.01, 1.0}};
    std::vector<R> trained = weights, average(weights.size()), square(weights.size()), gradient(weights.size());
    double losses[4];
    const Aligned scratch(kernels.train_scratch(spec, t.inputs, 20, 1));
    kernels.train(spec, trained.data(), average.data(), square.data(), 0, t, losses, gradient.data(), kAlone,
                  scratch.at);
    print("losses", {R(losses[0]), R(losses[1]), R(losses[2]), R(losses[3])}), print("trained", trained);
  }
};

template <class R>
void print_all(const std::string& level, const Spec& spec, int number) {
  const std::string name = level + " " + (sizeof(R) == 8 ? "float64" : "float32") + " model " + std::to_string(number);
  Model<R> model(kernels_of(level, sizeof(R) == 8), spec, name);
  model.pass(), model.given(), model.score(), model.gradients(), model.site_gradients(), model.train();
}

}  // namespace

int main() {
  // layers, d_model, heads, d_head, d_mlp, d_vocab, d_vocab_out, n_ctx; sizes with a constant of their own, and others
  const std::vector<Spec> specs = {
      {2, 4, 2, 2, 16, 5, 5, 9, Activation::relu, Norm::ln, 1e-5, 1.5, true, true, -1},
      {1, 7, 3, 3, 11, 20, 6, 6, Activation::silu, Norm::rms, 1e-5, 1.5, false, true, 2},
      {2, 8, 1, 5, 0, 3, 4, 5, Activation::relu, Norm::none, 1e-5, 2.0, true, false, 1},
      {1, 16, 4, 4, 9, 9, 3, 7, Activation::gelu, Norm::ln_pre, 1e-5, 2.0, true, true, -1},
      {1, 6, 2, 8, 5, 4, 2, 8, Activation::gelu_new, Norm::rms_pre, 1e-3, 3.0, false, true, -1},
  };
  for (const std::string& level : usable_levels())
    for (size_t i = 0; i < specs.size(); i++) {
      print_all<float>(level, specs[i], int(i));
      print_all<double>(level, specs[i], int(i));
    }
}
