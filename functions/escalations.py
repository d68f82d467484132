"""Escalations: endpoints; the timer that looks for what is due, the queue that attends to it, its poison queue."""

import azure.functions as func

from functions._endpoints import Endpoints

escalations = Endpoints("escalations")

escalations.get("list_escalations", "escalations", handler="escalations.list", permission="escalations:read")
escalations.post("open_escalation", "escalations", handler="escalations.create", permission="escalations:write")
escalations.get(
    "get_escalation", "escalations/{escalation_id}", handler="escalations.get", permission="escalations:read"
)
escalations.patch(
    "update_escalation", "escalations/{escalation_id}", handler="escalations.update", permission="escalations:write"
)
escalations.post(
    "assign_escalation",
    "escalations/{escalation_id}/assign",
    handler="escalations.assign",
    permission="escalations:write",
)
escalations.post(
    "reply_to_escalation",
    "escalations/{escalation_id}/reply",
    handler="escalations.reply",
    permission="escalations:write",
)


@escalations.function_name("watch_escalations")
@escalations.timer_trigger("timer", schedule="*/20 * * * * *", run_on_startup=False, use_monitor=False)
async def watch_escalations(timer: func.TimerRequest) -> None:
    """Ring where a member of staff has to be told or reminded, or an escalation is over."""
    from shared.composition import worker

    await worker().escalation_watch.run()


@escalations.function_name("run_escalations")
@escalations.queue_trigger("ring", queue_name="escalations", connection="AzureWebJobsStorage")
async def run_escalations(ring: func.QueueMessage) -> None:
    """Tell and remind the staff, hand dialogs on, give them back to the bot."""
    from shared.composition import worker

    await worker().escalation_runner.run()


@escalations.function_name("run_escalations_poison")
@escalations.queue_trigger("ring", queue_name="escalations-poison", connection="AzureWebJobsStorage")
async def run_escalations_poison(ring: func.QueueMessage) -> None:
    """A ring that failed again and again: what is due stands in Postgres; look whether anything still is."""
    from shared.composition import worker

    await worker().escalation_watch.run()
