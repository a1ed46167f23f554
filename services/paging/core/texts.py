"""Every text that staff get, in one place to look it up; each group has a file of its own.

Each is one GSM-7 segment and says neither a name of a patient nor anything about health.
"""

from services.paging.core.answer_texts import (
    closed_code_text,
    confirm_hint_text,
    disposition_word,
    dispositions_text,
    help_text,
    more_text,
    no_code_text,
    no_shift_text,
    no_swap_text,
    not_understood_text,
    nothing_open_text,
    ready_code_text,
    seen_text,
    start_text,
    stop_text,
    swap_answered_text,
    swap_hint_text,
    swap_over_text,
    took_text,
    which_swap_text,
    which_text,
)
from services.paging.core.notice_texts import notice_text, spoken_text
from services.paging.core.page_texts import bundle_text, page_text
from services.paging.core.segments import gsm7_segments
from services.paging.core.telling_texts import telling_text

__all__ = [
    "bundle_text",
    "closed_code_text",
    "confirm_hint_text",
    "disposition_word",
    "dispositions_text",
    "gsm7_segments",
    "help_text",
    "more_text",
    "no_code_text",
    "no_shift_text",
    "no_swap_text",
    "not_understood_text",
    "nothing_open_text",
    "notice_text",
    "page_text",
    "ready_code_text",
    "seen_text",
    "spoken_text",
    "start_text",
    "stop_text",
    "swap_answered_text",
    "swap_hint_text",
    "swap_over_text",
    "telling_text",
    "took_text",
    "which_swap_text",
    "which_text",
]
