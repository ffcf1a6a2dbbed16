"""What was found of many models of one experiment: claims counted over all that are solved, and how many mechanisms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from openwork.analyses import all_asked, percent
from openwork.analyses.routes import Mechanism, Route, Routes
from openwork.claims import Claim, Outcome, Verdict, clopper_pearson
from openwork.report.census import Census
from openwork.report.census_page import census_within, mechanisms_counted
from openwork.report.document import Document
from openwork.report.parts import NOTHING, Figure, Figures, Fold, Part, Section, Table, Text, columns
from openwork.report.recipe_claims import NOTHING_ASKED, RecipeClaims
from openwork.training import Experiment

NOBODY = "No seed solved the task, so there is no model to ask: train more of them, or another experiment."
OF_NO_MODEL = ("brief", "recipe")
"""sections that need no solved model"""
SHOWN = 12
"""names told where there are many"""
ROWS, FOLDS = 60, 40
"""ways for answers to travel, and models with all their routes, that a page shows"""
MOST = 0.9
"""share of the solved models from which on a claim is said to hold of such models"""


@dataclass(frozen=True, eq=False)
class FoundModel:
    """One solved model.

    Attributes:
        run: its name.
        seed: that it was trained with.
        verdicts: on every claim, in the order of `Findings.claims`.
        routes: of every output.
    """

    run: str
    seed: int
    verdicts: tuple[Verdict, ...]
    routes: Routes


@dataclass(frozen=True, eq=False)
class Findings:
    """What was found of an experiment's seeds.

    Attributes:
        experiment: what was trained.
        seeds: how many were.
        claims: groups of claims, each with its title.
        models: every solved one, by seed.
        command: what makes this page again.
        recipe: claims about the experiment itself, judged once.
        census: the programs of the same models, where they were looked for.
    """

    experiment: Experiment
    seeds: int
    claims: tuple[tuple[str, tuple[Claim, ...]], ...]
    models: tuple[FoundModel, ...]
    command: str
    recipe: RecipeClaims = NOTHING_ASKED
    census: Census | None = None

    @property
    def right(self) -> str:
        """What a solved model is right on, in words."""
        split = self.experiment.split
        return all_asked(split.inputs or 0, drawn=split.inputs is not None)

    def verdicts(self, claim: str) -> tuple[Verdict, ...]:
        """On the claim with this id, of every model."""
        return tuple(v for model in self.models for v in model.verdicts if v.claim.id == claim)

    def confirmed(self, claim: str) -> float:
        """Of how many of the solved models it is CONFIRMED, as a share."""
        verdicts = self.verdicts(claim)
        return sum(v.outcome is Outcome.CONFIRMED for v in verdicts) / max(len(verdicts), 1)

    def all_confirmed(self, claims: Sequence[Claim]) -> tuple[FoundModel, ...]:
        """The solved models of which every one of these claims is CONFIRMED."""
        held = {claim.id for claim in claims}
        return tuple(
            model
            for model in self.models
            if all(v.outcome is Outcome.CONFIRMED for v in model.verdicts if v.claim.id in held)
        )

    @property
    def mechanisms(self) -> tuple[tuple[Mechanism, tuple[FoundModel, ...]], ...]:
        """Models by equal route graphs, the most frequent first."""
        groups: dict[Mechanism, list[FoundModel]] = {}
        for model in self.models:
            groups.setdefault(model.routes.mechanism, []).append(model)
        return tuple(sorted(((m, tuple(of)) for m, of in groups.items()), key=lambda g: (-len(g[1]), g[1][0].seed)))

    @property
    def shapes(self) -> tuple[tuple[str, tuple[FoundModel, ...]], ...]:
        """Models by how each answer travels, in a word for each output, wherever it passes; the most frequent first."""
        groups: dict[str, list[FoundModel]] = {}
        for model in self.models:
            groups.setdefault(" ".join(_shape(route) for route in model.routes.routes), []).append(model)
        return tuple(sorted(((s, tuple(of)) for s, of in groups.items()), key=lambda g: (-len(g[1]), g[1][0].seed)))


def _shape(route: Route) -> str:
    """`0` for a layer-0 head alone, `0+1` for two hops, `·` for none, `0|1` where either suffices, `?` if unclear."""
    if route.kind in ("tangle", "none", "unanswered"):
        return "?"
    layers = ["+".join(hop.head.split(".")[1] for hop in path.hops) or "·" for path in route.paths]
    joint = "|" if route.kind == "either" else "&"
    return joint.join(dict.fromkeys(layers)) or "·"


def findings_document(found: Findings) -> Document:
    """The page."""
    solved, task = len(found.models), found.experiment.task
    sections = (
        Section("In brief", "brief", (_figures(found), *_brief(found), Text(found.command, "command"))),
        *(_claims(found, title, claims) for title, claims in found.claims),
        *_recipe(found),
        *_programs(found),
        _mechanisms(found),
        _routes(found),
        _unexplained(found),
    )
    trained = f"{found.seeds} models were trained on {task.name}: {task.summary}."
    subtitle = f"{trained} This holds of the {solved} that are right on {found.right}." if solved else trained
    told = tuple(section for section in sections if solved or section.anchor in OF_NO_MODEL)
    return Document(f"Findings: {task}", told, subtitle)


def _figures(found: Findings) -> Figures:
    solved, seeds = len(found.models), found.seeds
    low, high = clopper_pearson(solved, seeds)
    explained = sum(model.routes.explained for model in found.models) / max(solved, 1)
    rate = Figure(f"{solved} of {seeds}", "seeds solve the task", f"95 % interval {percent(low)} to {percent(high)}")
    if not solved:
        return Figures((rate,))
    counted = () if found.census is None else mechanisms_counted(found.census)
    return Figures(
        (
            rate,
            *counted,
            Figure(str(len(found.mechanisms)), "different route graphs", "along which their answers travel"),
            Figure(percent(explained), "of pairs follow along the routes found", "mean over models"),
        )
    )


def _brief(found: Findings) -> list[Text]:
    if not found.models:
        return [Text(NOBODY)]
    said = []
    for title, claims in found.claims:
        holds = [c.id for c in claims if found.confirmed(c.id) >= MOST]
        never = [c.id for c in claims if not found.confirmed(c.id)]
        counts = f"{len(holds)} of its {len(claims)} claims hold of at least nine tenths of the solved models"
        said.append(Text(f"{title}: {counts}{_listed(holds)}, {len(never)} of none{_listed(never)}."))
        if len(claims) == 1:
            continue
        together = [model.seed for model in found.all_confirmed(claims)]
        low, high = clopper_pearson(len(together), len(found.models))
        whole = f"All {len(claims)} together hold of {len(together):,} of {len(found.models):,} models"
        said.append(Text(f"{whole}, 95 % interval {percent(low)} to {percent(high)}{_few([*map(str, together)])}."))
    return said


def _listed(names: Sequence[str]) -> str:
    return f" ({', '.join(names)})" if names else ""


def _claims(found: Findings, title: str, claims: Sequence[Claim]) -> Section:
    said = tuple((claim.id, claim.tested, claim.text().quotation) for claim in claims)
    words = Table(columns("claim", "what is tested", "in its author's words"), said)
    names = columns("claim", *(str(o) for o in Outcome), "effect, least to most", numeric=range(1, 1 + len(Outcome)))
    rows = tuple((claim.id, *_counts(found.verdicts(claim.id)), _spread(found.verdicts(claim.id))) for claim in claims)
    anchor = "-".join(title.lower().split())
    return Section(title, anchor, (words, Table(names, rows, f"Counts of {len(found.models)} solved models.")))


def _recipe(found: Findings) -> tuple[Section, ...]:
    """What is claimed of a recipe, which is no model's; each claim names the experiment that it speaks of."""
    if not found.recipe.verdicts:
        return ()
    rows = tuple((v.claim.id, v.claim.says, str(v.outcome), v.sentence) for v in found.recipe.verdicts)
    said = f"These speak of {found.recipe.whose}, and of no single model."
    table = Table(columns("claim", "in words", "outcome", "what was found"), rows)
    return (Section("About the recipe", "recipe", (Text(said), table)),)


