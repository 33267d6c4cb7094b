"""The floor of the hospital sample: equal to brute-force enumeration, a distribution, and calibrated."""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acclimate.samples.hospital import HospitalFloor, Model, generate, hospital_model

Records = dict[tuple[str, ...], float]
"""The values of a text, in its order -> probability."""

VALUE = re.compile(r"\w+:([^,<]*)")


def tagged(values: Sequence[str]) -> str:
    """The text of a record from its values in the order of the text."""
    age, sex, department, *rest = values
    events = "".join(
        f"<event>timestamp:{time}, code:{code}, description:{description}</event>"
        for time, code, description in zip(*[iter(rest)] * 3, strict=True)
    )
    header = f"<patient>age:{age}, sex:{sex}</patient><hospital>department:{department}</hospital>"
    return f"{header}<visits>{events}</visits>"


def spans(text: str) -> list[tuple[int, int]]:
    return [match.span(1) for match in VALUE.finditer(text)]


def tiny(seed: int, *, zeros: bool = False) -> Model:
    """A model of 3 states with random tables; `zeros` makes some transitions and ages impossible."""
    rng = np.random.Generator(np.random.PCG64(seed))

    def table(*shape: int) -> np.ndarray:
        weights = rng.random(shape) + 0.05
        if zeros and len(shape) == 2:
            weights[np.arange(shape[0]), np.arange(shape[0]) % shape[1]] = 0
        return weights / weights.sum(axis=-1, keepdims=True)

    events = np.array([0, 0.1, 0.2, 0.3, 0.4])
    return Model(
        codes=("A", "B", "C"),
        descriptions=("alpha", "beta", "gamma"),
        sexes=("F", "M"),
        departments=("East", "West"),
        ages=(20, 30, 40),
        days=(1, 7),
        sex=np.array([0.3, 0.7]),
        first=table(2, 3),
        age=table(3, 3),
        department=table(3, 2),
        following=table(3, 3),
        gap=table(3, 2),
        events=events,
    )


def every_record(model: Model, events: int, earlier: int) -> Records:
    """All texts of `events` events with `earlier` unseen ones before: values -> probability."""
    result: Records = defaultdict(float)
    states = range(len(model.codes))
    header = product(range(len(model.ages)), range(len(model.sexes)), range(len(model.departments)))
    for (age, sex, department), path in product(list(header), product(states, repeat=earlier + events)):
        likely = model.sex[sex] * model.first[sex, path[0]] * model.age[path[0], age]
        likely *= model.department[path[0], department]
        for one, two in pairwise(path):
            likely *= model.following[one, two]
        seen = path[earlier:]
        gapped = seen if earlier else seen[1:]
        for gaps in product(range(len(model.days)), repeat=len(gapped)):
            chance = likely * math.prod(model.gap[state, gap] for state, gap in zip(gapped, gaps, strict=True))
            times = [f"+{model.days[gap]}d" for gap in gaps]
            times = times if earlier else ["+0d", *times]
            values = [str(model.ages[age]), model.sexes[sex], model.departments[department]]
            for time, state in zip(times, seen, strict=True):
                values += [time, model.codes[state], model.descriptions[state]]
            result[tuple(values)] += chance
    return result


def every_window(model: Model, events: int) -> Records:
    """All windows that do not begin their history; every place in every history is equally likely."""
    result: Records = defaultdict(float)
    for length, chance in enumerate(model.events):
        for earlier in range(1, length - events + 1):
            for values, likely in every_record(model, events, earlier).items():
                result[values] += chance * likely
    return result


def brute_force(records: Records, values: tuple[str, ...], hidden: list[int]) -> list[float]:
    """-log2 of the posterior of each hidden place's value, by adding up whole records."""
    visible = [place for place in range(len(values)) if place not in hidden]
    agree = {other: p for other, p in records.items() if all(other[place] == values[place] for place in visible)}
    total = sum(agree.values())
    return [-math.log2(sum(p for o, p in agree.items() if o[place] == values[place]) / total) for place in hidden]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["record", "window"])
def test_equals_brute_force(seed: int, kind: str) -> None:
    model = tiny(seed, zeros=seed % 2 == 1)
    records = every_record(model, 3, 0) if kind == "record" else every_window(model, 2)
    possible = [values for values, p in records.items() if p > 0]
    floor = HospitalFloor(model)
    rng = np.random.Generator(np.random.PCG64(seed + 100))
    for _ in range(20):
        values = possible[rng.integers(len(possible))]
        hidden = [place for place in range(len(values)) if rng.random() < rng.choice([0.2, 0.5, 1.0])]
        if kind == "window" and 3 in hidden:
            hidden.remove(3)  # whether a window begins its history is taken as known; see below
        text = tagged(values)
        bits = floor.bits(text, [spans(text)[place] for place in hidden])
        np.testing.assert_allclose(bits, brute_force(records, values, hidden), rtol=1e-10, atol=1e-12)


def test_a_windows_hidden_first_timestamp_is_one_of_a_later_event() -> None:
    model = tiny(5)
    records = every_window(model, 2)
    values = next(iter(records))
    text = tagged(values)
    np.testing.assert_allclose(HospitalFloor(model).bits(text, [spans(text)[3]]), brute_force(records, values, [3]))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), data=st.data())
