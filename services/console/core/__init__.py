"""Rules of the console: rights, sessions, and what each page shows. Pure."""
