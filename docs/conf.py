"""The site: sphinx-build -W docs build/site. Gallery, demo and notebooks are made anew."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for what stands beside this file

from notebooks import notebook_links, write_notebooks
from settings_page import settings_page

from digitwise import __version__
from digitwise.lab.gallery import write_gallery
from digitwise.web.site import write_site

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
nb_merge_streams = True
nb_output_stderr = "remove-warn"  # a warning in a notebook fails the build
napoleon_google_docstring = False
napoleon_use_rtype = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # docstrings have shapes and ranges, which say more
suppress_warnings = ["myst.xref_missing"]  # links from README's folder, to code

REPOSITORY = ""  # "OWNER/NAME" at GitHub, its site on branch gh-pages: then Colab opens the course

# Notebooks need no more: BLAS's own threads wait for one another where other programs run.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

HERE = Path(__file__).parent
FULL = os.environ.get("DIGITWISE_GALLERY") == "full"  # minutes, in place of half a minute

(HERE / "settings.md").write_text(settings_page(), encoding="utf-8")
write_gallery(HERE / "extra" / "gallery", short=not FULL)
write_site(HERE / "extra" / "demo", HERE / "extra" / "gallery")


def add_links(_app, pagename, _template, context, _doctree):
    """Put the links to a notebook under its page's title."""
    if pagename.startswith("course/"):
        links = notebook_links(f"{pagename.removeprefix('course/')}.ipynb", REPOSITORY)
        context["body"] = context["body"].replace("</h1>", f"</h1>{links}", 1)


def setup(app):
    """Connect to Sphinx."""
    app.connect("html-page-context", add_links)


write_notebooks(HERE / "course", HERE / "extra" / "course", REPOSITORY)
