"""Requests a minute for each account and address, counted in Redis; without Redis each process counts for itself.

Red-flag answers are never limited: see coach/api/phone.py.
"""

import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

REDIS_TIMEOUT = 0.05  # seconds; a slow Redis must not slow a request
REST = 5.0  # seconds without asking Redis again after a failure


class RequestLimit:
    def __init__(self, redis_url: str, a_minute: int) -> None:
        self._item = RateLimitItemPerMinute(a_minute)
        storage = RedisStorage(redis_url, socket_timeout=REDIS_TIMEOUT, socket_connect_timeout=REDIS_TIMEOUT)
        self._shared = FixedWindowRateLimiter(storage)
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._redis_again_at = 0.0

    def wait(self, who: str) -> int | None:
        """Counts one request of `who`; the seconds to wait if it is one too many."""
        if time.monotonic() >= self._redis_again_at:
            try:
                return self._hit(self._shared, who)
            except RedisError:
                self._redis_again_at = time.monotonic() + REST
        return self._hit(self._own, who)

    def _hit(self, limiter: FixedWindowRateLimiter, who: str) -> int | None:
        if limiter.hit(self._item, who):
            return None
        return max(1, int(limiter.get_window_stats(self._item, who).reset_time - time.time()))
