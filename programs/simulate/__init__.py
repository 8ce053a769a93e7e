"""Simulated patients: lives of all kinds, lived through the engine, and judged by the safety invariants every day."""

from __future__ import annotations
