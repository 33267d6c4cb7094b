import pytest
import torch

from acclimate.compat.transformers.positions import start_positions
from tests.made import language_model


def test_neighbouring_places_start_alike_and_with_the_spread_that_was_drawn() -> None:
    model = language_model("bert").model
    table = model.bert.embeddings.position_embeddings.weight
    others = {name: weight.detach().clone() for name, weight in model.named_parameters() if weight is not table}
    spread = float(table.detach().std())
    start_positions(model)
    assert float(table.detach().std()) == pytest.approx(spread, rel=1e-4)
    angle = torch.nn.functional.cosine_similarity
    places = table.detach()
    near, far = angle(places[:-1], places[1:]), angle(places[:20], places[30:50])
    assert float(near.min()) > float(far.max())
    assert torch.allclose(near, near[0].expand_as(near), atol=1e-5), (
        "what lies between two neighbours is the same everywhere"
    )
    assert all(torch.equal(weight, others[name]) for name, weight in model.named_parameters() if name in others)


def test_a_model_without_a_learned_table_stays_as_it_is() -> None:
    model = language_model("llama").model
    before = [weight.detach().clone() for weight in model.parameters()]
    start_positions(model)
    assert all(torch.equal(weight, old) for weight, old in zip(model.parameters(), before, strict=True))
