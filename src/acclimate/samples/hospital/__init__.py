"""Made-up hospital records with real codes, and the floor: how well their values can be predicted at all."""

from __future__ import annotations

from acclimate.samples.hospital.generator import Hospital, generate
from acclimate.samples.hospital.model import Model, hospital_model
from acclimate.samples.hospital.posterior import HospitalFloor, Posterior

__all__ = ["Hospital", "HospitalFloor", "Model", "Posterior", "generate", "hospital_model"]