def _counts(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    counts = Counter(verdict.outcome for verdict in verdicts)
    return tuple(str(counts[outcome]) if counts[outcome] else NOTHING for outcome in Outcome)


def _spread(verdicts: Sequence[Verdict]) -> str:
    effects = [verdict.effect for verdict in verdicts if verdict.effect is not None]
    if not effects:
        return NOTHING
    values = [effect.value for effect in effects]
    return f"{min(values):.3g} to {max(values):.3g}, median {median(values):.3g}: {effects[0].unit}"


def _programs(found: Findings) -> tuple[Section, ...]:
    """The mechanisms as programs, where these were looked for."""
    if found.census is None:
        return ()
    return (Section("Mechanisms as programs", "programs", census_within(found.census)),)


def _mechanisms(found: Findings) -> Section:
    shapes = Table(
        columns("how each answer travels", "models", "seeds", numeric=(1,)),
        tuple((shape, str(len(of)), _told([str(m.seed) for m in of])) for shape, of in found.shapes[:ROWS]),
        "One word for each output, in order: 0 or 1 is a head of that layer, 0+1 two hops, · the residual stream "
        "alone, | where either suffices, & where both are needed, ? where no path could be told.",
    )
    largest = len(found.mechanisms[0][1]) if found.mechanisms else 0
    said = (
        f"{len(found.models)} models have {len(found.mechanisms)} different route graphs, and the most frequent is "
        f"that of {largest}; by the layers alone there are {len(found.shapes)}{_first(len(found.shapes), ROWS)}."
    )
    return Section("Mechanisms as routes", "mechanisms", (Text(said), shapes))


def _routes(found: Findings) -> Section:
    folds = []
    for model in found.models[:FOLDS]:
        rows = tuple((model.routes.reading(route), percent(route.explained)) for route in model.routes.routes)
        table = Table(columns("route", "follows", numeric=(1,)), rows)
        summary = f"seed {model.seed} (run {model.run}): {percent(model.routes.explained)} of pairs"
        folds.append(Fold(summary, (table,)))
    said = "The share of pairs in which the answer follows when nothing but the route is taken from the other question"
    said += f"{_first(len(found.models), FOLDS)}."
    return Section("Routes of each model", "routes", (Text(said, "note"), *folds))


def _unexplained(found: Findings) -> Section:
    every = [(f"seed {model.seed} {route.output}", route) for model in found.models for route in model.routes.routes]
    weak = [f"{name} ({percent(route.explained)})" for name, route in every if route.explained < MOST]
    unclear = [name for name, route in every if _shape(route) == "?"]
    said: list[Part] = [
        Text(
            "Routes say what travels from where to where, and by which head. They do not say how a head knows where to "
            "look, nor how the MLPs turn what arrived into the next digit: that they do more than an affine map is all "
            "that is judged here."
        ),
        Text(f"{len(weak)} of {len(every)} routes explain less than {percent(MOST)} of their pairs{_few(weak)}."),
    ]
    if unclear:
        said.append(Text(f"For {len(unclear)} no path could be told{_few(unclear)}."))
    for title, claims in found.claims:
        split = [c.id for c in claims if 0 < found.confirmed(c.id) < MOST]
        if split:
            words = "hold of some models and not of others; what decides it is not known"
            said.append(Text(f"{title}: {', '.join(split)} {words}."))
    return Section("What remains unexplained", "unexplained", tuple(said))


def _few(names: Sequence[str]) -> str:
    return f": {_told(names)}" if names else ""


def _told(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"


def _first(count: int, shown: int) -> str:
    return f"; the first {shown} are shown" if count > shown else ""
