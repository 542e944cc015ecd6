"""Programs as machine code over whole columns."""
