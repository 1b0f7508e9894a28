"""The evidence page behind the figures of Overview."""
