"""The page of settings: a line for each row of the table."""

from digitwise.setting import GROUPS, Setting
from digitwise.settings import TABLE

HEAD = """# Settings

What a training run depends on. `digitwise train` has each as an option (`--learning-rate`), `fit`
as an argument (`learning_rate=`), a file for `--settings` as a line (`learning_rate = 0.5`),
`digitwise sweep` as an axis where the table says so, and the page's form has the most common ones.
Defaults are the same everywhere. This page is made from the table itself.
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
