"""Measures the reading of texts against labels, beside a plain list of keywords in the same run."""
