"""Reports on what a normaliser hides, what it reveals, and how data have shifted."""

from sknorm.inspection._information_loss import information_loss

__all__ = ["information_loss"]
