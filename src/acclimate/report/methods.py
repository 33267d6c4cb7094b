"""The methods of a run as paragraphs for a paper, made of its proof and recipe, so that they are true for this run.

Papers are cited as report/references.py names them.
"""

from __future__ import annotations

from acclimate.core.proof import LeakFacts, Proof
from acclimate.core.scores import Score
from acclimate.report import facts
from acclimate.report.formats import count, percent
from acclimate.report.methods_training import model_sentences
from acclimate.report.score_table import find, in_sentence, judged_phase, reached_by
from acclimate.report.settings import Settings, settings_of
from acclimate.report.summary import FORGETTING

PASSES = 7
"""Parts that the words of a text are dealt into (docs/measuring.md, Encoders)."""

_LOG_ODDS = "by log-odds against general text with a Dirichlet prior; Monroe et al. 2008"


def methods(proof: Proof) -> list[str]:
    """Give paragraphs: model and data; what was measured; how it was judged, and with what."""
    settings = settings_of(proof)
    paragraphs = [
        [*model_sentences(proof, settings), *_data(proof), *_leaks(proof)],
        [
            *_arms(proof),
            *_hidden(proof, settings),
            *_general(proof, settings),
            *_terms(proof, settings),
            *_memorised(proof),
        ],
        [*_intervals(proof, settings), *_verdict(proof, settings), *_subgroups(proof), *_software(proof)],
    ]
    return [" ".join(sentences) for sentences in paragraphs if sentences]


def _data(proof: Proof) -> list[str]:
    test = proof.role("test")
    measured = [f"The test set has {facts.data_sentence(test)}."] if test else []
    return [*([proof.split] if proof.split else []), *measured]


def _leaks(proof: Proof) -> list[str]:
    found = proof.leaks
    if found is None or found.action == "off":
        return ["Held-out text was not looked for in training text."]
    done = "removed from it before training" if found.action == "remove" else "counted and left in"
    if proof.model.elsewhere:
        done = "counted; what the model itself was trained on could not be looked through"
    return [
        f"Training rows of the recipe that were near duplicates of held-out text (similarity of 5-grams of at least "
        f"{found.similarity:g}; Broder 1997) or shared {percent(found.containment, whole=True)} or more of their runs of "
        f"{_runs(found)} with it (Brown et al. 2020) were {done}: {count(sum(line.rows for line in found.of_training))} in all."
    ]


def _runs(found: LeakFacts) -> str:
    return f"{found.ngram} words (in tagged records {found.record_ngram} values)"


def _arms(proof: Proof) -> list[str]:
    """Say what was compared with what."""
    here = [score for score in proof.scores if score.phase == judged_phase(proof) and score.slice is None]
    arms = {score.when for score in here}
    if not arms & {"before", "after"}:
        return []
    said = ["Base and adapted model were measured by the same code on the same raw text, each with its own tokenizer."]
    if "before" not in arms:
        said = ["Only the adapted model was measured: the base has no trained head for this."]
    if "control" in arms:
        said.append(
            "A control was trained alike on as many tokens of general text, which tells what the domain's text did beyond "
            "more training (Gururangan et al. 2020)."
        )
    elif not proof.model.elsewhere:
        said.append(
            "No control was trained on general text, so that an effect of the domain's text is not told apart from one of "
            "more training (Gururangan et al. 2020)."
        )
    floors = [score for score in here if score.when == "floor" and score.data == "test"]
    reached = dict.fromkeys(f"{in_sentence(score.name)}: {reached_by(proof, score)}" for score in floors)
    return [*said, *([f"Floors ({'; '.join(reached)}) say what needs no language model."] if reached else [])]


def _hidden(proof: Proof, settings: Settings) -> list[str]:
    """Say how the base score of a language model is defined; scores of tasks explain themselves."""
    if find(proof, "after", "test", "bits_per_byte") is None:
        return []
    answers = find(proof, "after", "test", "bits_per_byte")
    if answers is not None and answers.unit.endswith("right answers"):
        return [
            "Bits per byte are the negative binary logarithms of the probabilities of the tokens of the right answers, each "
            "given the conversation before it as one chat template writes it for all models, divided by the answers' UTF-8 "
            "bytes; neither the template nor the token that ends an answer is scored.",
            *proof.generation.sentences,
        ]
    if proof.model.kind == "decoder":
        return [
            "Bits per byte are the negative binary logarithms of the probabilities of all tokens, each given what stands "
            "before it in a sliding window, divided by the UTF-8 bytes of the raw text; each byte is scored once."
        ]
    what = "values of the records" if "tagged" in settings.steps else "whole words (Chinese and Japanese: characters)"
    passes = settings.evaluate.get("passes")
    parts = f"; {passes} of {PASSES} parts of them, dealt by a hash, were hidden" if passes else ""
    return [
        f"What was hidden was fixed in characters beforehand, independently of tokenizers and training: {what}{parts}. "
        "What is hidden is always the mask token. The probability of a hidden unit of several tokens is taken from left to "
        "right, those to the right hidden as well (Kauf and Ivanova 2023). Bits per byte are the negative binary logarithms "
        "of these probabilities, divided by the UTF-8 bytes of what was hidden."
    ]


