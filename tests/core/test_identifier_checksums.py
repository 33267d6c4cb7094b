import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.identifiers.checksums import is_card, is_chinese_id, is_iban, is_social_security, luhn

CARDS = ["4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "6011111111111117", "30569309025904"]
IBANS = ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "FR1420041010050500013M02606"]


@pytest.mark.parametrize("number", CARDS)
def test_published_test_cards_pass_and_one_digit_more_fails(number: str) -> None:
    assert is_card(number)
    last = int(number[-1])
    assert not is_card(f"{number[:-1]}{(last + 1) % 10}")


@pytest.mark.parametrize("iban", IBANS)
def test_published_ibans_pass_and_swapped_digits_fail(iban: str) -> None:
    assert is_iban(iban)
    assert not is_iban(iban[:2] + iban[3] + iban[2] + iban[4:])


def test_chinese_identity_cards() -> None:
    # GB 11643's example: 1*7+1*9+0*10+... = 167, 167 mod 11 = 2, the third of 10X98765432 is X.
    assert is_chinese_id("11010519491231002X")
    assert is_chinese_id("11010519491231002x")
    assert not is_chinese_id("110105194912310021")
    assert not is_chinese_id("99010519491231002X"), "no such province"
    assert not is_chinese_id("11010519491331002X"), "no month 13"


def test_social_security_numbers() -> None:
    assert is_social_security("123-45-6789")
    assert is_social_security("999-76-6866"), "what made-up records use"
    for number in ("000-45-6789", "666-45-6789", "123-00-6789", "123-45-0000", "123456789"):
        assert not is_social_security(number)


@given(st.text("0123456789", min_size=1, max_size=18))
def test_exactly_one_of_ten_check_digits_is_right(digits: str) -> None:
    assert sum(luhn(digits + check) for check in "0123456789") == 1


def test_codes_of_medicine_are_no_cards() -> None:
    for code in ("428211000124100", "300916003", "665078", "8302-2", "1.2.840.10008.5.1.4"):
        assert not is_card(code)
        assert not is_iban(code)
