"""Analytics: the shop's own events, and reports; the timer and the queue that count the days that are over."""

import azure.functions as func

from functions._endpoints import Endpoints

analytics = Endpoints("analytics")

analytics.post(
    "record_event", "analytics/event", handler="analytics.record", permission="analytics:write", body_limit=16 << 10
)
analytics.get("get_analytics", "analytics", handler="analytics.report", permission="analytics:read")


@analytics.function_name("watch_analytics")
@analytics.timer_trigger("timer", schedule="40 */10 * * * *", run_on_startup=False, use_monitor=False)
async def watch_analytics(timer: func.TimerRequest) -> None:
    """Ring for companies that have days to count."""
    from shared.composition import worker

    await worker().analytics_watch.run()


@analytics.function_name("run_analytics")
@analytics.queue_trigger("message", queue_name="analytics", connection="AzureWebJobsStorage")
async def run_analytics(message: func.QueueMessage) -> None:
    """Count the days of one company that are over."""
    from shared.composition import worker

    await worker().analytics_runner.run(message.get_body().decode())


@analytics.function_name("run_analytics_poison")
@analytics.queue_trigger("message", queue_name="analytics-poison", connection="AzureWebJobsStorage")
async def run_analytics_poison(message: func.QueueMessage) -> None:
    """A company whose days failed to be counted again and again: ring for whatever is still to be counted."""
    from shared.composition import worker

    await worker().analytics_watch.run()
