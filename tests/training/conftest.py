import pytest


@pytest.fixture
def chunks(monkeypatch):
    """Chunks so small that few digits are several."""
    monkeypatch.setattr("digitwise.training.feed.PART_EXAMPLES", 300)
