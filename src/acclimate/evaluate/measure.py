"""The one way in which models are measured: the same texts, windows and hidden characters for every arm.

Legend of shapes: W windows, U hidden units, G groups.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from acclimate.core.errors import AcclimateError
from acclimate.core.events import Event, Tell, silent
from acclimate.core.protocols import Arm, Floor
from acclimate.core.scores import GroupSums
from acclimate.evaluate.causal import STRIDE, Counted, count, score_text
from acclimate.evaluate.copying import NEW, REPEATED, repeats
from acclimate.evaluate.encode import same_tokenizer
from acclimate.evaluate.hidden import Hidden, plan
from acclimate.evaluate.masked import score_hidden
from acclimate.evaluate.pseudo import pseudo_perplexities
from acclimate.evaluate.rows import EvalText, groups_of
from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.share import Gain, gain
from acclimate.evaluate.tally import causal_slices, causal_sums, masked_sums, part_sums
from acclimate.evaluate.unknown import refusal
from acclimate.evaluate.windows import Window, cut
from acclimate.evaluate.written import cut_answers, of_answers


@dataclass(frozen=True)
class Measured:
    """What measuring gives: for each arm its scores as sums over the same groups.

    `refused` says why the arms can't be compared (empty: they can). `gain` is set where a floor is known.
    `windows` and `hidden` (of causal models `counted`, for each window) are what was measured, for whoever wants to show
    it. Of tagged rows `slices` has the scores of new and of repeated values apart (`value=new` -> arm -> scores).
    """

    sums: dict[str, list[GroupSums]]
    refused: str = ""
    gain: Gain | None = None
    windows: list[Window] = field(default_factory=list)
    hidden: list[Hidden] = field(default_factory=list)
    slices: dict[str, dict[str, list[GroupSums]]] = field(default_factory=dict)
    counted: list[Counted] = field(default_factory=list)


def measure(
    arms: Mapping[str, Arm],
    texts: Sequence[EvalText],
    settings: Evaluate,
    floor: Floor | None = None,
    tell: Tell = silent,
) -> Measured:
    """Measure every arm (`{"before": base, "after": adapted}`) on the same characters of the same texts.

    Takes: `floor`, for masked models on data that was made up. What is measured is fixed before any arm is asked.
    Scores of masked models: bits_per_byte, masked_accuracy (tagged rows: also of repeated and of new values), and
    pseudo_perplexity if it is asked for.
    Of causal ones: bits_per_byte (tagged rows: of values, and bits_per_byte_all; conversations: of the answers),
    perplexity (of words where the arms' tokenizers differ). Scores that nothing was measured for are left out.
    Raises: AcclimateError if causal and masked arms are mixed; UserError from cutting and masking.
    """
    if len({arm.causal for arm in arms.values()}) != 1:
        raise AcclimateError(f"arms with different heads can't be compared: {', '.join(arms)}")
    if next(iter(arms.values())).causal:
        return _measure_causal(arms, texts, tell)
    return _measure_masked(arms, texts, settings, floor, tell)


def _measure_masked(
    arms: Mapping[str, Arm], texts: Sequence[EvalText], settings: Evaluate, floor: Floor | None, tell: Tell
) -> Measured:
    windows = cut(texts, list(arms.values()), overlap=0.0)
    hidden = plan(texts, windows, settings.seed, settings.passes)
    groups, place_R = groups_of(texts)
    place_U = np.concatenate(
        [place_R[:0], *(np.full(len(one.bytes_U), place_R[windows[one.window].row]) for one in hidden)]
    )
    bytes_U = np.concatenate([np.zeros(0), *(one.bytes_U for one in hidden)])
    results = {
        name: score_hidden(arm, number, windows, hidden, _teller(tell, name, len(hidden)))
        for number, (name, arm) in enumerate(arms.items())
    }
    repeated_U = repeats(texts, windows, hidden) if any(text.tagged for text in texts) else None
    sums = {name: masked_sums(one, bytes_U, repeated_U, place_U, groups) for name, one in results.items()}
    if settings.pseudo_perplexity:
        for name, one in pseudo_perplexities(arms, texts, windows, settings, partial(_told_words, tell)).items():
            sums[name].append(one)
    refused = refusal({name: float(one.unknown_U.sum()) for name, one in results.items()}, float(bytes_U.sum()))
    found = None
    if floor is not None:
        found = gain(floor, windows, hidden, {name: one.bits_U for name, one in results.items()}, place_U, groups)
    slices = {}
    for value, some_U in ((NEW, ~repeated_U), (REPEATED, repeated_U)) if repeated_U is not None else ():
        slices[value] = {name: part_sums(one, bytes_U, some_U, place_U, groups) for name, one in results.items()}
    return Measured(sums, refused, found, windows, hidden, slices)


def _measure_causal(arms: Mapping[str, Arm], texts: Sequence[EvalText], tell: Tell) -> Measured:
    written = any(text.written is not None for text in texts)
    if written:
        windows, counted = cut_answers(texts, list(arms.values()))
    else:
        windows = cut(texts, list(arms.values()), overlap=1 - STRIDE)
        counted = count(texts, windows)
    groups, place_R = groups_of(texts)
    place_W = np.array([place_R[window.row] for window in windows], dtype=np.int64)
    results = {
        name: score_text(arm, number, windows, counted, _teller(tell, name, len(windows)))
        for number, (name, arm) in enumerate(arms.items())
    }
    sizes_W3 = np.array([(one.bytes, one.value_bytes, one.words) for one in counted], dtype=np.float64).reshape(-1, 3)
    tagged = any(text.tagged is not None for text in texts)
    by_token = same_tokenizer(list(arms.values()))
    sums = {
        name: causal_sums(one, sizes_W3, place_W, groups, tagged=tagged, by_token=by_token)
        for name, one in results.items()
    }
    slices = causal_slices(results, counted, place_W, groups) if tagged else {}
    unknown = {name: one.value_unknown_W if tagged else one.unknown_W for name, one in results.items()}
    total = float(sizes_W3[:, 1 if tagged else 0].sum())
    refused = refusal({name: float(one_W.sum()) for name, one_W in unknown.items()}, total)
    if written:
        sums = {name: of_answers(some) for name, some in sums.items()}
    return Measured(sums, refused, None, windows, [], slices, counted)


def _told_words(tell: Tell, arm: str, done: int, total: int) -> None:
    tell(Event("progress", f"measuring {arm}, word by word", {"done": done, "of": total}))


def _teller(tell: Tell, arm: str, total: int) -> Callable[[int], None]:
    def told(done: int) -> None:
        tell(Event("progress", f"measuring {arm}", {"done": done, "of": total}))

    return told
