"""What is said between the parts of Vigil: frozen values, subjects, streams, the reply grammar.

Nothing here acts: no I/O, no clock, no decisions.

Compatibility: fields are added (with a default), never renamed or removed; a new meaning is a
new event. Readers ignore fields they do not know. Golden messages in `examples/` guard this.
"""
