"""The site: sphinx-build -W docs build/site. Its gallery is the lab's, run anew."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for what stands beside this file

from settings_page import settings_page

from digitwise import __version__
from digitwise.lab.gallery import write_gallery

project, author, version = "digitwise", "the digitwise authors", __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
html_theme = "furo"
html_show_copyright = False
html_title = f"digitwise {__version__}"
html_extra_path = ["extra"]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1b4965", "color-brand-content": "#1b4965"},
    "dark_css_variables": {"color-brand-primary": "#8fc1e3", "color-brand-content": "#8fc1e3"},
}
myst_heading_anchors = 3
napoleon_google_docstring = False
napoleon_use_rtype = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # docstrings have shapes and ranges, which say more
suppress_warnings = ["myst.xref_missing"]  # links from README's folder, to code

HERE = Path(__file__).parent
FULL = os.environ.get("DIGITWISE_GALLERY") == "full"  # minutes, in place of half a minute

(HERE / "settings.md").write_text(settings_page(), encoding="utf-8")
write_gallery(HERE / "extra" / "gallery", short=not FULL)
