"""`vigil demo`: a week of a programme that does not exist, through everything that is real.

Reads the streams as they grow, and the carrier emulator's ledger; starts nats-server, the emulator,
all services and the watchdog as children of its own, in a folder of its own; posts what the
programme reports, moves the hands that hold the phones; writes a report. Never in a real
programme's folder, and never the inside of a service.

The parts: `cast` and `script` say who there is and what happens, `habits` how staff answer a text;
`laws` judges, `stories` and `report` tell what came of it (all pure: no clock, no I/O, no randomness
but a seed). `stage` starts and ends the processes, `pace` sets their clock, `feed` reports, `hands`
holds the phones, `watch` reads along, `progress` shows it, `performance` puts them together.
"""
