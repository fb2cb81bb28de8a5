"""The site: sphinx-build -W docs build/site. Its gallery and the course's notebooks are run anew."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for what stands beside this file

from settings_page import settings_page
import jupytext
import nbformat

from digitwise import __version__
from digitwise.lab.gallery import write_gallery

project, author, version = "digitwise", "the digitwise authors", __version__
extensions = [
    "myst_nb",
    "sphinx-mathjax-offline",  # equations without the internet
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["extra"]  # what is written there is copied, not read
html_theme = "furo"
html_show_copyright = False
html_title = f"digitwise {__version__}"
html_extra_path = ["extra"]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1b4965", "color-brand-content": "#1b4965"},
    "dark_css_variables": {"color-brand-primary": "#8fc1e3", "color-brand-content": "#8fc1e3"},
}
html_css_files = ["course.css"]
html_static_path = ["static"]
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
nb_code_prompt_show = "Show the check"
nb_code_prompt_hide = "Hide the check"
nb_execution_mode = "force"  # a stored output could be that of older code
nb_execution_raise_on_error = True
nb_execution_timeout = 120  # seconds a cell
nb_output_stderr = "remove-warn"  # a warning in a notebook fails the build
napoleon_google_docstring = False
napoleon_use_rtype = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # docstrings have shapes and ranges, which say more
suppress_warnings = ["myst.xref_missing"]  # links from README's folder, to code

REPOSITORY = ""  # "OWNER/NAME" at GitHub, its site on branch gh-pages: then Colab opens the course

HERE = Path(__file__).parent
FULL = os.environ.get("DIGITWISE_GALLERY") == "full"  # minutes, in place of half a minute

(HERE / "settings.md").write_text(settings_page(), encoding="utf-8")
write_gallery(HERE / "extra" / "gallery", short=not FULL)


INSTALL = """# Installs digitwise where it is missing, as in Colab.
# PROJECT is the project's folder, the one with pyproject.toml, or its address.
import importlib.util, subprocess, sys

PROJECT = "PLACE"
if importlib.util.find_spec("digitwise") is None:
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", PROJECT], check=True)"""


def write_notebooks(folder):
    """Write the course's pages as .ipynb files, each with a first cell that installs digitwise."""
    folder.mkdir(parents=True, exist_ok=True)
    place = f"git+https://github.com/{REPOSITORY}" if REPOSITORY else "../.."
    for page in sorted((HERE / "course").glob("*.md")):
        notebook = jupytext.read(page)
        notebook.cells.insert(1, nbformat.v4.new_code_cell(INSTALL.replace("PLACE", place)))
        for number, cell in enumerate(notebook.cells):
            cell.id = f"cell-{number}"  # equal pages give equal files
        nbformat.write(notebook, folder / f"{page.stem}.ipynb")


def add_links(app, pagename, templatename, context, doctree):
    """Put the links to a notebook under its page's title."""
    if not pagename.startswith("course/"):
        return
    name = f"{pagename.removeprefix('course/')}.ipynb"
    links = f'<a href="{name}" download>Download this notebook</a>'
    if REPOSITORY:
        colab = f"https://colab.research.google.com/github/{REPOSITORY}/blob/gh-pages/course"
        links += f' · <a href="{colab}/{name}">Open in Colab</a>'
    body = context["body"]
    context["body"] = body.replace("</h1>", f'</h1><p class="notebook-links">{links}</p>', 1)


def setup(app):
    """Connect to Sphinx."""
    app.connect("html-page-context", add_links)


write_notebooks(HERE / "extra" / "course")
