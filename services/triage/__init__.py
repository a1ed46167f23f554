"""What happens to a patient, read for how loud it is: so far the texts, in `services.triage.texts`.

Consumes: nothing yet; `texts` is a pure function that other parts call. Publishes: nothing yet.
Owns: the rules by which a text is read, and the texts that measure them.
Never: lowers, delays or closes anything, decides who is paged, or keeps or logs what a patient wrote.
"""
