"""Recipes from other tools' files: what of them is carried over, and what is not, with the reason."""

from acclimate.pipeline.peers.carry import LeftOut
from acclimate.pipeline.peers.file import convert

__all__ = ["LeftOut", "convert"]
