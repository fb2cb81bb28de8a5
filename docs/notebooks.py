"""The course's pages as notebooks to download, or to open in Colab."""

import re

import jupytext
import nbformat

INSTALL = """\
# Installs digitwise where it is missing, as in Colab.
# PROJECT is the project's folder, the one with pyproject.toml, or its address.
import importlib.util
import subprocess
import sys

PROJECT = "{project}"
if importlib.util.find_spec("digitwise") is None:
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", PROJECT], check=True)"""


def write_notebooks(pages, folder, repository):
    """Write each page of a folder as .ipynb, its first cell one that installs digitwise.

    `repository` is "OWNER/NAME" at GitHub, where digitwise is then installed from; if it is empty,
    from the clone that the notebook is in.
    """
    folder.mkdir(parents=True, exist_ok=True)
    project = f"git+https://github.com/{repository}" if repository else "../.."
    for page in sorted(pages.glob("*.md")):
        notebook = jupytext.read(page)
        install = nbformat.v4.new_code_cell(INSTALL.format(project=project))
        notebook.cells.insert(1, install)  # after the title
        for number, cell in enumerate(notebook.cells):
            cell.id = f"cell-{number}"  # equal pages give equal files
            cell.source = re.sub(r"\((\d\d-[a-z-]+)\.md\)", r"(\1.ipynb)", cell.source)
        nbformat.write(notebook, folder / f"{page.stem}.ipynb")


def notebook_links(name, repository):
    """Return the links under a page's title; Colab's only where the repository is known."""
    links = [f'<a href="{name}" download>Download this notebook</a>']
    if repository:
        published = f"https://colab.research.google.com/github/{repository}/blob/gh-pages/course"
        links.append(f'<a href="{published}/{name}">Open in Colab</a>')
    return f'<p class="notebook-links">{" · ".join(links)}</p>'
