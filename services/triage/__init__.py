"""What happens to a patient, read for how loud it is: screens, specimens, doses, and texts.

Consumes: screens, specimens and doses (`programme.screen_answered.*`, `specimen_tested`, `dose_reported`);
texts are read by a pure function (`services.triage.texts`) that the crisis line calls. Publishes: signals,
and what later takes their reason away (`programme.signal_followed.*`). Owns: the stream TRIAGE, the
instruments with their thresholds, the rules by which a text is read, and the texts that measure them.
Never: lowers, delays or closes anything, decides who is paged, or keeps or logs what a patient wrote.
"""