def _general(proof: Proof, settings: Settings) -> list[str]:
    lost = find(proof, "change", "general", FORGETTING)
    if lost is None:
        return ["Forgetting was not measured."]
    pairs = find(proof, "after", "general", "minimal_pairs") is not None
    what = "the accuracy on minimal pairs (Warstadt et al. 2020)" if pairs else "bits per byte of general text"
    margin = settings.evaluate.get("retention_margin")
    kept = f"; it counts as kept if the interval ends below {percent(margin)}" if isinstance(margin, float) else ""
    return [f"Forgetting is the change of {what}, over {_groups(lost)}, in percent of the base's{kept}."]


def _terms(proof: Proof, settings: Settings) -> list[str]:
    if find(proof, "after", "terms", "term_bits") is None:
        return []
    source = settings.evaluate.get("terms")
    whence = "Terms of a glossary" if source else "Terms of the domain"
    if source == "mined":
        tagged = "tagged" in settings.steps
        mined = "the most frequent values of each field" if tagged else _LOG_ODDS
        whence = f"Terms of the domain ({mined}, in at least 10 groups of training rows)"
    kind = "to complete" if proof.model.kind == "decoder" else "hidden"
    return [
        f"{whence} were {kind} in test rows and ranked among other terms of their kind; terms learnt and lost were chosen on "
        "one half of the groups and are shown with the other half's figures."
    ]


def _memorised(proof: Proof) -> list[str]:
    if not proof.memorised:
        return []
    return [
        "Memorisation is the difference between training and held-out groups in the adapted model, less that in the base "
        "(for identifiers, of the rank of the true value among look-alikes; Carlini et al. 2019)."
    ]


def _intervals(proof: Proof, settings: Settings) -> list[str]:
    change = find(proof, "change", "test", proof.verdict.primary)
    if change is None:
        return []
    if change.low is None:
        return ["No interval is given: the test set has too few groups, or too uneven ones."]
    resamples = settings.evaluate.get("resamples")
    drawn = f"{count(resamples)} weightings" if isinstance(resamples, int) else "Weightings"
    return [
        f"Intervals ({percent(proof.confidence, whole=True)}) are studentised bootstrap intervals of the paired change: "
        f"{drawn} of the {_groups(change)}, the same for all models, with a linearised standard error (Davison and Hinkley "
        "1997; Field and Welsh 2007)."
    ]


def _groups(change: Score) -> str:
    by = f" ({change.resampled_by})" if change.resampled_by else ""
    return f"{count(change.groups)} groups{by}" if change.groups else f"groups{by}"


def _verdict(proof: Proof, settings: Settings) -> list[str]:
    if proof.verdict.verdict == "not measurable":
        return ["No verdict is given."]
    least = settings.evaluate.get("min_effect")
    enough = f" and the change is at least {percent(least)} of the base's score" if isinstance(least, float) else ""
    return [
        f"The verdict reads one score, {in_sentence(proof.verdict.primary)} on the test set, named beforehand: better if "
        f"the whole interval lies on the good side{enough}, worse if it lies wholly on the other, else no difference shown."
    ]


def _subgroups(proof: Proof) -> list[str]:
    columns = dict.fromkeys(
        score.slice.partition(": ")[0] for score in proof.scores if score.when == "gap" and score.slice
    )
    if not columns:
        return []
    return [
        f"Subgroups ({', '.join(columns)}) were measured apart where they have 10 groups or more; the interval of the largest "
        "gap between two of them is simultaneous over all pairs."
    ]


def _software(proof: Proof) -> list[str]:
    origin = proof.provenance
    seeds = ", ".join(f"{name} {seed}" for name, seed in origin.seeds.items())
    own = f"acclimate {origin.acclimate}" if origin.acclimate else "acclimate"
    others = ", ".join(f"{name} {version}" for name, version in origin.versions.items())
    with_others = f", {others}" if others else ""
    return [
        *([f"Seeds: {seeds}."] if seeds else []),
        f"Software: {own}{with_others}; models through Transformers (Wolf et al. 2020).",
        *([f"The recipe's fingerprint is {origin.recipe_fingerprint}."] if origin.recipe_fingerprint else []),
    ]
