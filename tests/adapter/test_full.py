import torch

from acclimate.adapter.full import Full
from tests.made import language_model


def test_every_weight_is_trained_and_the_model_stays_as_it_is() -> None:
    model = language_model("bert").model
    model.requires_grad_(False)
    wrapped, notes = Full().wrap(model, [3], 0)
    assert wrapped is model
    assert notes == []
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert Full().merge(wrapped) is model


def test_nothing_is_added_to_the_loss_and_nothing_follows_an_update() -> None:
    model = language_model("bert").model
    before = [parameter.detach().clone() for parameter in model.parameters()]
    assert Full().extra_loss(model) is None
    Full().after_update(model, 1)
    assert all(torch.equal(one, two) for one, two in zip(before, model.parameters(), strict=True))
