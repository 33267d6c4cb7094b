"""How near an answer's meaning is to the right one's, as a third model sees it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from acclimate.core.answers import Kind, TextAnswers
from acclimate.core.errors import UserError
from acclimate.core.method import Method, option
from acclimate.core.scores import Floats, GroupSums
from acclimate.evaluate.answer_sums import RowSums

WHERE = "evaluate.metrics, semantic_similarity: model"


class SemanticSimilarity(Method):
    """Cosine of the vectors of answer and right answer, each the mean over tokens of a sentence encoder's last layer.

    Takes: texts beside their right answers; the nearest counts. Rows without one are not counted; saying nothing is 0.

    Gives: `semantic_similarity`, -1 to 1, the mean over rows. Of a longer text than the encoder reads the rest is cut.

    Options: `model` must be one fixed encoder that neither arm was trained from; it measures both.

    When to use: free answers, where other words may say the same. It needs the judgement of another model, so read it
    beside a score that counts words (`rougeL`, `chrf`): a sentence and its negation lie close.

    Source: Reimers and Gurevych 2019 (Sentence-BERT).

    Raises: UserError if the encoder can't be loaded.
    """

    reads: ClassVar[Kind] = "texts"

    model: str = option(..., "the sentence encoder: a folder, or a name on the Hub")
    revision: str = option("main", "of a model on the Hub: branch, tag or commit")
    batch_tokens: int = option(8192, "most tokens in a forward pass", unit="tokens", ge=16)

    def sums(self, answers: TextAnswers) -> list[GroupSums]:
        asked_R = np.array([bool(gold) for gold in answers.gold], dtype=np.bool_)
        if not asked_R.any():
            return []
        right = [one for gold in answers.gold for one in gold]
        said = [text for text, gold in zip(answers.said, answers.gold, strict=True) if gold]
        row_N = np.repeat(np.arange(len(said)), [len(gold) for gold in answers.gold if gold])
        cosine_N = np.ones(len(right))
        if right != [said[row] for row in row_N]:  # what is the same needs no encoder
            right_NH, said_NH = np.split(self._vectors([*right, *said]), [len(right)])
            cosine_N = (right_NH * said_NH[row_N]).sum(axis=1)
        nearest = np.full(len(said), -1.0)
        np.maximum.at(nearest, row_N, cosine_N)
        value_R = np.zeros(len(asked_R))
        value_R[asked_R] = np.where([bool(text.strip()) for text in said], nearest, 0.0)
        unit = f"cosine of mean vectors by {self._called}"
        return [RowSums(answers.groups).mean("semantic_similarity", unit, value_R, asked_R)]

    @property
    def _called(self) -> str:
        """The encoder's name, of a folder its last part: where it lies on a machine is nobody's business."""
        folder = Path(self.model).expanduser()
        if folder.is_dir():
            return folder.resolve().name
        return self.model if self.revision == "main" else f"{self.model}@{self.revision}"

    def _vectors(self, texts: list[str]) -> Floats:
        from acclimate.compat.transformers.sentence_vectors import SentenceEncoder

        folder = Path(self.model).expanduser()
        try:
            encoder = SentenceEncoder(str(folder) if folder.is_dir() else self.model, self.revision)
        except UserError as error:
            raise UserError(*(replace(fault, where=WHERE) for fault in error.faults)) from None
        return encoder.vectors(texts, self.batch_tokens)
