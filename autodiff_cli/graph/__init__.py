"""One graph: values, formulas made of them, and what computes on them."""
