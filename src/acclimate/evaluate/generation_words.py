"""How models were asked to write, in sentences for report and card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from acclimate.core.decoding import Decoding


def way(decoding: Decoding) -> str:
    """Say how tokens were chosen, and when answers were over."""
    if decoding.temperature:
        cuts = [f"top_p {decoding.top_p:g}"] if decoding.top_p < 1 else []
        cuts += [f"top_k {decoding.top_k}"] if decoding.top_k else []
        how = ", ".join([f"sampled at temperature {decoding.temperature:g}", *cuts, f"seed {decoding.seed}"])
    else:
        how = "the most probable token each time"
    stops = f", and up to {' or '.join(map(repr, decoding.stop))}" if decoding.stop else ""
    return f"{how}, at most {decoding.max_new_tokens} tokens{stops}"


def on_test_rows(answered: int, measured: int, groups: int, called: str, decoding: Decoding) -> str:
    """Say which test rows were answered, and how. Takes: `called`, what groups are called."""
    return (
        f"{answered} of the {measured} test rows that were measured ({groups} {called}), drawn as evenly over the {called} as "
        f"they come, were answered by base and adapted model: the same prompts in the same words, {way(decoding)}."
    )


def of_shots(counts: Sequence[int], asked: int) -> str:
    """Say before how many questions the base was shown examples. Takes: the number each question had; that asked for."""
    most = max(counts, default=0)
    if not asked or not counts:
        return ""
    if not most:
        return f"The base was shown no worked examples: no {asked} training rows fit into its window beside a question and an answer."
    fewer = sum(count < most for count in counts)
    less = f" ({_number(fewer, 'question')} left room for fewer)" if fewer else ""
    short = f" (all that fit of {asked})" if most < asked else ""
    return (
        f"The base also answered with {_number(most, 'worked example')} of training rows{short} before each question{less}: what "
        "prompting reaches without training."
    )


def on_suite(uses: Sequence[str], decoding: Decoding, shots: int = 0) -> str:
    """Say which prompts of the recipe were answered, by use. Takes: `shots`, the most that the base was also shown."""
    counts = Counter(use for use in uses if use)
    named = f" ({', '.join(f'{use}: {count}' for use, count in counts.items())})" if counts else ""
    also = f", the base also with {_number(shots, 'worked example')} of training rows" if shots else ""
    return f"Both answered {_number(len(uses), 'prompt')} of the recipe{named}{also}: {way(decoding)}."


def left_out(count: int, what: str) -> str:
    """Say what a window had no room for."""
    return f"Not answered, being longer than a window: {_number(count, what)}." if count else ""


def _number(count: int, what: str) -> str:
    return f"{count} {what}" + ("s" if count != 1 else "")
