"""Files of products: the queue that reads them, its poison queue, and the look for what was left."""

import azure.functions as func

imports = func.Blueprint()


@imports.function_name("run_imports")
@imports.queue_trigger("message", queue_name="imports", connection="AzureWebJobsStorage")
async def run_imports(message: func.QueueMessage) -> None:
    """Read one file of products."""
    from shared.composition import worker

    await worker().import_runner.run(message.get_body().decode())


@imports.function_name("run_imports_poison")
@imports.queue_trigger("message", queue_name="imports-poison", connection="AzureWebJobsStorage")
async def run_imports_poison(message: func.QueueMessage) -> None:
    """A file whose reader failed again and again: its own count of attempts decides; look at what is left."""
    from shared.composition import worker

    await worker().import_watch.run()


@imports.function_name("watch_imports")
@imports.timer_trigger("timer", schedule="30 * * * * *", run_on_startup=False, use_monitor=False)
async def watch_imports(timer: func.TimerRequest) -> None:
    """Ring for every file that waits and that nobody reads."""
    from shared.composition import worker

    await worker().import_watch.run()
