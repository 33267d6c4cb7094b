"""How far text is predicted without a neural network: by xz, and by a 5-gram model of bytes (docs/measuring.md, Arms).

    bits_per_byte(5-gram) = sum over scored bytes of -log2 p(b | the 4 bytes before it) / scored bytes
    bits_per_byte(xz) = 8 (|xz(training + test)| - |xz(training)|) / bytes of test

Both learn from the training texts and are asked for the bytes that the models are asked for: all of them (decoders), the
hidden words (encoders), the answers (conversations). There is no xz of a part: it can't leave bytes out.

Legend of shapes: G groups, N bytes of a text, C its characters.
"""

from __future__ import annotations

import lzma
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from acclimate.core.scores import GroupSums
from acclimate.core.seeds import hash64
from acclimate.evaluate.measure import Measured
from acclimate.evaluate.ngram import ByteModel
from acclimate.evaluate.rows import EvalText, byte_borders, groups_of
from acclimate.evaluate.written import OF_ANSWERS

MOST_BYTES = 500_000
"""Of training and of test text each, whole texts by a seeded draw: what bounds the time to some seconds."""


def text_floors(
    texts: Sequence[EvalText], measured: Measured, training: Sequence[EvalText], seed: int
) -> list[GroupSums]:
    """Give bits_per_byte of the floors. xz codes all texts as one, so that it has no interval.

    Takes: what was measured, on `texts` (not tagged); nothing to learn from gives no floors.
    """
    learnt = [_bytes(training[place]) for place in _drawn(training, seed)]
    scored = _scored(texts, measured)
    some = [place for place in _drawn(texts, seed) if scored[place].any()]
    if not learnt or not some:
        return []
    model, (groups, place_R) = ByteModel(learnt), groups_of(texts)
    above_G, below_G = np.zeros(len(groups)), np.zeros(len(groups))
    for place in some:
        bits_N, scored_N = model.bits(_bytes(texts[place])), _of_bytes(texts[place], scored[place])
        above_G[place_R[place]] += bits_N[scored_N].sum()
        below_G[place_R[place]] += scored_N.sum()
    written = texts[0].written is not None
    unit = f"bits/byte{OF_ANSWERS}" if written else "bits/byte of hidden words" if measured.hidden else "bits/byte"
    limits = (
        ""
        if len(some) == len(texts) and len(learnt) == len(training)
        else f" (at most {MOST_BYTES // 1000} kB of text)"
    )
    name = f"{unit} that are needed by a 5-gram model of bytes{limits}"
    found = [GroupSums("bits_per_byte", name, "lower", groups, above_G, below_G, int(below_G.sum()))]
    if not measured.hidden and not written:
        test = b"\n".join(_bytes(texts[place]) for place in some)
        before = b"\n".join([*learnt, b""])
        bits = 8 * (len(lzma.compress(before + test)) - len(lzma.compress(before)))
        name = f"{unit} that are needed by xz{limits}"
        sums = (np.array([float(bits)]), np.array([float(len(test))]))
        found.append(GroupSums("bits_per_byte", name, "lower", ("all texts",), *sums, len(test)))
    return found


def _bytes(text: EvalText) -> bytes:
    return text.read.encode("utf-8", "surrogatepass")


def _drawn(texts: Sequence[EvalText], seed: int) -> list[int]:
    """Give the places of texts of at most MOST_BYTES in all (but at least one), in their order."""
    order = sorted(range(len(texts)), key=lambda place: hash64("floor", seed, texts[place].row_id))
    sizes = np.cumsum([len(_bytes(texts[place])) for place in order])
    return sorted(order[: max(int((sizes <= MOST_BYTES).sum()), 1)]) if order else []


def _scored(texts: Sequence[EvalText], measured: Measured) -> list[npt.NDArray[np.bool_]]:
    """Say of each character of each text whether the models were asked for it."""
    scored = [np.zeros(len(text.read), dtype=np.bool_) for text in texts]
    if measured.hidden:
        for one in measured.hidden:
            window = measured.windows[one.window]
            for start, end in one.spans_U2 - window.place(0):
                scored[window.row][start:end] = True
        return scored
    for window, asked in zip(measured.windows, measured.counted, strict=True):
        scored[window.row][asked.begin - window.place(0) : asked.end - window.place(0)] = True
    return scored


def _of_bytes(text: EvalText, scored_C: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    return np.repeat(scored_C, np.diff(byte_borders(text.read)))
