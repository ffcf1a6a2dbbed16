"""The native core as an engine."""

from openwork.engines.native.engine import NativeEngine

__all__ = ["NativeEngine"]
