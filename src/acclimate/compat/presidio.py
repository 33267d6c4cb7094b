"""Presidio's analyser as one more finder of identifiers, where it is installed (`acclimate[privacy]`), without a network.

Its own set-up downloads a spaCy model, and its recogniser of e-mail addresses the list of top-level domains. So spaCy
begins blank (words alone, which the labels near a number need), or with an English model that is installed; and only
recognisers are taken that read what stands in the text. With a model, names of persons are found by it, too.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Collection, Iterable
from importlib.metadata import entry_points, version
from importlib.util import find_spec
from typing import Any

from acclimate.core.identifiers.kinds import Kind, Span

SURE = 0.5
"""Least score that counts: a checked number, or a form with its label nearby. A form alone has less."""
_KINDS: dict[str, Kind] = {
    "CREDIT_CARD": "account", "IBAN_CODE": "account", "US_BANK_NUMBER": "account", "ABA_ROUTING_NUMBER": "account",
    "IP_ADDRESS": "network", "MAC_ADDRESS": "network", "PHONE_NUMBER": "phone", "PERSON": "name",
    "US_SSN": "national_id", "US_ITIN": "national_id", "US_PASSPORT": "national_id", "US_DRIVER_LICENSE": "national_id",
    "US_MBI": "national_id", "UK_NINO": "national_id", "UK_NHS": "record_number", "CA_SIN": "national_id",
    "AU_MEDICARE": "national_id", "AU_TFN": "national_id", "IN_AADHAAR": "national_id", "IN_PAN": "national_id",
    "SG_NRIC_FIN": "national_id", "ZA_ID_NUMBER": "national_id",
}  # fmt: skip
_RECOGNISERS = (
    "CreditCard", "Iban", "UsBank", "AbaRouting", "Ip", "MacAddress", "Phone", "UsSsn", "UsItin", "UsPassport", "UsLicense",
    "UsMbi", "UkNino", "Nhs", "CaSin", "AuMedicare", "AuTfn", "InAadhaar", "InPan", "SgFin", "ZaIdNumber",
)  # fmt: skip


def installed() -> str:
    """Say which presidio is installed and with which model of spaCy it reads; empty where there is none."""
    if find_spec("presidio_analyzer") is None:
        return ""
    model = _model()
    return f"presidio {version('presidio-analyzer')}" + (f" with {model}" if model else "")


def presidio_spans(text: str, kinds: Collection[Kind]) -> Iterable[Span]:
    """Give what presidio is sure of in a text, the surest first. Takes: `kinds` that are looked for."""
    if not _model() and not any(character.isdigit() for character in text):
        return []
    wanted = [entity for entity, kind in _KINDS.items() if kind in kinds and (entity != "PERSON" or _model())]
    if not wanted:
        return []
    found = _analyser().analyze(text, "en", entities=wanted, score_threshold=SURE)
    found.sort(key=lambda one: (-one.score, one.start, one.end))
    return [Span(_KINDS[one.entity_type], one.start, one.end) for one in found]


@functools.cache
def _model() -> str:
    """Give the largest English model of spaCy that is installed, by name."""
    names = [one.name for one in entry_points(group="spacy_models") if one.name.startswith("en_")]
    sizes = ("trf", "lg", "md", "sm")
    names.sort(key=lambda name: (*(not name.endswith(size) for size in sizes), name))
    return names[0] if names else ""


@functools.cache
def _analyser() -> Any:
    """Build the analyser from an explicit list, so that nothing of its own set-up runs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what spaCy's libraries say about each other while they are imported
        import presidio_analyzer.predefined_recognizers as ready
        import spacy
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
        from presidio_analyzer.nlp_engine import SpacyNlpEngine

        model = _model()
        engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": model or "blank"}])
        reader = spacy.load(model) if model else _blank(spacy)
        engine.nlp = {"en": reader}
        recognisers = [getattr(ready, f"{name}Recognizer")(supported_language="en") for name in _RECOGNISERS]
        if model:
            recognisers.append(ready.SpacyRecognizer(supported_language="en"))
        registry = RecognizerRegistry(recognizers=recognisers, supported_languages=["en"])
        return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])


def _blank(spacy: Any) -> Any:
    """Give a reader that only parts words. Labels are compared by lemma: here it is the word in lower case."""
    reader = spacy.blank("en")
    tokenizer = reader.tokenizer

    def tokens(text: str) -> Any:
        doc = tokenizer(text)
        for token in doc:
            token.lemma_ = token.lower_
        return doc

    reader.tokenizer = tokens
    return reader
