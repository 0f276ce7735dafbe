# SPDX-License-Identifier: Apache-2.0
"""A time zone of those that a project may have in which midnight is hours away: no day ends in the middle of a test."""

import datetime
import zoneinfo


def _far_from_midnight(zone):
    return 4 <= datetime.datetime.now(zoneinfo.ZoneInfo(zone)).hour < 20


NAME = "Asia/Shanghai" if _far_from_midnight("Asia/Shanghai") else "UTC"
ZONE = zoneinfo.ZoneInfo(NAME)
