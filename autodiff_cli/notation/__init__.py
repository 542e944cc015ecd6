"""Formulas and numbers for people."""
