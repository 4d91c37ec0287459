"""Reports on what a normaliser hides, what it reveals, and how data have shifted."""

__all__: list[str] = []
