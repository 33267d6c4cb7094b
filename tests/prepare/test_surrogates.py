import re
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from acclimate.prepare.surrogates import Surrogates

MADE = Surrogates(b"k" * 32, 365)


def form(value: str) -> str:
    return re.sub(r"[A-Z]", "A", re.sub(r"[a-z]", "a", re.sub(r"[0-9]", "9", value)))


@given(
    st.text("0123456789abcXYZ-/ .", min_size=1, max_size=30).filter(lambda value: any(one.isalnum() for one in value))
)
def test_a_number_keeps_its_form(value: str) -> None:
    assert form(MADE.number(value)) == form(value)


def test_all_numbers_of_a_form_stay_different() -> None:
    values = [f"P{a}{b}-{c}" for a, b, c in product("0123456789", repeat=3)]
    made = [MADE.number(value) for value in values]
    assert len(set(made)) == len(values) == 1000
    assert sum(one == value for one, value in zip(made, values, strict=True)) < 10, "hardly any stays what it was"


def test_a_uuid_stays_one() -> None:
    made = MADE.number("9d188916-8390-282b-3ec2-73fce6e08649")
    assert re.fullmatch(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", made)


def test_long_values_and_values_without_digits() -> None:
    assert form(MADE.number("7" * 250)) == "9" * 250
    assert re.fullmatch(r"id-\d{8}", MADE.number("—"))


def test_a_name_is_the_same_in_every_place() -> None:
    whole, family = MADE.of("name", "John Smith", ""), MADE.of("name", "Mr. SMITH", "")
    assert whole.split()[1].upper() == family.split()[1]
    assert family.startswith("Mr. ")
    assert "John" not in whole
    assert "Smith" not in whole
    chinese = MADE.of("name", "张伟明", "")
    assert len(chinese) == 3
    assert chinese[0] == MADE.of("name", "张", "")


def test_an_address_keeps_what_kind_of_place_it_is() -> None:
    made = MADE.of("address", "427 Balistreri Way Unit 19", "").split()
    assert (made[2], made[3]) == ("Way", "Unit")
    assert "Balistreri" not in made
    assert re.fullmatch("..市..区.{2,}路[0-9]{2}号", MADE.of("address", "北京市海淀区学院路27号", ""))


def test_dates_of_a_group_move_together_and_never_stay() -> None:
    assert MADE.of("date", "2020-01-11", "p1") != "2020-01-11"
    days = [MADE.days(f"p{number}") for number in range(2000)]
    assert 0 not in days
    assert -365 <= min(days) < -300
    assert 300 < max(days) <= 365
    assert MADE.of("date", "nonsense", "p1") == "[date]"


def test_another_key_gives_other_surrogates() -> None:
    other = Surrogates(b"l" * 32, 365)
    assert other.number("123-45-6789") != MADE.number("123-45-6789")
    assert other.of("name", "Smith", "") != MADE.of("name", "Smith", "")
    assert other.of("email", "a@b.org", "") != MADE.of("email", "a@b.org", "")
