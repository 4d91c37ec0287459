"""How Sphinx builds the site: `nox -s docs`, offline, warnings are errors."""

import sys
from pathlib import Path

import sknorm

HERE = Path(__file__).parent
sys.path.append(str(HERE / "extensions"))

project = "sknorm"
author = "The sknorm developers"
project_copyright = f"%Y, {author}"
release = version = sknorm.__version__

extensions = [
    "mathml",
    "matplotlib.sphinxext.plot_directive",
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["how_to/*.ipynb", "how_to/*.py"]
templates_path = ["templates"]
default_role = "code"
nitpicky = False  # numpydoc's types are words, not references
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

# The reference: what scikit-learn gives to every estimator is documented there.
autodoc_default_options = {"members": True, "inherited-members": True}
autodoc_typehints = "none"
toc_object_entries_show_parents = "hide"
autosummary_generate = True
numpydoc_show_class_members = False

# The how-to guides: examples that run while the site is built; a failure stops it.
sphinx_gallery_conf = {
    "examples_dirs": ["../examples"],
    "gallery_dirs": ["how_to"],
    "filename_pattern": r"/plot_",
    "ignore_pattern": r"^(?!plot_)",
    "abort_on_example_error": True,
    "backreferences_dir": "reference/examples",
    "doc_module": ("sknorm",),
    "download_all_examples": False,
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
    "within_subsection_order": "FileNameSortKey",
}
plot_formats = [("png", 120)]
plot_html_show_formats = False
plot_html_show_source_link = False
plot_include_source = True
plot_rcparams = {"figure.figsize": (7, 4), "font.size": 11}

html_theme = "pydata_sphinx_theme"
html_title = "sknorm"
html_favicon = "static/favicon.svg"
html_context = {"default_mode": "auto"}
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_use_index = html_domain_indices = False
html_sidebars = {"getting_started": [], "scope": [], "changes": []}
html_theme_options = {
    "header_links_before_dropdown": 6,
    "navigation_with_keys": False,
    "secondary_sidebar_items": {
        "**": ["page-toc"],
        "coming_from": [],  # wide: code side by side
        "which_neighbourhood": [],  # wide: one table
    },
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": [],
}


def leave_to_scikit_learn(app, what, name, obj, skip, options):
    """Leave out what is not of this package; of the rest, decide as usual."""
    of = getattr(getattr(obj, "fget", obj), "__module__", None) or ""
    return None if of.startswith("sknorm.") else True


def setup(app):
    """Connect what the settings above cannot say."""
    app.connect("autodoc-skip-member", leave_to_scikit_learn)
