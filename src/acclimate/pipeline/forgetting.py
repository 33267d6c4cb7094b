"""Joins what was forgotten to a run: general text or minimal pairs, the lines of scores.json, the sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from acclimate.core.events import Event, Tell
from acclimate.core.proof import DataFacts
from acclimate.core.protocols import Arm
from acclimate.core.scores import Score
from acclimate.evaluate.kept import Kept, keep
from acclimate.evaluate.measure import Measured, measure
from acclimate.evaluate.pairs import choose_pairs, measure_pairs
from acclimate.evaluate.retention import Retention, by_language, retention
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.scores import Place, forgetting_line, score_lines
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.slices import slice_lines, subgroups
from acclimate.pipeline.arms import each_once
from acclimate.pipeline.general import PAIRS, general_languages, general_texts, minimal_pairs

BROKEN = "the adapted model gives no probabilities any more (its outputs are not numbers)"


@dataclass(frozen=True)
class Forgetting:
    """Scores on general text, what they say in words, and what was measured; all empty without `evaluate.retention`."""

    lines: list[Score] = field(default_factory=list)
    sentence: str = ""
    facts: DataFacts | None = None
    kept: dict[str, Kept] = field(default_factory=dict)


def forgotten(
    found: Mapping[str, Arm], domain: Sequence[EvalText], settings: Evaluate, phase: str, tell: Tell
) -> Forgetting:
    """Measure base and adapted model on general text, each language apart, or on minimal pairs.

    Takes: `domain`, the measured texts, whose languages say which of the sample are in use.
    """
    if not settings.retention:
        return Forgetting()
    tell(Event("stage", "measuring what was forgotten"))
    arms = {name: arm for name, arm in found.items() if name != "start"}
    if settings.retention.startswith(PAIRS):
        return _on_pairs(arms, settings, phase, tell)
    texts = general_texts(settings.retention, domain)
    measured = each_once(arms, lambda some: measure(some, texts, settings, None, tell))
    place, sums = Place(phase, "general", "document"), measured.sums
    lost = retention(sums.get("before"), sums["after"], settings, measured.refused)
    lines = score_lines(place, sums, settings.bootstrap)
    facts = DataFacts("general", len(texts), None, len(texts), "document")
    kept = {"general": keep(texts, measured)}
    if broken(measured, "bits_per_byte"):
        return Forgetting(lines, f"On general text {BROKEN}.", facts, kept)
    if lost.change is None:
        return Forgetting(lines, lost.sentence, facts, kept)
    spoken = general_languages(settings.retention)
    groups = sums["after"][0].groups
    languages = subgroups("language", groups, {name: spoken.get(name, "") for name in groups})
    lines += [forgetting_line(place, lost.change, _documents(lost))]
    lines += slice_lines(place, sums, languages, settings.bootstrap, gaps=False)
    parts = by_language(sums["before"], sums["after"], settings, languages.label_G)
    lines += [
        forgetting_line(place, one.change, _documents(one), f"language={name}")
        for name, one in parts.items()
        if one.change
    ]
    sentence = " ".join([lost.sentence, *(one.sentence for one in parts.values())]) if len(parts) > 1 else lost.sentence
    return Forgetting(lines, sentence, facts, kept)


def _on_pairs(arms: Mapping[str, Arm], settings: Evaluate, phase: str, tell: Tell) -> Forgetting:
    pairs = choose_pairs(minimal_pairs(str(settings.retention)), settings.retention_pairs, settings.seed)
    measured = each_once(arms, lambda some: measure_pairs(some, pairs, tell))
    place, sums = Place(phase, "general", "paradigm"), measured.sums
    lost = retention(sums.get("before"), sums["after"], settings)
    lines = score_lines(place, sums, settings.bootstrap)
    if lost.change is not None:
        lines += [forgetting_line(place, lost.change, len(pairs), unit="% of the base's accuracy")]
    paradigms = len({pair.paradigm for pair in pairs})
    return Forgetting(lines, lost.sentence, DataFacts("general", len(pairs), None, paradigms, "paradigm"))


def _documents(lost: Retention) -> int:
    return lost.change.groups if lost.change is not None else 0


def broken(measured: Measured, name: str) -> bool:
    """Say whether a score of the adapted model is no number any more: no interval can be made of it."""
    return any(one.name == name and not math.isfinite(one.value) for one in measured.sums["after"])
