"""Columns in and out: a formula and its gradient for every row of a table."""
