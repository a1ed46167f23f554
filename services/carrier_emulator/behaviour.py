"""How this carrier behaves where the real one leaves room: limits, speeds, defaults."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Limits and speeds; names ending in `real_seconds` are transport time, the rest domain."""

    calls_per_second: float | None = 1.0
    max_concurrent_requests: int | None = None
    rest_real_seconds: float = 0.0
    hang_real_seconds: float = 60.0
    queue_limit_seconds: float = 36_000
    sending_callbacks: bool = False
    extra_param_rate: float = 0.05
    webhook_connect_real_seconds: float = 5.0
    webhook_total_real_seconds: float = 15.0
    webhook_concurrency: int = 64
    ring_buffer_seconds: float = 0.0
    seconds_per_word: float = 0.4
    play_seconds: float = 3.0
    amd_seconds: float = 4.0
    amd_error_rate: float = 0.0
    advanced_opt_out: bool = False
    allowed_prefixes: tuple[str, ...] | None = None
    magic_numbers: bool = True
    default_profile: str = "manual"
