"""Questions about a formula; the answers are frozen dataclasses."""
