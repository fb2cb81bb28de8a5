"""The shared forms, scanned and photographed: every field is read as it was filled."""

import pytest

from tests.reading.test_cases import CASES

FORMS = CASES / "form"
CHEQUES = {
    "cheque_0.png": {"date": "10/20/2019", "amount": "200.00"},
    "cheque_1.png": {"date": "11/22/2019", "amount": "451.00"},
    "cheque_2.png": {"date": "12/11/2019", "amount": "999.00"},
}

pytestmark = pytest.mark.skipif(not FORMS.is_dir(), reason="needs the shared forms")


def read(reader, name, description):
    found = reader.read(FORMS / name, form=FORMS / description)
    return {n.field: "rejected: " * n.rejected + n.text for n in found}


@pytest.mark.parametrize("name", sorted(CHEQUES))
def test_a_cheque_with_hardly_a_line(reader, name):
    assert read(reader, name, "cheque.toml") == CHEQUES[name]


TALLY = {"v01": "125", "v02": "×57", "valid": "182", "invalid": "××3", "total": "185"}


@pytest.mark.parametrize("name", ["tally_flat.png", "tally_photo0.png", "tally_photo1.png"])
def test_a_tally_with_crossed_out_cells(reader, name):
    assert read(reader, name, "tally.toml") == TALLY
