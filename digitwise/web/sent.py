"""Strict types of JSON requests: 3.0 is an integer; "3" and true are no numbers."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Sent(BaseModel):
    """A request in JSON; its values must have the types of the fields."""

    model_config = ConfigDict(strict=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _write_whole_numbers_as_such(cls, found: Any) -> Any:
        return _whole(found)


def _whole(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: _whole(value) for name, value in found.items()}
    if isinstance(found, list):
        return [_whole(value) for value in found]
    return int(found) if isinstance(found, float) and found.is_integer() else found
