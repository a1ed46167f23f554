"""Attendance: who is expected at the programme's sessions, and a signal for whoever does not come.

Consumes: what the programme reports (`programme.session_planned.*`, `session_cancelled`, `checked_in`,
`absence_excused`, `patient_discharged`), `overdue.ATTENDANCES`; reads the timetable from the buckets
`groups`, `enrolments` and `calendars`, and what is known of a patient's risk from `patients`.
Publishes: `signals.session_missed`, `signals.system_fault`, texts asked for on `outreach.<patient>`,
`programme.signal_followed.<patient>`, and the events of each attendance (`attendances.<session>.<patient>`).
Owns: the stream ATTENDANCES and the bucket `attendance_codes`; ends enrolments at a discharge from the
programme. The day of a discharge is followup's to note.
Never: decides who is paged, withdraws or lowers a signal, texts anybody itself, reads sealed content.
"""
