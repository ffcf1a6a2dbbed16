"""Written by scripts/generate_docs.py: the methods that `with_analyses` makes of the analyses."""

# ruff: noqa: E501

from collections.abc import Sequence

from openwork.analyses.ablation import By
from openwork.analyses.logit_attribution import Against
from openwork.analyses.pairs import Alternatives
from openwork.analyses.pruning import RestBy
from openwork.analyses.readout import Basis, Measure
from openwork.jobs.judged_run import JudgedRun
from openwork.report import Display

class MeasuredRun(JudgedRun):
    """A run with every analysis as a method."""

    def as_generated(self) -> Display:
        """How right it is when its own symbols stand before the next one, beside the right ones; on all of the inputs.

        Costs two forward rows for each input, and one more for each with a mistake and each symbol that it goes wrong by,
        at most.

        Raises:
            PlanError: answers that no model can write by itself: the task does not show them, or the model is not causal.
        """

    def attention_examples(self, layer: int, questions: Sequence[int | str]) -> Display:
        """One layer's patterns on the questions with these numbers in the task's domain, or texts; one forward row each.

        Raises:
            PlanError: the model has no such layer, or the domain no such question.
        """

    def ablation(
        self, components: str | Sequence[str], by: By = "mean", positions: Sequence[int] | None = None, seed: int = 0
    ) -> Display:
        """The model with these components replaced, all at once.

        Costs two forward rows per input by `zero`, three by `mean` and `resample`, the baseline included.

        Args:
            components: `blocks.0.mlp`, `blocks.0.attn`, `blocks.0.attn.head.1`, or the hook name of any site.
            by: what replaces them.
            positions: where they are replaced; None means everywhere.
            seed: of the draw, for `resample`.

        Raises:
            PlanError: an unknown component or replacement, or a position that does not exist; with every reason.
        """

    def ablation_table(self, components: Sequence[str] | None = None) -> Display:
        """Each component, by default every attention layer and MLP, by zero, mean and resample.

        Costs at most three forward rows per input and component, for an edited pass begins where its edit is; and one each
        for the baseline, all means, and the inputs that are drawn.

        Raises:
            PlanError: with every component that the model does not have.
        """

    def readout(
        self, site: str, basis: Basis = "W_U", after_norm: bool = False, measure: Measure = "cosine"
    ) -> Display:
        """One site read in one way over all of the subject's inputs; costs one forward row per input.

        Raises:
            PlanError: the site is unknown or not a stream of `d_model` numbers, already normalised where `after_norm` is
                asked for, or a basis, measure or answer symbol is unknown; with every reason.
        """

    def readout_table(self, sites: Sequence[str] | None = None) -> Display:
        """These sites, by default every residual stream, each in every way; costs one forward row per input.

        Without the embedding as a basis where answers are symbols that the model never sees.

        Raises:
            PlanError: as `readout`.
        """

    def component_outputs(self, component: str, questions: Sequence[int | str]) -> Display:
        """What `blocks.0.mlp`, `blocks.0.attn.head.1` or any site with one vector per position holds.

        Costs one forward row per input and one per chosen question.

        Raises:
            PlanError: an unknown component or question, or a site without one vector per position.
        """

    def learning_curve(self) -> Display:
        """The curve of one model from its epochs, in any order; runs nothing."""

    def logit_lens(self, sites: Sequence[str] | None = None) -> Display:
        """Each of these streams, by default all, over all of the subject's inputs; costs one forward row per input.

        Raises:
            PlanError: a site that does not exist or is no residual stream; with every reason.
        """

    def logit_attribution(self, against: Against = "mean") -> Display:
        """Every component at every graded position, over all of the subject's inputs; costs one forward row per input.

        Raises:
            PlanError: `against` is unknown, or only one answer occurs.
        """

    def activation_patching(
        self,
        components: Sequence[str] | None = None,
        outputs: Sequence[str] | None = None,
        variable: str | None = None,
        alternatives: Alternatives = "one",
        seed: int = 0,
    ) -> Display:
        """Every place at every position against every output, over all of the subject's inputs.

        Costs for each output two forward rows per pair and place that can matter, two or four per pair and 32 of these for
        their sources, and four per pair for the unedited runs.

        Args:
            components: heads (`blocks.0.attn.head.1`), attention layers, MLPs or any site; by default the residual stream
                before every layer and at the end, every head and every MLP.
            outputs: by default all that one variable decides, or with `variable` all that it changes.
            variable: what is changed; by default the one that decides the output.
            alternatives: whether the source takes one other value, drawn for each input, or every one in turn.
            seed: of that draw.

        Raises:
            PlanError: an unknown component, output or variable; with every reason.
        """

    def path_patching(
        self,
        senders: Sequence[str] | None = None,
        receivers: Sequence[str] | None = None,
        outputs: Sequence[str] | None = None,
        variable: str | None = None,
        through: Sequence[str] = (),
        alternatives: Alternatives = "one",
        seed: int = 0,
    ) -> Display:
        """Every sender's direct effect on every receiver, for every output, over all of the subject's inputs.

        Costs for each output two forward rows per pair for every edge and every world that edges take from (one for each
        edge between components, two more for each 32 edges), and four per pair for the unedited runs.

        Args:
            senders: heads, attention layers, MLPs, `hook_embed` or residual streams; `blocks.0.attn@x[2]` or
                `blocks.0.attn@3,4` send what they write there only. By default the embedding, every head and every MLP.
            receivers: heads, attention layers, MLPs (with `@`, where they write what goes on), `logits`;
                `blocks.1.attn.head.0.v` receives by its values only. By default every head, every MLP and the logits.
            outputs: by default all that one variable decides, or with `variable` all that it changes.
            variable: what is changed; by default the one that decides the output.
            through: components between sender and receiver that are computed anew instead of held.
            alternatives: whether the source takes one other value, drawn for each input, or every one in turn.
            seed: of that draw.

        Raises:
            PlanError: an unknown component, position, output or variable; with every reason.
        """

    def attribution_patching(
        self,
        components: Sequence[str] | None = None,
        outputs: Sequence[str] | None = None,
        variable: str | None = None,
        alternatives: Alternatives = "one",
        seed: int = 0,
    ) -> Display:
        """Every place at every position against every output, guessed and patched, over all of the subject's inputs.

        The estimate costs five forward rows per pair: one for the source, and four for the gradient. The truth costs what
        `activation_patching` does.

        Args:
            components: as in `activation_patching`, and by default the same.
            outputs: by default all that one variable decides, or with `variable` all that it changes.
            variable: what is changed; by default the one that decides the output.
            alternatives: whether the source takes one other value, drawn for each input, or every one in turn.
            seed: of that draw.

        Raises:
            PlanError: an unknown component, output or variable; with every reason.
        """

    def pruning(
        self,
        at_least: float = 0.99,
        by: RestBy = "mean",
        positions: bool = False,
        outputs: Sequence[str] | None = None,
        seed: int = 0,
    ) -> Display:
        """The smallest set of components that backward elimination finds, over all of the subject's inputs.

        Costs in each round at most two forward rows per input and node that is left (one to order them, one to try them
        together), one more for every 16 of these for means or drawn inputs, and nine per input at the end.

        Args:
            at_least: share of graded positions that must stay right, 0 to 1.
            by: what replaces the rest.
            positions: whether a component at a position is a node of its own.
            outputs: what must stay right; by default all outputs.
            seed: of the draw, for `resample`.

        Raises:
            PlanError: an unknown output or replacement, an accuracy outside 0..1 or above the whole model's; with every
                reason.
        """

    def ov_qk(self, layer: int) -> Display:
        """The circuits of every head of a layer; runs nothing.

        Raises:
            PlanError: the model has no such layer.
        """

    def fourier(self, layer: int = 0, keys: Sequence[int] | None = None) -> Display:
        """The frequencies of a layer, and the test of the key ones; costs three forward rows for each pair.

        Args:
            layer: whose neurons.
            keys: frequencies to test in place of those that the rule names, as a control.

        Raises:
            PlanError: a task without such pairs, a sample of them, no such layer, or frequencies that do not exist.
        """

    def progress_measures(self, keys: Sequence[int] | None = None, points: int = 256) -> Display:
        """The measures at a run's checkpoints; costs one forward row for each pair and checkpoint, and one for each pair.

        Args:
            keys: the frequencies, in place of the key frequencies of the last checkpoint.
            points: checkpoints at most, evenly among those there are.

        Raises:
            PlanError: a task that does not add modulo p, a sample of its pairs, a run without checkpoints, or no key
                frequency; with the way out.
        """
