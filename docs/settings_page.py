"""The page of settings: a line for each row of the table."""

from digitwise.setting import GROUPS, Setting
from digitwise.settings import TABLE

HEAD = """# Settings

A training run depends on these settings. Each is an option of `digitwise train`
(`--learning-rate`), an argument of `fit` (`learning_rate=`), a line of a file for `--settings`
(`learning_rate = 0.5`), and an axis of `digitwise sweep` where the table says so; the form of the
browser page has the most common ones. The defaults are the same everywhere. This page is generated
from the table in `digitwise/settings.py`.
"""


def settings_page(table: dict[str, Setting] = TABLE) -> str:
    """Return the page as Markdown."""
    lines = [HEAD]
    for group in GROUPS:
        lines += [
            f"## {group.capitalize()}\n",
            "| setting | meaning | default | expected | a sweep's axis | source |",
            "|---|---|---|---|---|---|",
        ]
        for setting in table.values():
            r = setting.row
            if r.group == group:
                symbol = f" {r.symbol}" if r.symbol else ""
                unit = f" ({r.unit})" if r.unit else ""
                axis = "yes" if r.axis else ""
                lines.append(
                    f"| `{setting.name}`{symbol} | {r.meaning} | {_default(setting)} | "
                    f"{setting.expected}{unit} | {axis} | {r.source} |"
                )
        lines.append("")
    return "\n".join(lines)


def _default(setting: Setting) -> str:
    default = setting.default
    if default is None or default in ("", ()):
        return "none"
    if isinstance(default, tuple):
        return ", ".join(map(str, default))
    return str(default).lower() if isinstance(default, bool) else str(default)
