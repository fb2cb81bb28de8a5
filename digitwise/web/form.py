"""The settings of a run on the page: its form, and the checks of its values."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from digitwise.setting import Setting
from digitwise.settings import DEFAULTS, TABLE
from digitwise.training.presets import PRESETS
from digitwise.web.sent import Sent
from digitwise.web.sets import NAME, Choice

# Limits of a server, beyond the ranges of settings: only sets by name, and runs that end.
MAX_VALUES = {"hidden": 2000, "epochs": 1000, "batch_size": 60_000, "limit": 60_000, "seed": 2**31}
MAX_LAYERS = 4
PATTERNS = {
    "data": NAME,
    "convolutions": r"^(\dx\dx\d{1,2}(p\d)?(,\dx\dx\d{1,2}(p\d)?){0,3})?$",  # 99 maps at most
}
MIN_DIGITS = 10


def fields_of(table: dict[str, Setting] = TABLE) -> dict[str, Any]:
    """Return the fields of the form for pydantic: type and default, by name."""
    return {name: _field(_here(s)) for name, s in table.items() if s.row.page}


def _here(setting: Setting) -> Setting:
    """Return a setting with the limits of a server."""
    bounds: dict[str, Any] = {}
    if setting.name == "limit":
        bounds["least"] = MIN_DIGITS
    if setting.name in MAX_VALUES:
        bounds["most"] = MAX_VALUES[setting.name]
    if setting.many:
        bounds["most_values"] = MAX_LAYERS
    return replace(setting, row=replace(setting.row, **bounds))


def _field(setting: Setting) -> Any:
    r, default = setting.row, setting.default
    if r.choices:
        return (Literal[r.choices], Field(default, description=r.meaning))
    bounds: dict[str, Any] = {"ge": r.least, "le": r.most, "gt": r.above, "lt": r.below}
    if setting.kind is float and r.most is None and r.below is None:
        bounds["le"] = 1e30
    if setting.kind in (bool, str):
        bounds = {"pattern": PATTERNS[setting.name]} if setting.name in PATTERNS else {}
    if setting.many:
        many: Any = list[Annotated[setting.kind, Field(**bounds)]]  # type: ignore[name-defined]
        return (many, Field(list(default), max_length=r.most_values, description=r.meaning))
    kind: Any = setting.kind | None if setting.optional else setting.kind
    return (kind, Field(default, description=r.meaning, **bounds))


RunSettings: Any = create_model(
    "RunSettings",
    __base__=Sent,
    __doc__="Settings of a run: equal settings and seeds give equal runs.",
    **fields_of(),
)


def form_of(sets: list[Choice], table: dict[str, Setting] = TABLE) -> list[dict[str, Any]]:
    """Return the description of each field, from which the page draws its form."""
    described = [_described(_here(s)) for s in table.values() if s.row.page]
    for one in described:
        if one["name"] == "data":
            one["choices"] = [choice.name for choice in sets]
            one["labels"] = {choice.name: choice.label for choice in sets}
            one["expected"] = f"one of: {', '.join(one['choices'])}"
    return described


def _described(setting: Setting) -> dict[str, Any]:
    return {
        "name": setting.name,
        "label": setting.label,
        "meaning": setting.row.meaning,
        "kind": "numbers" if setting.many else setting.kind.__name__,
        "choices": _choices(setting),
        "labels": {},
        "optional": setting.optional,
        "default": list(setting.default) if setting.many else setting.default,
        "expected": setting.expected,
        "place": setting.row.page,
    }


def _choices(setting: Setting) -> list[str]:
    return ["false", "true"] if setting.kind is bool else list(setting.row.choices)


def presets() -> dict[str, dict[str, Any]]:
    """Return the presets that change only settings of the form."""
    shown = fields_of()
    found = {}
    for name, preset in PRESETS.items():
        changed = {k: v for k, v in preset.to_dict().items() if v != DEFAULTS.to_dict()[k]}
        if changed.keys() <= shown.keys():
            found[name] = {k: v for k, v in preset.to_dict().items() if k in shown}
    return found
