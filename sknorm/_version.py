"""The version, read from what was installed; its home is meson.build."""

from importlib.metadata import version

__version__ = version("sknorm")
