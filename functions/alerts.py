"""Alerts: endpoints; the timer that finds what is due, the queue that checks it, and its poison queue."""

import azure.functions as func

from functions._endpoints import Endpoints

alerts = Endpoints("alerts")

alerts.get("list_alerts", "alerts", handler="alerts.list", permission="alerts:read")
alerts.post("create_alert", "alerts", handler="alerts.create", permission="alerts:write")
alerts.get("get_alert", "alerts/{alert_id}", handler="alerts.get", permission="alerts:read")
alerts.patch("update_alert", "alerts/{alert_id}", handler="alerts.update", permission="alerts:write")
alerts.delete("delete_alert", "alerts/{alert_id}", handler="alerts.delete", permission="alerts:write")


@alerts.function_name("watch_alerts")
@alerts.timer_trigger("timer", schedule="*/10 * * * * *", run_on_startup=False, use_monitor=False)
async def watch_alerts(timer: func.TimerRequest) -> None:
    """Ring for alerts that are due, and for products whose price or stock changed."""
    from shared.composition import worker

    await worker().alert_watch.run()


@alerts.function_name("run_alerts")
@alerts.queue_trigger("ring", queue_name="alerts", connection="AzureWebJobsStorage")
async def run_alerts(ring: func.QueueMessage) -> None:
    """Check what is due and tell whom it concerns."""
    from shared.composition import worker

    await worker().alert_runner.run()


@alerts.function_name("run_alerts_poison")
@alerts.queue_trigger("ring", queue_name="alerts-poison", connection="AzureWebJobsStorage")
async def run_alerts_poison(ring: func.QueueMessage) -> None:
    """A ring whose run failed again and again: what is due stands in Postgres; ring anew if anything is."""
    from shared.composition import worker

    await worker().alert_watch.run()
