"""Analytics: the shop's own events, and reports."""

from functions._endpoints import Endpoints

analytics = Endpoints("analytics")

analytics.post(
    "record_event", "analytics/event", handler="analytics.record", permission="analytics:write", body_limit=16 << 10
)
analytics.get("get_analytics", "analytics", handler="analytics.report", permission="analytics:read")
