"""How instruments are made and read: items, answers, sums, thresholds. Pure but for reading thresholds."""
