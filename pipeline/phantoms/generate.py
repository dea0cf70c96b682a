"""The iterator: pictures with their truth, one at a time, in the order of patients and visits."""

import importlib
from collections.abc import Iterator, Mapping
from functools import cache

from pipeline.phantoms.background import Modality
from pipeline.phantoms.paint import paint_patient
from pipeline.phantoms.plan import patients
from pipeline.phantoms.scene import Phantom
from pipeline.phantoms.settings import PhantomSettings
from schemas.taxonomy.modalities import modalities


def phantoms(settings: PhantomSettings) -> Iterator[Phantom]:
    """`settings.count` pictures; memory does not grow with them. The same settings give the same pictures anywhere."""
    for patient in patients(settings, {name: modality(name) for name in settings.modalities}):
        yield from paint_patient(settings, patient)


@cache
def modality(id: str) -> Modality:
    """The painter of a modality of the taxonomy; KeyError for any other."""
    if id not in {each.id for each in modalities()}:
        raise KeyError(id)
    found: Modality = importlib.import_module(f"pipeline.phantoms.modalities.{id}").MODALITY
    return found


def all_modalities() -> Mapping[str, Modality]:
    return {each.id: modality(each.id) for each in modalities()}