def test_alternatives_of_a_hidden_value_add_up_to_one(seed: int, data: st.DataObject) -> None:
    model = tiny(seed, zeros=seed % 3 == 0)
    records = [values for values, p in every_record(model, 2, 0).items() if p > 0]
    values = list(data.draw(st.sampled_from(records)))
    hidden = data.draw(st.sets(st.integers(0, len(values) - 1), min_size=1))
    place = data.draw(st.sampled_from(sorted(hidden)))
    alternatives = {
        0: [str(age) for age in model.ages],
        1: model.sexes,
        2: model.departments,
        3: ("+0d",),
        6: [f"+{days}d" for days in model.days],
    }.get(place, model.codes if place in {4, 7} else model.descriptions)
    total = 0.0
    for value in alternatives:
        values[place] = value
        text = tagged(values)
        order = [place, *sorted(hidden - {place})]
        bits = HospitalFloor(model).bits(text, [spans(text)[each] for each in order])[0]
        total += 0.0 if np.isnan(bits) else 2.0**-bits  # an alternative that can't be has no bits
    assert total == pytest.approx(1.0, abs=1e-12)


def texts(patients: int, seed: int) -> Iterator[str]:
    rows = generate(patients, seed).joined().to_pylist()
    for _, group in groupby(rows, key=lambda row: row["patient_id"]):
        events = list(group)
        times = [np.datetime64(row["timestamp"]) for row in events]
        deltas = [0, *(int((b - a).astype(int)) for a, b in pairwise(times))]
        values = [events[0]["age"], events[0]["sex"], events[0]["department"]]
        for delta, row in zip(deltas, events, strict=True):
            values += [f"+{delta}d", row["code"], row["description"]]
        yield tagged(values)


def test_bits_are_calibrated() -> None:
    floor = HospitalFloor()
    rng = np.random.Generator(np.random.PCG64(1))
    bits, entropies = [], []
    for text in texts(600, seed=21):
        hidden = [span for span in spans(text) if rng.random() < 0.15]
        found = floor.posteriors(text, hidden)
        bits.append(sum(one.bits for one in found))
        entropies.append(sum(one.entropy for one in found))
    difference = np.array(bits) - np.array(entropies)
    error = difference.std() / math.sqrt(len(difference))
    assert abs(difference.mean()) < 4 * error
    assert error < 0.05 * np.mean(entropies), "too few records to say"


def test_what_is_visible_twice_costs_nothing() -> None:
    text = next(texts(1, seed=2))
    places = spans(text)
    np.testing.assert_array_equal(HospitalFloor().bits(text, [places[4], places[8], places[3]]), [0.0, 0.0, 0.0])


def test_code_and_description_hidden_together_cost_the_same() -> None:
    costs = []
    for text in texts(5, seed=2):
        places = spans(text)
        both = [HospitalFloor().bits(text, [places[at], places[at + 1]]) for at in range(4, len(places), 3)]
        assert all(code == description for code, description in both)
        costs += [code for code, _ in both]
    assert max(costs) > 1
    assert min(costs) == 0


def test_nothing_visible_gives_the_prior() -> None:
    model = hospital_model()
    text = next(texts(1, seed=2))
    bits = HospitalFloor().bits(text, spans(text))
    assert bits[1] == pytest.approx(1.0)
    code = model.codes.index(text.split("code:")[1].split(",")[0])
    assert bits[4] == pytest.approx(-math.log2(model.sex @ model.first[:, code]))


def test_a_header_alone_is_a_record() -> None:
    text = "<patient>age:29, sex:F</patient><hospital>department:Obstetrics</hospital>"
    sex = text.index("F<")
    assert HospitalFloor().bits(text, [(sex, sex + 1)])[0] == 0.0  # only women are in obstetrics


def test_what_is_no_value_of_the_generator_has_no_bits() -> None:
    floor = HospitalFloor()
    text = next(texts(1, seed=2))
    places = spans(text)
    start, end = places[4]
    bits = floor.bits(text, [(start, end + 1), (start - 1, end), (0, 3), places[1]])
    assert list(np.isnan(bits)) == [True, True, True, False]
    assert len(floor.bits(text, [])) == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("age:", "weight:"),
        lambda text: text.replace("<patient>", "<patient>sex:F, "),
        lambda text: text.replace("department:", "code:I10, department:"),
        lambda text: re.sub(r"description:[^<]*", "description:something else", text, count=1),
        lambda text: re.sub(r"code:[^,]*", "code:Z00.0", text, count=1),
        lambda text: re.sub(r"age:\d+", "age:17", text),
        lambda text: text.replace("+0d", "2020-01-01"),
    ],
)
def test_a_text_that_the_generator_can_not_have_written_has_no_bits(change: Callable[[str], str]) -> None:
    text = change(next(texts(1, seed=2)))
    assert np.isnan(HospitalFloor().bits(text, [spans(text)[-1]])).all()


def test_a_hidden_value_that_the_generator_never_writes_has_no_bits() -> None:
    text = re.sub(r"age:\d+", "age:17", next(texts(1, seed=2)))
    places = spans(text)
    assert list(np.isnan(HospitalFloor().bits(text, [places[0], places[4]]))) == [True, False]
