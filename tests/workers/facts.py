"""Ordinary people for the workers' tests."""

from datetime import date, timedelta

from programs.patient import Patient


def chronic(today: date) -> Patient:
    """Back pain for four months, no leg symptoms."""
    return Patient(
        age=40,
        height_cm=170,
        weight_kg=65,
        back_average=3,
        back_worst=5,
        leg=0,
        location=0,
        episode_day=today - timedelta(days=120),
        diagnoses=frozenset(),
        pregnancy_day=None,
        birth=None,
        surgery=None,
        cancer_ever=False,
        equipment=frozenset({"mat", "chair", "wall"}),
        minutes=30,
    )
